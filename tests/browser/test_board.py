"""The live board on a wall, the reports' breakdown, and the way from the square to the inbox and back."""

from __future__ import annotations

import re
import secrets
from typing import Any

import pytest
from playwright.sync_api import expect

from infra.local.players import AgentApi, Square
from infra.local.stack import Stack
from tests.browser.accessibility import barriers
from tests.browser.conftest import PageOf, enter
from tests.browser.people import Person
from tests.browser.talk import begin, surname

WALL = (1920, 1080)


@pytest.mark.parametrize("language", ["en-US", "de-DE"])
def test_board_shows_what_waits_and_who_is_here_and_follows_what_happens(
    page_of: PageOf, square: Square, agent_api: AgentApi, language: str, shoot: Any
) -> None:
    agent_api.call("PUT", "/me/status", status="here", capacity=10)
    talk = begin(square, agent_api, "Ist jemand da?")
    agent_api.call("POST", f"/conversations/{talk.id}/assign", assignee="me")
    page = page_of(place="#/board", size=WALL, language=language)
    values = page.locator(".board-value")
    expect(values).to_have_count(4)
    expect(values.nth(0)).to_have_text(re.compile(r"^\s*[1-9]\d*\s*$"))
    open_before = int(values.nth(0).inner_text())
    assert open_before >= 1
    expect(page.locator(".board-people .is-here")).to_contain_text("Alex Beispiel")
    assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == list(WALL)
    shoot(page, f"board-{language[:2]}")
    assert not barriers(page)
    begin(square, agent_api, "Und ich auch?")
    expect(values.nth(0)).to_have_text(str(open_before + 1))
    page.locator(".board-head a").click()
    expect(page).to_have_url(re.compile("#/reports"))


def test_board_names_each_team_once_where_there_are_several(page_of: PageOf, agent_api: AgentApi) -> None:
    label = f"Rechnungen {secrets.token_hex(2)}"
    name = f"t-{secrets.token_hex(4)}"
    agent_api.call("POST", "/teams", name=name, label=label)
    page = page_of(place="#/board", size=WALL)
    expect(page.get_by_role("region", name="Teams").get_by_role("row", name=label)).to_be_visible()
    assert not barriers(page)
    agent_api.call("DELETE", f"/teams/{name}")


def test_breakdown_tells_conversations_by_agent_tag_and_hour_of_the_week(
    page_of: PageOf, square: Square, agent_api: AgentApi, alex: Person, shoot: Any
) -> None:
    tag = f"glasfaser-{secrets.token_hex(3)}"
    talk = begin(square, agent_api, "Wann kommt Glasfaser?")
    agent_api.call("PUT", f"/conversations/{talk.id}/tags", add=[tag])
    agent_api.call("POST", f"/conversations/{talk.id}/replies", text="Im Mai.", resolve=True)
    page = page_of(place="#/reports", size=(1440, 900))
    agents = page.get_by_role("region", name="By agent").get_by_role("row").filter(has_text=alex.name)
    expect(agents).to_be_visible()
    tags = page.get_by_role("region", name="By tag").get_by_role("row").filter(has_text=tag)
    expect(tags.get_by_role("cell")).to_have_text(["1", "100%", "0", "0"])
    hours = page.locator(".hours-table td.hour")
    expect(hours).to_have_count(7 * 24)
    counted = [int(each) for each in page.locator(".hours-table td.hour .unseen").all_inner_texts()]
    assert sum(counted) >= 1
    page.locator(".breakdowns").scroll_into_view_if_needed()
    shoot(page, "breakdown")
    assert not barriers(page)


def test_square_leads_to_the_inbox_and_an_answer_there_comes_back_to_the_square(
    page_of: PageOf, stack: Stack, square: Square, agent_api: AgentApi, alex: Person
) -> None:
    talk = begin(square, agent_api, "Hallo, ist hier jemand?")
    page = page_of(signed_in=False)
    page.goto(stack["square_url"])
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open the inbox").click()
    inbox = opened.value
    enter(inbox, alex)
    inbox.get_by_role("link").filter(has_text=talk.customer).first.click()
    inbox.get_by_text("Hallo, ist hier jemand?").last.wait_for()
    answer = f"Ja, hier ist {surname()}."
    inbox.locator("#answer").fill(answer)
    inbox.locator("#answer").press("Control+Enter")
    inbox.locator(".message", has_text=answer).wait_for()
    inbox.close()
    expect(page.get_by_text(answer)).to_be_visible()
