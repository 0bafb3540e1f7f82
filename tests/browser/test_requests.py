"""Requests of the page: nothing is read twice when it begins or a conversation opens, and it says what it shows."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request, WebSocket, expect

from infra.local.players import AgentApi, Square, wait_for
from tests.browser.conftest import PageOf
from tests.browser.hearing import wait_until_live
from tests.browser.people import Person
from tests.browser.talk import answer_field, begin

QUIET_MS = 3000
"""Milliseconds in which all that follows a beginning was requested: what is read again waits two seconds at most."""
ONCE = (
    "/api/me",
    "/api/me/status",
    "/api/conversations",
    "/api/conversations/counts",
    "/api/for-me",
    "/api/live/ticket",
)
FOR_YOU = 'nav.rail > a[href="#/for-you"] .rail-badge'
"""The number beside the place: there may be others beside other places."""


def test_page_that_begins_reads_everything_once(page_of: PageOf, square: Square, agent_api: AgentApi) -> None:
    begin(square, agent_api)
    page = page_of()
    wait_until_live(page)
    page.wait_for_timeout(QUIET_MS)
    asked = listen(page)
    page.reload()
    wait_until_live(page)
    page.wait_for_timeout(QUIET_MS)
    assert {path: asked[path] for path in ONCE} == dict.fromkeys(ONCE, 1), asked
    assert asked["/api/pulse"] == 0


def test_conversation_that_opens_is_read_once(page_of: PageOf, square: Square, agent_api: AgentApi) -> None:
    talk, other = begin(square, agent_api), begin(square, agent_api)
    page = page_of(place=other.place)
    wait_until_live(page)
    page.wait_for_timeout(QUIET_MS)
    asked = listen(page)
    page.locator(f'a[href*="{talk.id}"]').first.click()
    answer_field(page)
    page.wait_for_timeout(QUIET_MS)
    assert asked[f"/api/conversations/{talk.id}"] == 1, asked
    assert asked["/api/conversations"] == 0


def test_page_tells_over_its_live_connection_what_it_shows(
    page_of: PageOf, square: Square, agent_api: AgentApi
) -> None:
    talk = begin(square, agent_api)
    page = page_of()
    wait_until_live(page)
    looks = looks_of(page)
    page.reload()
    wait_until_live(page)
    assert looks[-1] == {"lists": True, "teams": [], "conversation": ""}
    told(looks, page, "#/inbox?team=service", {"lists": True, "teams": ["service"], "conversation": ""})
    shown = {"lists": True, "teams": ["service"], "conversation": talk.id}
    told(looks, page, f"#/c/{talk.id}?team=service", shown)
    told(looks, page, "#/reports", {"lists": False, "teams": [], "conversation": ""})
    told(looks, page, "#/board", {"lists": True, "teams": [], "conversation": ""})


def test_typing_is_told_once_a_colleague_is_there(
    page_of: PageOf, square: Square, agent_api: AgentApi, kim: Person
) -> None:
    talk = begin(square, agent_api)
    page = page_of()
    told_typing = sent_by(page, "type")
    page.goto(page.url.partition("#")[0] + talk.place)
    page.reload()
    wait_until_live(page)
    answer_field(page).press_sequentially("Ich schaue nach", delay=20)
    page.wait_for_timeout(1000)
    assert told_typing == []
    theirs = page_of(kim, place=talk.place)
    expect(page.locator(".composer-others")).to_contain_text("Kim Beispiel")
    answer_field(page).press_sequentially(", einen Augenblick", delay=20)
    expect(theirs.get_by_text("is replying")).to_be_visible()
    assert told_typing[0] == {"typing": True}


def test_list_shows_what_came_while_it_was_not_shown(page_of: PageOf, square: Square, agent_api: AgentApi) -> None:
    page = page_of(place="#/inbox?team=service")
    wait_until_live(page)
    page.evaluate("location.hash = '#/reports'")
    page.get_by_role("heading", level=1, name=re.compile("Reports")).wait_for()
    page.wait_for_timeout(QUIET_MS)
    talk = begin(square, agent_api)
    page.evaluate("location.hash = '#/inbox?team=service'")
    expect(page.locator(f'.panes-list a[href*="{talk.id}"]').first).to_be_visible()


def test_for_you_hears_of_what_is_the_agents_own_where_no_list_is_shown(
    page_of: PageOf, square: Square, agent_api: AgentApi, kim: Person
) -> None:
    talk = begin(square, agent_api)
    page = page_of(kim, place="#/reports")
    wait_until_live(page)
    page.wait_for_timeout(QUIET_MS)
    kim_id = next(each["id"] for each in agent_api.call("GET", "/agents")["items"] if each["name"] == kim.name)
    agent_api.call("POST", f"/conversations/{talk.id}/notes", text="Schaust du?", mentions=[kim_id])
    expect(page.locator(FOR_YOU)).to_contain_text("1", timeout=20_000)


def told(looks: list[dict[str, Any]], page: Page, place: str, expected: dict[str, Any]) -> None:
    """Go to a place, and wait until the page tells what it shows there."""
    page.evaluate("place => { location.hash = place; }", place)

    def look() -> bool:
        page.wait_for_timeout(50)
        return bool(looks) and looks[-1] == expected

    wait_for(f"{expected}", look)


def listen(page: Page) -> Counter[str]:
    """Count the API's requests from now on, by path."""
    asked: Counter[str] = Counter()

    def note(request: Request) -> None:
        path = urlsplit(request.url).path
        if "/api/" in path:
            asked["/api/" + path.partition("/api/")[2]] += 1

    page.on("request", note)
    return asked


def looks_of(page: Page) -> list[dict[str, Any]]:
    """Note what the page tells over its live connections that it shows."""
    return sent_by(page, "look", without="typing")


def sent_by(page: Page, action: str, without: str = "") -> list[dict[str, Any]]:
    """Note the messages of an action that the page sends over its live connections."""
    sent: list[dict[str, Any]] = []

    def note(payload: str | bytes) -> None:
        message = json.loads(payload)
        if message.pop("action") == action:
            message.pop(without, None)
            sent.append(message)

    def opened(socket: WebSocket) -> None:
        socket.on("framesent", note)

    page.on("websocket", opened)
    return sent
