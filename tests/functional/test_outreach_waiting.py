"""Work that waits for people in active dialogue: texts to approve, and searches that paused themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from conversations.facts import Author
from outreach import proposals as steps
from outreach.found_posts import FoundPost
from outreach.proposals import Offer, Proposal
from outreach.searches import REFUSALS, Query, Search
from storage import proposals, searches, team_names, teams
from tests.functional.console_api import Console, now
from tests.support.live_gateway import LiveGateway, live_gateway
from tests.support.stack import Stack

LEE = Author("lee", "Lee")


@pytest.fixture
def kim(table: str, lambda_context: object) -> Console:
    return Console(lambda_context, {"sub": "kim", "name": "Kim", "email": "kim@example.com"})


@pytest.fixture
def gateway(table: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveGateway]:
    with live_gateway() as (running, address):
        monkeypatch.setenv("LIVE_ENDPOINT", address)
        yield running


def found(number: int = 1, team: str = "service") -> Proposal:
    at = now()
    author = Author(f"p{number}", "Mika", f"p{number}@mastodon.example")
    url = f"https://mastodon.example/@mika/{number}"
    post = FoundPost("mastodon", "support", str(number), str(number), url, at, author=author, text="Any tips?")
    added = proposals.add(post, "s1", "asks_advice", team=team, now=at)
    assert added
    return added[0]


def written(proposal: Proposal, by: Author = LEE) -> Proposal:
    offer = Offer("Telefunk here.", by, now(), needs_approval=True)
    return proposals.change(proposal, steps.write_offer(proposal, offer), now())


def paused(name: str, team: str = "service", reason: str = REFUSALS) -> Search:
    new = Search(name, name.title(), team, Query(any=("hörer",)), created_at=1, paused=True, pause_reason=reason)
    return searches.create(new)


def waits(who: Console) -> tuple[dict[str, int], list[tuple[str, str]]]:
    body = who.get("/for-me").body
    return {each["team"]: each["count"] for each in body["approvals"]}, [
        (each["name"], each["reason"]) for each in body["paused_searches"]
    ]


def test_text_of_another_waits_for_each_who_can_approve_it(console: Console, kim: Console) -> None:
    mine = console.get("/me").body["id"]
    written(found(1))
    own = written(found(2), Author(mine, "Alex"))
    proposals.change(third := found(3), steps.claim(third, LEE, now()), now())
    assert waits(console) == ({"service": 1}, [])
    assert waits(kim) == ({"service": 2}, [])
    kim.post(f"/proposals/{own.id}/release")
    assert waits(kim) == ({"service": 1}, [])


def test_text_of_a_team_of_others_waits_for_its_members_and_for_leads(
    console: Console, kim: Console, lead: Console
) -> None:
    team_names.add("sales")
    teams.put_team(replace(teams.team("sales"), members=("kim",)), now())
    written(found(1, "sales"))
    assert [waits(each)[0] for each in (console, kim, lead)] == [{}, {"sales": 1}, {"sales": 1}]


def test_text_of_a_team_that_was_made_by_another_environment_waits_at_once(lead: Console) -> None:
    assert waits(lead) == ({}, [])
    known = dict(team_names._kept)
    team_names.add("sales")
    team_names._kept.update(known)
    written(found(1, "sales"))
    assert waits(lead)[0] == {"sales": 1}


def test_text_of_a_closed_team_waits_for_no_lead_beside_it(lead: Console, admin: Console) -> None:
    team_names.add("sales")
    teams.put_team(replace(teams.team("sales"), members=("nele",), members_only=True), now())
    written(found(1, "sales"))
    paused("sport", "sales")
    assert waits(lead) == ({}, [])
    assert waits(admin) == ({"sales": 1}, [("Sport", REFUSALS)])


def test_search_that_paused_itself_is_told_to_leads_until_one_decides(console: Console, lead: Console) -> None:
    paused("by-hand", reason="")
    search = paused("sport")
    assert waits(console) == ({}, [])
    assert waits(lead) == ({}, [("Sport", REFUSALS)])
    assert lead.ask("PATCH", f"/searches/{search.id}", {"paused": True}, headers={}).status == 200
    assert waits(lead) == ({}, [])


def test_open_pages_are_told_when_a_text_begins_or_ends_to_wait(
    stack: Stack, console: Console, gateway: LiveGateway
) -> None:
    proposal = found()
    ticket = console.post("/live/ticket", Origin="https://inbox.example").body["ticket"]
    page = gateway.connect(ticket, "page", "https://inbox.example")
    gateway.send(page, "look", lists=False, conversation="")

    def told(change: Any) -> list[bool]:
        stack.settle()
        gateway.posted.clear()
        change()
        stack.settle()
        return [each.get("mine", False) for each in gateway.take(page, "news")]

    claimed = steps.claim(proposal, LEE, now())
    assert told(lambda: proposals.change(proposal, claimed, now())) == []
    assert told(lambda: written(claimed)) == [True]
    assert told(lambda: console.post(f"/proposals/{proposal.id}/release")) == [True]


def test_open_pages_are_told_when_a_search_pauses_itself(stack: Stack, console: Console, gateway: LiveGateway) -> None:
    search = searches.create(Search("s1", "Sport", "service", Query(any=("hörer",)), created_at=1))
    ticket = console.post("/live/ticket", Origin="https://inbox.example").body["ticket"]
    page = gateway.connect(ticket, "page", "https://inbox.example")
    gateway.send(page, "look", lists=False, conversation="")
    stack.settle()
    gateway.posted.clear()
    searches.change(search, replace(search, paused=True, pause_reason=REFUSALS))
    stack.settle()
    assert [each["mine"] for each in gateway.take(page, "news")] == [True]
