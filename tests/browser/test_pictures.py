"""Pictures of the frame, for eyes: what a person sees before and around the work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import barriers
from tests.browser.conftest import DESKTOP, PHONE, PageOf
from tests.browser.hearing import lose_live, wait_until_live
from tests.browser.problems import Problems

Shoot = Callable[[Page, str], None]
LOOKS: dict[str, Any] = {
    "light": {"language": "en-US", "dark": False, "size": DESKTOP},
    "dark": {"language": "de-DE", "dark": True, "size": DESKTOP},
    "phone": {"language": "de-DE", "dark": False, "size": PHONE},
}
look = pytest.mark.parametrize("name", LOOKS)


@look
def test_the_account_menu(page_of: PageOf, shoot: Shoot, name: str) -> None:
    page = page_of(**LOOKS[name])
    page.locator(".rail .account").click()
    page.locator("#account").wait_for()
    shoot(page, f"account-{name}")
    assert not barriers(page, ".rail")


@look
def test_the_keyboards_help(page_of: PageOf, shoot: Shoot, name: str) -> None:
    page = page_of(**LOOKS[name])
    page.keyboard.press("?")
    page.locator("dialog[open]").wait_for()
    shoot(page, f"keys-{name}")
    assert not barriers(page, "dialog")


@look
def test_the_connection_is_lost_and_comes_back(page_of: PageOf, shoot: Shoot, problems: Problems, name: str) -> None:
    problems.expect("ERR_INTERNET_DISCONNECTED")
    page = page_of(**LOOKS[name])
    page.context.set_offline(True)
    page.locator(".banner").wait_for()
    shoot(page, f"offline-{name}")
    assert not barriers(page, ".banner")
    page.context.set_offline(False)
    page.locator(".toast.good").wait_for()
    expect(page.locator(".banner")).to_be_hidden()


@look
def test_the_session_has_ended(page_of: PageOf, shoot: Shoot, problems: Problems, name: str) -> None:
    problems.expect("status of 400", "status of 401")
    page = page_of(**LOOKS[name])
    wait_until_live(page)
    page.route("**/oauth2/token", lambda route: route.fulfill(status=400, json={"error": "invalid_grant"}))
    page.route("**/api/**", lambda route: route.fulfill(status=401, json={"message": "Unauthorized"}))
    lose_live(page)
    page.locator("dialog[open]").wait_for()
    shoot(page, f"session-{name}")
    assert not barriers(page, "dialog")
