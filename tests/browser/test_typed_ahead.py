"""Keys that are pressed right after a click or a shortcut go into the field that it opens, however slow the page is."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from infra.local.players import AgentApi, Square
from tests.browser.conftest import PHONE, PageOf
from tests.browser.talk import Talk, answer_field, begin, message

QUESTION = "Bei mir auch, was hilft denn?"
WORDS = "exjhu? Hallo, Ben."
"""Begins with keys that resolve, select, move and leave where no field has the focus."""
_FRAMES_LATER = """() => {
  const frame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (draw) => setTimeout(() => frame(draw), 500);
}"""
"""Draws so late that several keys are pressed before."""
LATER_PART = "**/assets/admin-*.js"
EMOJI = "**/assets/data-*.js"


@pytest.fixture
def talk(square: Square, agent_api: AgentApi) -> Talk:
    """Somebody who asked something in public."""
    return begin(square, agent_api, QUESTION)


def hold(page: Page, address: str | re.Pattern[str]) -> Callable[[], None]:
    """Let requests wait; return what continues them, and lets others pass."""
    held: list[Route] = []
    passing: list[bool] = []

    def keep(route: Route) -> None:
        if passing:
            route.continue_()
        else:
            held.append(route)

    def let_go() -> None:
        passing.append(True)
        for route in held:
            route.continue_()

    page.route(address, keep)
    return let_go


@pytest.mark.parametrize(
    ("act", "field"),
    [
        (lambda page: message(page, QUESTION).get_by_role("button", name="Answer", exact=True).click(), "#answer"),
        (lambda page: page.locator(".composer-tabs button.note").click(), "#note"),
        (lambda page: page.keyboard.press("r"), "#answer"),
        (lambda page: page.keyboard.press("n"), "#note"),
        (lambda page: page.keyboard.press("/"), "#search"),
    ],
    ids=["answer to a comment", "tab of the note", "key of the answer", "key of the note", "key of the search"],
)
def test_first_key_is_not_lost_when_the_page_draws_late(
    page_of: PageOf, talk: Talk, act: Callable[[Page], None], field: str
) -> None:
    page = page_of(place=talk.place)
    expect(message(page, QUESTION)).to_be_visible()
    answer_field(page)
    page.evaluate(_FRAMES_LATER)
    act(page)
    page.keyboard.type(WORDS)
    expect(page.locator(field)).to_have_value(WORDS)


def test_first_key_is_not_lost_when_the_search_is_behind_a_conversation_on_a_phone(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place, size=PHONE)
    answer_field(page)
    page.evaluate(_FRAMES_LATER)
    page.keyboard.press("/")
    page.keyboard.type(WORDS)
    expect(page.locator("#search")).to_have_value(WORDS)


def test_space_is_not_lost_when_the_search_begins_between_two_words(page_of: PageOf, talk: Talk) -> None:
    page = page_of()
    page.locator(f'a[href*="{talk.id}"]').first.wait_for()
    page.keyboard.press("/")
    page.keyboard.type("zwei ")
    page.get_by_role("button", name="Clear search").wait_for()  # what is searched for is drawn
    page.keyboard.type("Jahre")
    page.wait_for_url("**/#/inbox?q=zwei+Jahre")
    expect(page.locator("#search")).to_have_value("zwei Jahre")
    page.get_by_role("button", name="Clear search").click()
    expect(page.locator("#search")).to_have_value("")


def test_first_key_is_not_lost_when_a_dialog_is_drawn_late(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    page.get_by_role("button", name="More", exact=True).click()
    page.evaluate(_FRAMES_LATER)
    page.get_by_role("button", name="Delete this conversation").click()
    page.keyboard.type(WORDS)
    expect(page.locator("#erase-word")).to_have_value(WORDS)


def test_keys_before_a_conversation_has_come_are_for_its_answer(page_of: PageOf, talk: Talk) -> None:
    page = page_of()
    address = f"**/api/conversations/{talk.id}?messages=*"
    let_go = hold(page, address)
    page.locator(f'a[href*="{talk.id}"]').first.click()
    expect(page.get_by_role("group", name="Loading")).to_be_visible()
    page.keyboard.press("r")
    page.keyboard.type(WORDS)
    let_go()
    expect(page.locator("#answer")).to_have_value(WORDS)
    assert talk.read()["status"] == "open"


@pytest.mark.parametrize("leave", ["Tab", "click"])
def test_keys_are_no_longer_kept_when_the_agent_goes_elsewhere(page_of: PageOf, talk: Talk, leave: str) -> None:
    page = page_of()
    address = f"**/api/conversations/{talk.id}?messages=*"
    let_go = hold(page, address)
    page.locator(f'a[href*="{talk.id}"]').first.click()
    expect(page.get_by_role("group", name="Loading")).to_be_visible()
    page.keyboard.press("r")
    page.keyboard.type("Hallo")
    if leave == "Tab":
        page.keyboard.press("Tab")
    search = page.locator("#search")
    search.click()
    page.keyboard.type(WORDS)
    expect(search).to_have_value(WORDS)
    let_go()
    # A search leads away from the conversation; what was typed before must not be in its answer afterwards.
    page.wait_for_url("**/#/inbox?q=*")
    page.evaluate("id => { location.hash = `#/c/${id}`; }", talk.id)
    expect(answer_field(page)).to_have_value("")


@pytest.mark.parametrize(
    ("act", "field", "address"),
    [
        (lambda page: page.keyboard.press("a"), "dialog[open] [role=combobox]", LATER_PART),
        (lambda page: page.keyboard.press("t"), "dialog[open] [role=combobox]", LATER_PART),
        (
            lambda page: page.get_by_role("button", name="Insert an emoji").click(),
            "dialog[open] [role=combobox]",
            LATER_PART,
        ),
        (
            lambda page: page.get_by_role("button", name="Insert an emoji").click(),
            "dialog[open] [role=combobox]",
            EMOJI,
        ),
        (lambda page: _forward(page), "#forward-to", LATER_PART),
    ],
    ids=["assignment", "tags", "emoji", "names of the emoji", "forwarding"],
)
def test_keys_before_a_dialog_has_come_are_for_its_field(
    page_of: PageOf, talk: Talk, act: Callable[[Page], None], field: str, address: str
) -> None:
    page = page_of(place=talk.place)
    let_go = hold(page, address)
    page.reload()
    answer_field(page)
    act(page)
    page.keyboard.type(WORDS)
    expect(page.locator("dialog[open]")).to_have_count(0)
    let_go()
    expect(page.locator(field)).to_have_value(WORDS)


def test_keys_that_close_a_dialog_before_it_has_come_are_followed_by_shortcuts(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    let_go = hold(page, LATER_PART)
    page.reload()
    answer_field(page)
    page.keyboard.press("t")
    page.keyboard.type("garantie")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.type("Zwei Jahre, oder?")
    page.keyboard.press("Control+Enter")
    let_go()
    expect(message(page, "Zwei Jahre, oder?")).to_be_visible()
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert talk.read()["tags"] == []


def test_keys_before_the_keyboards_help_has_come_are_no_shortcuts(page_of: PageOf, talk: Talk) -> None:
    page = page_of(place=talk.place)
    let_go = hold(page, LATER_PART)
    page.reload()
    answer_field(page)
    page.keyboard.press("?")
    page.keyboard.type("egf")
    let_go()
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Resolve, or reopen")
    expect(page).to_have_url(re.compile(re.escape(talk.place)))
    assert talk.read()["status"] == "open"


def _forward(page: Page) -> None:
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Forward by e-mail").click()
