"""Leaving a place closes its dialogs, and asks before typed text is lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from infra.local.players import AgentApi, Square
from tests.browser.conftest import PHONE, PageOf
from tests.browser.talk import Talk, answer_field, begin


@pytest.fixture
def talk(square: Square, agent_api: AgentApi) -> Talk:
    """Somebody posted on the Page."""
    return begin(square, agent_api)


def test_going_back_closes_what_lies_over_the_place(page_of: PageOf, talk: Talk) -> None:
    page = _there(page_of(), talk)
    for key in ("?", "s", "a", "t"):
        page.keyboard.press(key)
        expect(_dialogs(page)).to_have_count(1)
        page.go_back()
        expect(page).to_have_url(re.compile("#/inbox"))
        expect(_dialogs(page)).to_have_count(0)
        page.go_forward()
        answer_field(page)
    assert talk.read()["status"] == "open"


def test_a_question_that_was_left_is_not_answered(page_of: PageOf, talk: Talk) -> None:
    page = _there(page_of(), talk)
    page.locator('[data-act="more"]').click()
    page.get_by_role("button", name="Opt out of follow-ups").click()
    expect(_dialogs(page)).to_have_count(1)
    page.evaluate("location.hash = '#/follow-ups'")
    expect(page.get_by_role("heading", level=1, name="Follow-ups")).to_be_visible()
    expect(_dialogs(page)).to_have_count(0)
    assert not talk.read()["opt_out"]


@pytest.mark.parametrize("way", ["back", "hash"])
def test_leaving_a_dialog_with_input_asks_first(page_of: PageOf, way: str) -> None:
    page = page_of(place="#/settings/teams")
    page.evaluate("location.hash = '#/settings/connections'")
    page.get_by_role("button", name="Connect account").click()
    form = page.get_by_role("dialog", name="Connect account")
    form.get_by_role("button", name=re.compile("^Telegram")).click()
    token = form.get_by_label(re.compile("token", re.IGNORECASE)).first
    token.fill("123456:lang-und-muehsam")
    for answer in ("Cancel", "Leave without saving"):
        if way == "back":
            page.go_back()
        else:
            page.evaluate("location.hash = '#/settings/teams'")
        question = page.get_by_role("dialog", name="Leave without saving?")
        expect(question).to_be_visible()
        expect(page).to_have_url(re.compile("#/settings/connections"))
        question.get_by_role("button", name=answer).click()
        if answer == "Cancel":
            expect(token).to_have_value("123456:lang-und-muehsam")
    expect(page).to_have_url(re.compile("#/settings/teams"))
    expect(_dialogs(page)).to_have_count(0)


def test_the_words_of_a_wish_are_asked_about_and_the_draft_is_kept(page_of: PageOf, talk: Talk) -> None:
    page = _there(page_of(), talk)
    answer_field(page).fill("Bitte neu starten.")
    page.get_by_role("button", name="Follow-up options").click()
    wish = page.get_by_role("dialog", name="Schedule follow-up")
    wish.get_by_label("Question").fill("Läuft das WLAN?")
    page.go_back()
    question = page.get_by_role("dialog", name="Leave without saving?")
    # Going back once more is no answer.
    page.go_back()
    expect(question).to_have_count(1)
    question.get_by_role("button", name="Leave without saving").click()
    expect(page).to_have_url(re.compile("#/inbox"))
    expect(_dialogs(page)).to_have_count(0)
    expect(_there(page, talk).locator("#answer")).to_have_value("Bitte neu starten.")


def test_the_conversation_beside_goes_with_a_link_in_it(page_of: PageOf, talk: Talk) -> None:
    page = _there(page_of(size=PHONE), talk)
    page.keyboard.press("i")
    expect(_dialogs(page)).to_have_count(1)
    page.evaluate("location.hash = '#/inbox'")
    expect(_dialogs(page)).to_have_count(0)


def test_the_menu_of_the_account_goes_as_well(page_of: PageOf) -> None:
    page = page_of()
    page.get_by_role("button", name="Account").click()
    expect(page.locator("#account")).to_be_visible()
    page.evaluate("location.hash = '#/reports'")
    expect(page.locator("#account")).to_be_hidden()


def test_going_back_through_the_settings_comes_out_of_them(page_of: PageOf) -> None:
    page = page_of(place="#/inbox")
    for tab in ("hours", "notices", "connections"):
        page.evaluate("tab => { location.hash = `#/settings/${tab}` }", tab)
        _settled(page, tab)
    for tab in ("notices", "hours"):
        page.go_back()
        _settled(page, tab)
    page.go_back()
    expect(page).to_have_url(re.compile("#/inbox"))


def _settled(page: Page, tab: str) -> None:
    """A page of the settings is there, with what is changed in it."""
    expect(page).to_have_url(re.compile(f"#/settings/{tab}"))
    expect(page.locator(f".side-nav a[aria-current=page][href*='{tab}']")).to_have_count(1)
    expect(page.locator(".admin-card, table.connections").first).to_be_visible()


def _there(page: Page, talk: Talk) -> Page:
    """The page, with a step to go back to the inbox."""
    page.evaluate("location.hash = '#/inbox'")
    page.evaluate("place => { location.hash = place }", talk.place)
    answer_field(page)
    return page


def _dialogs(page: Page) -> Locator:
    return page.locator("dialog[open]")
