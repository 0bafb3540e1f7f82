"""One action in several conversations, and the counts of the inbox."""

from __future__ import annotations

from typing import Any

import pytest

from console.actions import conversation_bulk
from tests.functional.console_api import MINUTE, Console, comment, head, now, private_message, visitor_post

NOWHERE = "a" * 26


def do(console: Console, ids: list[str], action: str, **more: Any) -> list[tuple[str, bool, str | None]]:
    answer = console.post("/conversations/bulk", {"ids": ids, "action": action} | more)
    assert answer.status == 200, answer
    return [(each["id"], each["ok"], each["error"]) for each in answer.body["items"]]


@pytest.fixture
def both(console: Console) -> list[str]:
    """A post and a chat."""
    return [visitor_post(), private_message()]


def test_several_are_given_to_somebody(console: Console, both: list[str]) -> None:
    assert do(console, both, "assign", assignee="me") == [(each, True, None) for each in both]
    assert all(head(each).assignee for each in both)


def test_several_are_marked_put_aside_closed_and_taken_up(console: Console, both: list[str]) -> None:
    do(console, both, "tag", add=["Ausfall"])
    assert [head(each).tags for each in both] == [("ausfall",)] * 2
    for action, status in (("snooze", "snoozed"), ("resolve", "resolved"), ("reopen", "open")):
        do(console, both, action, **({"after": "PT1H"} if action == "snooze" else {}))
        assert [head(each).status for each in both] == [status] * 2


def test_refusal_for_one_conversation_is_reported_and_the_others_are_done(console: Console, both: list[str]) -> None:
    done = do(console, [both[0], NOWHERE, "teams", both[1]], "resolve")
    assert [each[1:] for each in done] == [(True, None), (False, "not_found"), (False, "not_found"), (True, None)]


@pytest.mark.parametrize("action", ["resolve", "snooze"])
def test_nothing_is_closed_or_put_aside_blindly(console: Console, both: list[str], action: str) -> None:
    """Invariant 10."""
    seen = {each: head(each).unread for each in both}
    comment("1055_8")
    done = do(console, both, action, unread=seen, **({"after": "PT1H"} if action == "snooze" else {}))
    assert [each[1:] for each in done] == [(False, "stale"), (True, None)]
    assert head(both[0]).status == "open"


def test_the_same_request_is_done_once(console: Console, both: list[str]) -> None:
    body = {"ids": both, "action": "assign", "assignee": "me", "note": "Übernehme."}
    for _ in range(2):
        assert console.post("/conversations/bulk", body, Idempotency_Key="k1").status == 200
    notes = [each for each in console.get(f"/conversations/{both[0]}").body["messages"] if each["direction"] == "note"]
    assert len(notes) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"ids": [], "action": "resolve"},
        {"ids": ["x"] * 51, "action": "resolve"},
        {"ids": ["x"], "action": "dance"},
        {"ids": ["x"], "action": "resolve", "add": ["y"]},
        {"ids": ["x"], "action": "resolve", "unread": {"x": "many"}},
        {"action": "resolve"},
    ],
    ids=repr,
)
def test_invalid_bulk_action_is_refused(console: Console, body: dict[str, Any]) -> None:
    assert console.post("/conversations/bulk", body).status == 400


def test_the_numbers_are_those_of_the_lists(console: Console, colleague: Console, both: list[str]) -> None:
    console.post(f"/conversations/{both[0]}/assign", {"assignee": "me", "note": "Kim?", "mentions": ["kim"]})
    assert console.get("/conversations/counts").body == {
        "open": 2,
        "unassigned": 1,
        "mine": 1,
        "missed": 0,
        "mentions": 0,
        "teams": [{"name": "service", "open": 2}],
        "complete": True,
    }
    assert colleague.get("/conversations/counts").body["mentions"] == 1
    console.post(f"/conversations/{both[1]}/resolve")
    assert console.get("/conversations/counts").body["open"] == 1


def test_where_there_are_more_than_are_looked_at_the_numbers_say_so(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation_bulk, "LOOKED_AT", 1)
    for number in range(9):
        visitor_post(f"1055_{number}", at=now() - number * MINUTE)
    counted = console.get("/conversations/counts").body
    assert not counted["complete"]
    assert 0 < counted["open"] < 9
