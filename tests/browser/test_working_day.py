"""A whole day by keyboard alone: nothing in it is clicked."""

from __future__ import annotations

import re
import secrets
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from infra.local.players import AgentApi, Square
from tests.browser.conftest import PageOf
from tests.browser.talk import Talk, begin, message
from tests.browser.test_posts import in_order, post

__all__ = ["post"]


@pytest.fixture
def people(square: Square, agent_api: AgentApi) -> list[Talk]:
    """Two customers who wrote, the second of whom names something that nobody else does."""
    return [begin(square, agent_api, "Mein WLAN bricht ab."), begin(square, agent_api, f"Wo ist {_word()}?")]


def _word() -> str:
    return "paket" + "".join(secrets.choice("abcdefgh") for _ in range(8))


def test_whole_day_is_worked_by_keyboard_alone(
    page_of: PageOf, people: list[Talk], post: dict[str, Any], agent_api: AgentApi
) -> None:
    first, second = people
    tag = f"gruss-{secrets.token_hex(3)}"
    name = f"neustart-{secrets.token_hex(3)}"
    text = f"Bitte einmal neu starten, {name}."
    agent_api.call("PUT", f"/teams/service/templates/{name}/de", text=text, kind="answer")
    agent_api.call("PUT", f"/teams/service/macros/{tag}", title=f"Makro {tag}", actions=[{"tag": {"add": [tag]}}])
    page = page_of(size=(1440, 900))
    keys = page.keyboard

    # The list: to the first customer's row, and into their conversation.
    _row(page, first).wait_for()
    _walk_to(page, first)
    keys.press("Enter")
    expect(page).to_have_url(re.compile(re.escape(first.place)))
    message(page, "Mein WLAN bricht ab.").wait_for()

    # A template as the answer, with a follow-up planned.
    keys.press("r")
    answer = page.locator("#answer")
    expect(answer).to_be_focused()
    keys.type(f"/starten neu {name}")
    expect(page.get_by_role("option").first).to_be_visible()
    keys.press("Enter")
    expect(answer).to_have_value(text)
    keys.press("Control+Shift+Enter")
    message(page, text).wait_for()
    first.until("the follow-up", lambda whole: whole["follow_up"])

    # A macro.
    keys.press("Escape")
    keys.press("r")
    expect(answer).to_be_focused()
    keys.type(f"/{tag[-6:]}")
    expect(page.get_by_role("option", name=f"Makro {tag}")).to_be_visible()
    keys.press("Enter")
    expect(page.locator(".macro-steps")).to_contain_text(tag)
    keys.press("Enter")
    first.until("the tag", lambda whole: tag in whole["tags"])
    expect(page.locator("dialog[open]")).to_have_count(0)

    # Done with it, and on to the next.
    keys.press("Escape")
    _leave_field(page)
    keys.press("e")
    first.until("the end", lambda whole: whole["status"] == "resolved")

    # Search for the second customer's word.
    keys.press("/")
    expect(page.get_by_role("searchbox").first).to_be_focused()
    word = second.read()["messages"][0]["text"].removeprefix("Wo ist ").removesuffix("?")
    keys.type(word)
    keys.press("Enter")
    found = page.get_by_role("link").filter(has_text=second.customer).first
    expect(found).to_be_visible()
    _tab_to(page, found)
    keys.press("Enter")
    message(page, word).first.wait_for()

    # The comments below a post.
    keys.press("g")
    keys.press("p")
    entry = page.get_by_role("link", name=post["post"]["text"])
    entry.wait_for()
    _tab_to(page, entry)
    keys.press("Enter")
    comment = in_order(agent_api, post)[0]
    expect(page.locator(".pass-text")).to_have_text(comment)
    keys.press("x")
    expect(page.locator(".pass-text")).not_to_have_text(comment)
    keys.press("u")
    expect(page.locator(".pass-text")).to_have_text(comment)

    # What is for one, the follow-ups, the reports, and back to the list.
    for key, place in (("y", "for-you"), ("f", "follow-ups"), ("r", "reports"), ("i", "inbox")):
        keys.press("g")
        keys.press(key)
        expect(page).to_have_url(re.compile(f"#/{place}"))
        page.locator("main :is(h1, h2, .inbox-head):visible").first.wait_for()


def _row(page: Page, talk: Talk) -> Locator:
    return page.locator("a", has_text=talk.customer).first


def _walk_to(page: Page, talk: Talk) -> None:
    """Press ``j`` until a customer's row has the focus."""
    for _ in range(60):
        if page.evaluate("document.activeElement?.textContent?.includes(" + repr(talk.customer) + ") ?? false") and (
            page.evaluate("document.activeElement?.matches('a, [role=row], li, article') ?? false")
        ):
            return
        page.keyboard.press("j")
        page.wait_for_timeout(50)
    raise AssertionError("the row cannot be reached with j")


def _tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until something has the focus."""
    for _ in range(80):
        if wanted.evaluate("each => each === document.activeElement || each.contains(document.activeElement)"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("it cannot be reached with Tab")


def _leave_field(page: Page) -> None:
    """Press Escape until no field has the focus."""
    for _ in range(3):
        if page.evaluate("!document.activeElement?.matches('textarea, input, select')"):
            return
        page.keyboard.press("Escape")
    raise AssertionError("Escape does not leave the field")
