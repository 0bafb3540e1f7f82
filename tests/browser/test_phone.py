"""A conversation on a phone, and on a screen at twice its size: the thread has the room."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from infra.local.players import AgentApi, Square, wait_for
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageOf

LEAST_SHARE = 0.7
ONE_LINE = 48
"""Pixels: the most that a composer of one line takes, with its frame."""
SIZES = {"phone": PHONE, "1440x900 at 200 %": (720, 450), "1280x720 at 200 %": (640, 360)}


@pytest.fixture(scope="module")
def conversation(square: Square, agent_api: AgentApi) -> str:
    """A conversation with a promise; its id."""
    post = square.post(author={"name": "Nora Lind"}, text="Wann kommt das Update?")
    found = wait_for("the post", lambda: agent_api.find(post["message_id"]))
    agent_api.call("POST", f"/conversations/{found['id']}/replies", text="Morgen früh.")
    agent_api.call("PUT", f"/conversations/{found['id']}/follow-up", after="P7D", text="Ist es da?")
    return str(found["id"])


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_thread_has_most_of_a_small_screen(page_of: PageOf, conversation: str, size: tuple[int, int]) -> None:
    page = page_of(place=f"#/c/{conversation}", size=size)
    page.get_by_text("Wann kommt das Update?").last.wait_for()
    expect(page.locator("nav.rail")).to_be_hidden()
    assert _height(page, ".thread-box") >= LEAST_SHARE * size[1]
    assert _height(page, ".composer-paper") <= ONE_LINE
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert not barriers(page)


def test_composer_of_a_phone_opens_when_it_is_touched_and_stays_while_it_has_text(
    page_of: PageOf, conversation: str
) -> None:
    page = page_of(place=f"#/c/{conversation}", size=PHONE)
    field = page.get_by_role("textbox", name="Public reply")
    send = page.get_by_role("button", name="Send publicly")
    expect(send).to_be_hidden()
    field.click()
    expect(send).to_be_visible()
    field.fill("Ja.")
    field.blur()
    expect(send).to_be_visible()
    field.fill("")
    field.blur()
    expect(send).to_be_hidden()


def _height(page: Page, selector: str) -> float:
    return float(page.locator(selector).evaluate("element => element.getBoundingClientRect().height"))
