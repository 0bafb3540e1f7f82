"""Live connections: tickets, what each connection looks at, and which push reaches whom."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from storage import change_counters, live_connections, teams
from tests.functional.console_api import Console, now, visitor_post
from tests.support import payloads
from tests.support.live_gateway import LiveGateway, live_gateway
from tests.support.stack import Stack

PAGE = "https://inbox.example"
BORDERED = "billing"
LASTING = 60
"""Seconds for which a token is good: long enough to connect with on a busy machine."""


@pytest.fixture
def gateway(table: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveGateway]:
    """API Gateway with no connection."""
    with live_gateway() as (running, address):
        monkeypatch.setenv("LIVE_ENDPOINT", address)
        yield running


def ticket_of(by: Console, origin: str = PAGE) -> str:
    answer = by.post("/live/ticket", Origin=origin)
    assert answer.status == 201, answer
    return answer.body["ticket"]


def connect(gateway: LiveGateway, by: Console, name: str, **looks: Any) -> str:
    assert gateway.connect(ticket_of(by), name, PAGE) == name
    gateway.send(name, "look", **looks)
    return name


def changed_post(stack: Stack) -> str:
    """Bring a visitor's post in, fold it, and forget the records up to there."""
    stack.platform.says({"first_name": "Jana"})
    stack.post(payloads.delivery(payloads.message(f"m_{time.time_ns()}", at=now())))
    stack.settle()
    return stack.conversations()[0].identity.team


def test_ticket_names_the_address_and_opens_one_connection(console: Console, gateway: LiveGateway) -> None:
    answer = console.post("/live/ticket", Origin=PAGE)
    assert answer.body["url"].startswith("ws://127.0.0.1")
    assert answer.headers["Cache-Control"] == "no-store"
    assert gateway.connect(answer.body["ticket"], "first", PAGE) == "first"
    assert gateway.connect(answer.body["ticket"], "second", PAGE) == ""
    (kept,) = live_connections.everyone(now())
    assert (kept.id, kept.name) == ("first", "Alex Beispiel")


def test_look_is_answered_with_what_the_pulse_says(console: Console, gateway: LiveGateway) -> None:
    post = visitor_post()
    page = connect(gateway, console, "one", teams=[], conversation=post)
    (answer,) = gateway.take(page, "pulse")
    pulse = console.get("/pulse", {"conversation": post}).body
    assert {name: answer[name] for name in pulse} == pulse


def test_list_and_conversation_are_pushed_as_ids_and_numbers(
    stack: Stack, console: Console, gateway: LiveGateway
) -> None:
    team = changed_post(stack)
    chat = next(iter(console.get("/conversations").body["items"]))["id"]
    reader = connect(gateway, console, "reader", teams=[], conversation=chat)
    gateway.posted.clear()
    console.post(f"/conversations/{chat}/notes", {"text": "Ein Geheimnis."})
    stack.dispatch()
    (news,) = gateway.take(reader, "news")
    whole = console.get(f"/conversations/{chat}").body
    counters = change_counters.read(chat, now())
    assert news == {
        "type": "news",
        "teams": {team: counters.teams[team]},
        "conversation": {"id": chat, "version": whole["version"], "changes": counters.changes},
    }


def test_page_that_shows_another_team_is_left_alone(stack: Stack, console: Console, gateway: LiveGateway) -> None:
    page = connect(gateway, console, "elsewhere", teams=["other"], conversation="")
    gateway.posted.clear()
    changed_post(stack)
    assert gateway.posted == {}
    gateway.send(page, "look", teams=["other", "service"], conversation="")
    gateway.posted.clear()
    changed_post(stack)
    assert gateway.take(page, "news")


def test_page_that_shows_no_list_hears_of_its_conversation_and_of_what_is_its_agents(
    stack: Stack, console: Console, colleague: Console, gateway: LiveGateway
) -> None:
    changed_post(stack)
    chat, other = (each["id"] for each in two_conversations(stack, console))
    page = connect(gateway, console, "reader", lists=False, conversation=chat)
    gateway.posted.clear()
    colleague.post(f"/conversations/{other}/notes", {"text": "Nichts für andere."})
    stack.dispatch()
    assert gateway.posted == {}
    colleague.post(f"/conversations/{chat}/notes", {"text": "Hier schon."})
    stack.dispatch()
    (news,) = gateway.take(page, "news")
    assert (news["teams"], news["conversation"]["id"], "mine" in news) == ({}, chat, False)
    colleague.post(f"/conversations/{other}/notes", {"text": "Schau mal.", "mentions": [me(console)]})
    stack.settle()
    news = gateway.take(page, "news")
    assert [each for each in news if each.get("mine")]
    assert [each for each in news if each["teams"] or each.get("conversation")] == []


def two_conversations(stack: Stack, console: Console) -> list[dict[str, Any]]:
    stack.post(payloads.delivery(payloads.post()))
    stack.settle()
    items = console.get("/conversations").body["items"]
    assert len(items) == 2
    return items


def me(by: Console) -> str:
    return by.get("/me").body["id"]


def test_change_between_look_and_answer_is_told_by_one_of_them(
    stack: Stack, console: Console, gateway: LiveGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection is stored before it is answered, so that nothing falls between."""
    page = connect(gateway, console, "one", lists=False, conversation="")
    gateway.posted.clear()
    read = change_counters.read

    def read_before_a_change(*arguments: Any) -> change_counters.Pulse:
        seen = read(*arguments)
        monkeypatch.setattr(change_counters, "read", read)
        changed_post(stack)
        return seen

    monkeypatch.setattr(change_counters, "read", read_before_a_change)
    gateway.send(page, "look", teams=["service"], conversation="")
    told = [push["teams"].get("service", 0) for push in gateway.posted[page]]
    assert max(told) == change_counters.read("", now()).teams["service"]


def test_conversation_that_is_not_there_is_looked_at_by_nobody(console: Console, gateway: LiveGateway) -> None:
    connect(gateway, console, "one", conversation="b" * 26)
    assert [each.conversation for each in live_connections.everyone(now())] == [""]


def test_batch_is_one_push_for_each_page(stack: Stack, console: Console, gateway: LiveGateway) -> None:
    page = connect(gateway, console, "one")
    stack.platform.says({"first_name": "Jana"})
    for number in range(3):
        stack.post(payloads.delivery(payloads.message(f"m_{number}", at=now())))
    gateway.posted.clear()
    batches = 0
    while stack.dispatch():
        batches += 1
    assert 0 < len(gateway.take(page, "news")) <= batches


def test_push_stops_at_the_border_of_a_team(
    stack: Stack, admin: Console, console: Console, colleague: Console, gateway: LiveGateway
) -> None:
    """Also for a page that opened the conversation before the team was closed."""
    changed_post(stack)
    chat = next(iter(console.get("/conversations").body["items"]))["id"]
    admin.post("/teams", {"name": BORDERED, "label": "Billing"})
    outside = connect(gateway, console, "outside", conversation=chat)
    member = connect(gateway, colleague, "member", conversation=chat)
    everywhere = connect(gateway, admin, "admin", conversation=chat)
    assert (
        colleague.post(f"/conversations/{chat}/notes", {"text": "Für dich.", "mentions": [me(console)]}).status == 201
    )
    admin.put(f"/teams/{BORDERED}", {"members": ["kim"], "members_only": True})
    teams.forget()
    assert admin.post(f"/conversations/{chat}/assign", {"assignee": None, "team": BORDERED}).status == 200
    stack.dispatch()
    gateway.posted.clear()
    colleague.post(f"/conversations/{chat}/notes", {"text": "Unter uns."})
    stack.dispatch()
    assert gateway.take(member, "news")
    assert gateway.take(everywhere, "news")
    assert gateway.take(outside, "news") == []
    gateway.send(outside, "look", teams=[BORDERED], conversation=chat)
    gateway.posted.clear()
    colleague.post(f"/conversations/{chat}/notes", {"text": "Noch einmal unter uns."})
    stack.settle()
    assert gateway.take(member, "news")
    assert gateway.take(outside, "news") == []
    gateway.posted.clear()
    gateway.send(member, "type", conversation=chat, typing=True)
    assert gateway.take(everywhere, "presence")
    colleague.get("/pulse", {"conversation": chat, "typing": "1"})
    assert gateway.take(everywhere, "presence")
    console.get("/pulse", {"conversation": chat, "typing": "1"})
    assert gateway.take(everywhere, "presence") == []
    assert gateway.take(outside, "presence") == []
    gateway.send(outside, "look", teams=[BORDERED], conversation=chat)
    (answer,) = gateway.take(outside, "pulse")
    assert answer["conversation"] is None
    assert BORDERED not in answer["teams"]


def test_closed_connection_is_forgotten_with_its_first_push(
    stack: Stack, console: Console, gateway: LiveGateway
) -> None:
    page = connect(gateway, console, "closed")
    gateway.open.discard(page)
    changed_post(stack)
    assert live_connections.everyone(now()) == []


@pytest.mark.parametrize(("status", "slow"), [(429, 0), (500, 0), (200, 3)])
def test_push_that_fails_or_is_slow_neither_fails_nor_delays_the_batch(
    stack: Stack, console: Console, gateway: LiveGateway, status: int, slow: float
) -> None:
    page = connect(gateway, console, "one")
    gateway.posted.clear()
    gateway.status, gateway.slow_seconds = status, slow
    stack.platform.says({"first_name": "Jana"})
    stack.post(payloads.delivery(payloads.message("m_1", at=now())))
    began = time.monotonic()
    assert stack.hand_over(stack.changes()) == []
    assert time.monotonic() - began < 2.5
    assert [each.id for each in live_connections.everyone(now())] == [page]
    gateway.status, gateway.slow_seconds = 200, 0
    stack.settle()
    gateway.posted.clear()
    gateway.send(page, "ping")
    (answer,) = gateway.take(page, "pulse")
    assert answer["teams"] == change_counters.read("", now()).teams


def test_same_batch_twice_is_harmless(stack: Stack, console: Console, gateway: LiveGateway) -> None:
    page = connect(gateway, console, "one")
    changed_post(stack)
    gateway.posted.clear()
    before = stack.conversations()
    assert stack.hand_over(stack.records) == []
    assert stack.conversations() == before
    numbers = [number for news in gateway.take(page, "news") for number in news["teams"].values()]
    assert numbers == sorted(numbers)


def test_nobody_is_looked_for_while_no_connection_is_expected(
    stack: Stack, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unexpected(_now: int) -> list[live_connections.Connection]:
        raise AssertionError("connections were read")

    monkeypatch.setattr(live_connections, "everyone", unexpected)
    changed_post(stack)


def test_colleagues_see_who_comes_types_and_leaves(console: Console, colleague: Console, gateway: LiveGateway) -> None:
    post = visitor_post()
    mine = connect(gateway, console, "mine", conversation=post)
    theirs = connect(gateway, colleague, "theirs", conversation=post)
    (came,) = gateway.take(mine, "presence")
    assert [(each["agent"]["name"], each["typing"]) for each in came["present"]] == [("Kim", False)]
    gateway.send(theirs, "type", conversation=post, typing=True)
    (typing,) = gateway.take(mine, "presence")
    assert typing["present"][0]["typing"]
    gateway.close(theirs)
    (left,) = gateway.take(mine, "presence")
    assert left["present"] == []
    assert console.get("/pulse", {"conversation": post}).body["present"] == []


def test_colleagues_hear_of_who_comes_types_and_stops_on_a_page_that_polls(
    console: Console, colleague: Console, gateway: LiveGateway
) -> None:
    post = visitor_post()
    mine = connect(gateway, console, "mine", conversation=post)
    elsewhere = connect(gateway, console, "elsewhere", conversation="")
    gateway.posted.clear()
    told = []
    for typing in ("0", "1", "0", "0"):
        colleague.get("/pulse", {"conversation": post, "typing": typing})
        told += [
            [(each["agent"]["name"], each["typing"]) for each in push["present"]] for push in told_to(gateway, mine)
        ]
    assert told == [[("Kim", False)], [("Kim", True)], [("Kim", False)]]
    assert told_to(gateway, elsewhere) == []


def told_to(gateway: LiveGateway, page: str) -> list[dict[str, Any]]:
    return gateway.take(page, "presence")


def test_colleagues_hear_of_who_was_noted_by_a_poll_before(
    console: Console, colleague: Console, gateway: LiveGateway
) -> None:
    post = visitor_post()
    colleague.get("/pulse", {"conversation": post})
    mine = connect(gateway, console, "mine", conversation=post)
    connect(gateway, colleague, "theirs", conversation=post)
    (came,) = gateway.take(mine, "presence")
    assert [each["agent"]["name"] for each in came["present"]] == ["Kim"]


def test_poll_is_answered_also_when_colleagues_cannot_be_told(
    console: Console, colleague: Console, gateway: LiveGateway
) -> None:
    post = visitor_post()
    connect(gateway, console, "mine", conversation=post)
    gateway.status = 500
    assert colleague.get("/pulse", {"conversation": post, "typing": "1"}).status == 200


def test_poll_in_a_conversation_looks_for_no_page_while_none_is_live(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unexpected(_now: int) -> list[live_connections.Connection]:
        raise AssertionError("connections were read")

    monkeypatch.setattr(live_connections, "everyone", unexpected)
    assert console.get("/pulse", {"conversation": visitor_post(), "typing": "1"}).status == 200


def test_agent_with_two_pages_has_left_with_the_second(
    console: Console, colleague: Console, gateway: LiveGateway
) -> None:
    post = visitor_post()
    one, other = (connect(gateway, colleague, name, conversation=post) for name in ("one", "other"))
    gateway.close(one)
    assert console.get("/pulse", {"conversation": post}).body["present"]
    gateway.send(other, "look", conversation="")
    assert console.get("/pulse", {"conversation": post}).body["present"] == []


def test_connection_ends_with_the_token(
    console: Console, gateway: LiveGateway, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    console.claims["exp"] = str(now() // 1000 + LASTING)
    page = connect(gateway, console, "short")
    gateway.posted.clear()
    clock = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: clock() + (LASTING + 1) * 10**9)
    changed_post(stack)
    assert gateway.posted == {}
    gateway.send(page, "ping")
    assert page not in gateway.open
