"""The page of promises: what is ahead and what came of it, and asking many with a look before and a way back."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from infra.local.players import AgentApi, Square, wait_for
from tests.browser.accessibility import barriers
from tests.browser.conftest import PHONE, PageOf
from tests.browser.people import Person
from tests.browser.talk import Talk, begin


@pytest.fixture
def talk(square: Square, agent_api: AgentApi) -> Talk:
    """Somebody who wrote and was answered."""
    return answered(square, agent_api)


def answered(square: Square, agent_api: AgentApi, text: str = "Mein WLAN geht nicht.") -> Talk:
    talk = begin(square, agent_api, text)
    agent_api.call("POST", f"/conversations/{talk.id}/replies", text="Wir arbeiten daran.")
    talk.until("the answer to be noted", lambda whole: whole["status"] == "waiting")
    return talk


def state_of(talk: Talk) -> str | None:
    """Return the state of a conversation's follow-up."""
    promise = talk.read()["follow_up"]
    return promise["state"] if promise else None


def test_a_promise_is_listed_and_leads_to_its_conversation(page_of: PageOf, agent_api: AgentApi, talk: Talk) -> None:
    agent_api.call("PUT", f"/conversations/{talk.id}/follow-up", after="P7D", text="Geht es wieder?")
    page = page_of(place="#/follow-ups")
    row = page.get_by_role("link").filter(has_text=talk.customer)
    expect(row).to_contain_text("Geht es wieder?")
    expect(row).to_contain_text("scheduled by Alex Beispiel")
    row.click()
    expect(page).to_have_url(re.compile(re.escape(talk.id)))


def test_cancelled_follow_up_moves_to_another_list(page_of: PageOf, agent_api: AgentApi, talk: Talk) -> None:
    agent_api.call("PUT", f"/conversations/{talk.id}/follow-up", after="P7D")
    agent_api.call("DELETE", f"/conversations/{talk.id}/follow-up")
    page = page_of(place="#/follow-ups")
    page.get_by_role("link", name="Cancelled").click()
    expect(page.get_by_role("link").filter(has_text=talk.customer)).to_contain_text("Cancelled")
    expect(page).to_have_url(re.compile("state=cancelled"))


def test_an_agent_does_not_ask_many(page_of: PageOf, kim: Person) -> None:
    page = page_of(kim, place="#/follow-ups")
    expect(page.get_by_role("heading", level=1, name="Follow-ups")).to_be_visible()
    expect(page.get_by_role("link", name="Bulk follow-up")).to_have_count(0)
    page.evaluate("location.hash = '#/follow-ups/bulk'")
    expect(page.get_by_role("heading", name="You don’t have access")).to_be_visible()


def test_a_lead_asks_many_after_a_look_and_takes_it_back(
    page_of: PageOf, square: Square, agent_api: AgentApi, lea: Person
) -> None:
    word = f"stoerung{secrets.token_hex(4)}"
    talks = [answered(square, agent_api, f"Wieder die {word}!") for _ in range(3)]
    agent_api.call("PUT", f"/conversations/{talks[2].id}/follow-up", after="P7D")
    page = page_of(lea, place="#/follow-ups")
    page.get_by_role("link", name="Bulk follow-up").click()
    _choose(page, word)
    preview = page.get_by_role("region", name="Preview")
    expect(preview.get_by_role("checkbox")).to_have_count(2)
    expect(preview).to_contain_text(talks[0].customer)
    preview.get_by_text("1 excluded, with reason").click()
    expect(preview.get_by_role("heading", name=re.compile("A follow-up is planned there already"))).to_be_visible()
    assert state_of(talks[0]) is None
    preview.get_by_role("checkbox", name=re.compile(talks[1].customer)).uncheck()
    preview.get_by_role("button", name="Schedule 1 follow-up").click()
    page.get_by_role("dialog").get_by_role("button", name="Schedule 1 follow-up").click()
    expect(page.get_by_role("heading", name="1 follow-up scheduled")).to_be_visible()
    assert state_of(talks[0]) == "planned"
    assert state_of(talks[1]) is None
    page.reload()
    page.get_by_role("button", name="Cancel these follow-ups").click()
    expect(page.get_by_role("heading", name="1 follow-up cancelled")).to_be_visible()
    wait_for("the promise to be taken back", lambda: state_of(talks[0]) == "cancelled")
    assert state_of(talks[2]) == "planned"


def _choose(page: Page, word: str) -> None:
    page.get_by_label("Customer’s message contains one of these words").fill(word)
    # The time is told to the minute; who was answered in this one is meant, too.
    page.get_by_label("Replied until").fill(page.evaluate(_IN_AN_HOUR))
    page.get_by_role("combobox", name="Text").select_option("with_topic")
    page.get_by_label("Topic").fill("dem Internet")
    page.get_by_role("button", name="Preview recipients").click()


_IN_AN_HOUR = """() => {
  const later = new Date(Date.now() + 3600000 - new Date().getTimezoneOffset() * 60000);
  return later.toISOString().slice(0, 16);
}"""


@pytest.mark.parametrize("place", ["#/follow-ups", "#/follow-ups/bulk"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_keeps_people_out(page_of: PageOf, place: str, dark: bool) -> None:
    page = page_of(place=place, dark=dark)
    expect(page.locator(".is-loading")).to_have_count(0)
    assert not barriers(page)


def test_on_a_phone_the_lists_are_chosen_from_one_field(page_of: PageOf, agent_api: AgentApi, talk: Talk) -> None:
    agent_api.call("PUT", f"/conversations/{talk.id}/follow-up", after="P7D")
    page = page_of(place="#/follow-ups", size=PHONE)
    expect(page.get_by_role("link").filter(has_text=talk.customer)).to_be_visible()
    page.get_by_role("combobox", name="Lists").select_option("still_broken")
    expect(page.get_by_text("These conversations are open again.")).to_be_visible()
    assert page.locator("main").evaluate("element => element.scrollWidth <= element.clientWidth")
