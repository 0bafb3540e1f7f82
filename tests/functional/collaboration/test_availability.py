"""Status of agents, the next conversation for one who asks, and assignment by the rules of teams."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from msgspec.structs import replace

from console import sizes
from conversations.availability import LAPSE, Availability, Presence, current, next_in_turn
from storage import agents, audit, availability, teams
from tests.functional.console_api import MINUTE, Console, head, now, private_message, visitor_post
from watch import balance

LONG = 600_000
"""Milliseconds: time enough."""


def chats(number: int) -> list[str]:
    """Conversations, the one that waits longest first."""
    return [private_message(f"m_{n}", thread=f"t_{n}", at=now() - (60 - n) * MINUTE) for n in range(number)]


def here(agent_id: str, capacity: int = 0, **more: object) -> None:
    found = Availability(agent_id, agent_id.capitalize(), Presence.HERE, capacity, now(), now())
    availability.put(replace(found, **more))


def rules(**fields: object) -> None:
    team = replace(teams.team_now("service"), members=("kim", "lo", "mo"), **fields)
    teams.put_team(team, now())


def balanced(later: int = 0) -> dict[str, int]:
    teams.forget()
    return dict(balance.balance(lambda: now() + later, lambda: LONG))


def holder(conversation: str) -> str | None:
    found = head(conversation).assignee
    return found.id if found else None


# -- the status -------------------------------------------------------------------------------------------------------


def test_status_is_kept_and_capacity_stays(console: Console, colleague: Console) -> None:
    assert console.get("/me/status").body["status"] == "away"
    first = console.put("/me/status", {"status": "here", "capacity": 5}).body
    again = console.put("/me/status", {"status": "here"}).body
    assert (again["capacity"], again["since"]) == (5, first["since"])
    assert console.put("/me/status", {"status": "full", "capacity": 0}).body["capacity"] is None
    colleague.put("/me/status", {"status": "away"})
    shown = [(each["agent"]["name"], each["status"]) for each in colleague.get("/statuses").body["items"]]
    assert shown == [("Kim", "away")]  # who never signed in is not known as an agent


def test_statuses_count_what_each_agent_holds_where_that_is_asked_for(console: Console, colleague: Console) -> None:
    for conversation in chats(3)[:2]:
        colleague.post(f"/conversations/{conversation}/assign", {"assignee": "me"})
    colleague.put("/me/status", {"status": "here", "capacity": 2})
    assert [each["held"] for each in console.get("/statuses", {"held": "true"}).body["items"]] == [2]
    assert "held" not in console.get("/statuses").body["items"][0]
    assert console.get("/statuses", {"held": "yes"}).status == 400


def test_statuses_come_in_pages(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    for agent_id in ("kim", "lo", "mo"):
        agents.note(agents.Known(agent_id, agent_id.capitalize(), groups=("agent",)), now())
        here(agent_id)
    whole = console.get("/statuses").body["items"]
    monkeypatch.setattr(sizes, "LARGEST", 200)
    first = console.get("/statuses").body
    second = console.get("/statuses", {"cursor": first["cursor"]}).body
    assert 0 < len(first["items"]) < len(whole)
    assert whole[: len(first["items"]) + len(second["items"])] == first["items"] + second["items"]


def test_agent_whose_page_is_silent_counts_as_away_since_then() -> None:
    found = Availability("kim", "Kim", Presence.HERE, 0, 1000, 2000)
    assert current(found, 2000 + LAPSE) == (Presence.HERE, 1000)
    assert current(found, 2001 + LAPSE) == (Presence.AWAY, 2000)


# -- the next one -----------------------------------------------------------------------------------------------------


def test_next_one_is_the_most_urgent_that_nobody_has(console: Console) -> None:
    first, second = chats(2)
    assert [console.post("/conversations/next").body["id"] for _ in range(2)] == [first, second]
    answer = console.post("/conversations/next")
    assert (answer.status, answer.body["error"]) == (404, "nothing_waits")


def test_repeated_request_gets_the_same_conversation(console: Console) -> None:
    first, second = chats(2)
    asked = [console.post("/conversations/next", Idempotency_Key="one-request-1").body["id"] for _ in range(2)]
    assert asked == [first, first]
    assert console.post("/conversations/next", Idempotency_Key="one-request-2").body["id"] == second


@pytest.mark.invariant(14)
def test_two_agents_who_ask_at_once_get_different_ones(console: Console, colleague: Console) -> None:
    expected, barrier = set(chats(2)), Barrier(2)

    def ask(agent: Console) -> str:
        barrier.wait()
        return agent.post("/conversations/next").body["id"]

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(ask, (console, colleague))) == expected


def test_agent_with_as_many_as_they_want_gets_no_more(console: Console) -> None:
    chats(3)
    console.put("/me/status", {"status": "here", "capacity": 1})
    assert console.post("/conversations/next").status == 200
    answer = console.post("/conversations/next")
    assert (answer.status, answer.body["error"]) == (409, "at_capacity")
    console.put("/me/status", {"status": "full", "capacity": 10})
    assert console.post("/conversations/next").status == 409


def test_next_one_of_a_team_that_is_not_there_is_refused(console: Console) -> None:
    assert console.post("/conversations/next", {"team": "nowhere"}).body["error"] == "no_team"


# -- rules of teams ---------------------------------------------------------------------------------------------------


def test_turn_skips_who_is_away_or_full() -> None:
    known = {
        name: Availability(name, name, status, 2, 0, 0)
        for name, status in (("a", Presence.HERE), ("b", Presence.AWAY), ("c", Presence.FULL), ("d", Presence.HERE))
    }
    turn = [next_in_turn("dcba", known, {"a": held}, last, 1) for held, last in ((0, ""), (0, "a"), (0, "d"), (2, "d"))]
    assert [each.agent_id if each else None for each in turn] == ["a", "d", "a", "d"]
    assert next_in_turn("bc", known, {}, "", 1) is None


def test_open_conversations_go_round_to_those_who_are_here_and_have_room(table: str) -> None:
    found = chats(5)
    rules(assign="round_robin")
    here("kim", 2)
    here("lo", 1)
    assert balanced()["assigned"] == 3
    assert [holder(each) for each in found] == ["kim", "lo", "kim", None, None]
    assert balanced()["assigned"] == 0
    here("mo")
    assert balanced()["assigned"] == 2
    entries, _ = audit.page(audit.Period(now() - MINUTE, now() + MINUTE), 50)
    noted = [(each.event, each.detail["rule"]) for each in entries]
    assert noted == [(audit.AuditEvent.ASSIGNED, "round_robin")] * 5


def test_turn_goes_on_where_the_last_call_ended(table: str) -> None:
    rules(assign="round_robin")
    here("kim")
    here("lo")
    (first,) = chats(1)
    balanced()
    second = visitor_post()
    balanced()
    assert (holder(first), holder(second)) == ("kim", "lo")


def test_team_without_a_rule_assigns_nothing(table: str) -> None:
    (chat,) = chats(1)
    rules()
    here("kim")
    assert (balanced(), holder(chat)) == ({"assigned": 0, "released": 0}, None)


def test_open_conversation_of_one_who_is_away_goes_back_after_the_teams_time(
    console: Console, colleague: Console
) -> None:
    (chat,) = chats(1)
    colleague.post(f"/conversations/{chat}/assign", {"assignee": "me"})
    rules(release_after="PT1H")
    assert balanced(later=2 * 60 * MINUTE)["released"] == 0  # who never said anything is not away
    colleague.put("/me/status", {"status": "away"})
    assert balanced(later=59 * MINUTE)["released"] == 0
    assert balanced(later=61 * MINUTE)["released"] == 1
    assert holder(chat) is None
    event = console.get(f"/conversations/{chat}").body["events"][-1]
    assert (event["kind"], event["by"], event["reason"]) == ("assign", None, "agent_away")


def test_agent_who_is_here_keeps_what_they_hold(colleague: Console) -> None:
    (chat,) = chats(1)
    colleague.post(f"/conversations/{chat}/assign", {"assignee": "me"})
    rules(release_after="PT10M")
    here("kim", at=now() + 3 * 60 * MINUTE)
    assert balanced(later=3 * 60 * MINUTE)["released"] == 0


def test_rules_are_read_and_written_with_the_team(lead: Console) -> None:
    assert "assign" not in lead.get("/teams/service").body
    written = {"assign": "round_robin", "release_after": "PT2H"}
    found = lead.put("/teams/service", written).body
    assert {name: found[name] for name in written} == written
    for wrong in ({"assign": "by_mood"}, {"release_after": "PT1M"}, {"release_after": "soon"}):
        assert lead.put("/teams/service", wrong).status in (400, 422)
