"""Two-step sign-in: optional, and asked for once it is set up."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from infra.local.stack import Stack
from tests.browser.accessibility import barriers
from tests.browser.conftest import PageOf, enter
from tests.browser.people import hire
from tests.browser.problems import Problems

STEP_SECONDS = 30


def test_second_step_is_asked_for_once_set_up_and_can_be_turned_off(
    page_of: PageOf, stack: Stack, problems: Problems, shoot: Callable[[Page, str], None]
) -> None:
    problems.expect("status of 400")
    agent = hire(stack, "Toni Beispiel", "agent")
    page = page_of(agent, first_visit=True)
    dialog = _open(page)
    dialog.get_by_role("button", name="Set up").click()
    shoot(page, "second-step")
    assert not barriers(page)
    dialog.get_by_text("Enter this key manually").click()
    secret = (dialog.locator("code").text_content() or "").replace(" ", "")
    dialog.get_by_label("Code from the app").fill("000000")
    dialog.get_by_role("button", name="Turn on").click()
    expect(dialog.get_by_text("This code is not correct")).to_be_visible()
    dialog.get_by_label("Code from the app").fill(_code(secret))
    dialog.get_by_role("button", name="Turn on").click()
    expect(dialog.get_by_text("Two-step sign-in is on")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()

    _sign_out(page)
    page.get_by_label("Username").fill(agent.email)
    page.get_by_label("Password").fill(agent.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code of your authenticator app").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("The code is not right")).to_be_visible()
    page.get_by_label("Code of your authenticator app").fill(_code(secret))
    page.get_by_role("button", name="Sign in").click()
    page.locator("nav.rail").wait_for()

    dialog = _open(page)
    dialog.get_by_role("button", name="Turn off").click()
    expect(dialog.get_by_role("button", name="Set up")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    _sign_out(page)
    enter(page, agent)


def _open(page: Page) -> Locator:
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Two-step sign-in").click()
    return page.get_by_role("dialog", name="Two-step sign-in")


def _sign_out(page: Page) -> None:
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Password").wait_for()


def _code(secret: str) -> str:
    """Return the code of an authenticator app now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // STEP_SECONDS), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"
