"""The connections: how they are, whose they are, and that knowing it costs little."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

import channels
from storage import connections, outreach_budgets
from tests.functional.console_api import MINUTE, Console, now, visitor_post
from tests.support.stack import Stack

Json = dict[str, Any]


def only(lead: Console, language: str = "en") -> Json:
    """The one connection there is."""
    answer = lead.get("/connections", Accept_Language=language)
    assert answer.status == 200, answer
    (connection,) = answer.body["items"]
    return connection


def at(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp() * 1000)


def test_a_new_connection_is_well_and_has_heard_nothing(stack: Stack, lead: Console) -> None:
    assert only(lead) == {
        "channel": "facebook",
        "name": "demo",
        "account_id": "104200000000001",
        "account_name": "Telefunk",
        "team": "service",
        "options": {},
        "held": False,
        "problem": None,
        "problem_explanation": None,
        "paused_until": None,
        "last_event_at": None,
        "last_send_at": None,
        "last_error": None,
        "token_until": None,
        "rotating": False,
        "webhook": None,
        "polling": {"seconds": channels.get("facebook").capabilities.poll_seconds, "asked_at": None, "next_at": None},
        "gap": None,
        "checked_at": None,
        "budget": None,
    }


def test_last_event_and_last_send_are_shown(stack: Stack, lead: Console) -> None:
    began = now()
    post = visitor_post()
    stack.settle()
    assert at(only(lead)["last_event_at"]) >= began
    assert only(lead)["last_send_at"] is None
    stack.platform.says({"id": "1055_2"})
    lead.post(f"/conversations/{post}/replies", {"text": "Wir schauen nach."})
    stack.settle()
    assert at(only(lead)["last_send_at"]) >= began


def test_a_sign_of_life_is_written_once_in_five_minutes(stack: Stack) -> None:
    moment = now()

    def heard(at: int) -> int:
        connections._signs.clear()  # another function's process
        connections.note_sign("facebook", "demo", connections.EVENT, at)
        return connections.connection("facebook", "demo").last_event_at

    assert heard(moment) == moment
    assert heard(moment + 4 * MINUTE) == moment
    assert heard(moment - 4 * MINUTE) == moment
    assert heard(moment + 6 * MINUTE) == moment + 6 * MINUTE


def test_a_sign_of_life_makes_no_connection(table: str) -> None:
    connections.note_sign("facebook", "nobody", connections.EVENT, now())
    assert connections.connections() == []


def test_a_problem_is_told_in_the_reader_s_language(stack: Stack, lead: Console) -> None:
    post = visitor_post()
    stack.settle()
    stack.platform.fails(190, 463, status=401)
    lead.post(f"/conversations/{post}/replies", {"text": "Wir schauen nach."})
    stack.dispatch()
    stack.reply(stack.receive())
    shown = only(lead, "de")
    assert shown["problem"] == "auth"
    assert shown["problem_explanation"].startswith("Die Plattform ")
    assert at(shown["paused_until"]) > now()


def test_a_connection_is_given_to_a_team_and_what_begins_there_too(stack: Stack, admin: Console, lead: Console) -> None:
    assert admin.post("/teams", {"name": "sales", "label": "Sales"}).status == 201
    answer = admin.ask("PATCH", "/connections/facebook/demo", {"team": "sales"}, headers={})
    assert (answer.status, answer.body["team"]) == (200, "sales")
    assert only(lead)["team"] == "sales"
    post = visitor_post("1055_8")
    assert lead.get(f"/conversations/{post}").body["team"] == "sales"
    assert admin.get("/audit", {"kind": "connection"}).body["items"][0]["target"] == "facebook/demo"


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("/connections/facebook/demo", {"team": "nobody"}, 404, "no_team"),
        ("/connections/facebook/other", {"team": "service"}, 404, "no_connection"),
        ("/connections/facebook/demo", {}, 400, "malformed"),
    ],
)
def test_invalid_team_of_a_connection_is_refused(
    stack: Stack, admin: Console, path: str, body: Json, status: int, error: str
) -> None:
    answer = admin.ask("PATCH", path, body, headers={})
    assert (answer.status, answer.body["error"]) == (status, error)
    assert admin.get("/audit").body["items"] == []


def test_budget_is_set_by_an_admin_and_shown_with_what_was_used(stack: Stack, admin: Console, lead: Console) -> None:
    connections.put_connection("x", "main", "7", "Telefunk")
    path = "/connections/x/main"

    def shown() -> Json:
        return next(each for each in lead.get("/connections").body["items"] if each["channel"] == "x")

    seconds = channels.get("x").capabilities.poll_seconds
    assert (shown()["budget"], shown()["polling"]["seconds"]) == (
        {"used": 0, "limit": None, "state": "within"},
        seconds,
    )
    assert admin.ask("PATCH", path, {"budget": 20}, headers={}).body["budget"]["limit"] == 20
    outreach_budgets.charge("x", "main", 16_000_000, now())
    assert shown()["budget"] == {"used": 16, "limit": 20, "state": "near"}
    assert shown()["polling"]["seconds"] == 2 * (seconds or 0)
    outreach_budgets.charge("x", "main", 4_500_000, now())
    assert shown()["budget"] == {"used": 20.5, "limit": 20, "state": "exhausted"}
    assert shown()["polling"]["seconds"] == 8 * (seconds or 0)
    assert admin.ask("PATCH", path, {"budget": 0}, headers={}).body["budget"]["limit"] is None
    entries = admin.get("/audit", {"kind": "connection_changed"}).body["items"]
    assert [(each["target"], each["detail"]) for each in entries] == [
        ("x/main", {"budget": 0}),
        ("x/main", {"budget": 20}),
    ]


@pytest.mark.parametrize("budget", [-1, 1.5, "20", 1_000_001, True])
def test_budget_that_is_no_amount_of_whole_dollars_is_refused(stack: Stack, admin: Console, budget: object) -> None:
    answer = admin.ask("PATCH", "/connections/facebook/demo", {"budget": budget}, headers={})
    assert (answer.status, answer.body["error"]) == (400, "malformed")


def test_budget_goes_with_its_connection(stack: Stack, admin: Console) -> None:
    outreach_budgets.set_limit("facebook", "demo", 5)
    stack.platform.says({"success": True})
    assert admin.ask("DELETE", "/connections/facebook/demo", headers={}).status == 200
    assert outreach_budgets.read("facebook", "demo", now()).limit == 0


def test_agents_see_no_connections_and_leads_give_none_away(console: Console, lead: Console) -> None:
    assert console.get("/connections").body["error"] == "forbidden"
    assert (
        lead.ask("PATCH", "/connections/facebook/demo", {"team": "service"}, headers={}).body["error"] == "admins_only"
    )
