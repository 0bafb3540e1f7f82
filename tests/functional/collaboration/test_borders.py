"""Borders between teams: for others, the conversations of a team that is for its members only are not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from console import authorization
from console.authorization import Agent
from storage import conversations, customers, reporting
from tests.functional.console_api import ROOT, Answer, Console, document, now, private_message, visitor_post

Json = dict[str, Any]
OTHER = "billing"
NO_CONVERSATION = "a" * 26
BY_PATH = sorted(
    (method.upper(), path)
    for path, operations in document()["paths"].items()
    for method in operations
    if "{conversation_id}" in path and method != "parameters"
)
"""All operations on one conversation, as the API's description names them: one that is added is here by itself."""
NAMED_ELSEWHERE = {
    ("POST", "/conversations/bulk", "ids"),
    ("POST", "/follow-ups/bulk", "conversations"),
    ("POST", "/follow-ups/plan", "conversation"),
    ("GET", "/pulse", "conversation"),
}
"""Operations that name conversations in their body or query; each has a test here."""


@pytest.fixture
def closed(admin: Console, colleague: Console, console: Console, lead: Console) -> str:
    """A conversation in a team for members only, of whom Kim is one; the agent and the lead are not."""
    admin.post("/teams", {"name": OTHER, "label": "Billing"})
    for each in (admin, console, lead):
        each.get("/me")
    chat = private_message(text="Meine Rechnung ist falsch.")
    assert move(admin, chat, OTHER).status == 200
    close(admin, "kim")
    return chat


def close(by: Console, *members: str) -> Json:
    answer = by.put(f"/teams/{OTHER}", {"members": list(members), "members_only": True})
    assert answer.status == 200, answer
    return answer.body


def move(by: Console, conversation: str, team: str) -> Answer:
    return by.post(f"/conversations/{conversation}/assign", {"assignee": None, "team": team})


def ids(answer: Answer) -> list[str]:
    assert answer.status == 200, answer
    return [each["id"] for each in answer.body["items"]]


# -- one conversation -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), BY_PATH)
def test_no_route_tells_others_that_the_conversation_is_there(
    closed: str, lead: Console, method: str, path: str
) -> None:
    places = {"message_id": "m_1", "file_id": "f_1", "macro": "usual", "use": "m_1"}
    of = {
        conversation: lead.ask(method, path.format(conversation_id=conversation, **places), {}, headers={})
        for conversation in (closed, NO_CONVERSATION)
    }
    assert of[closed].status == 404
    assert of[closed].body["error"] == "not_found"


def test_all_operations_that_name_conversations_elsewhere_are_known() -> None:
    found = set()
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            names = {each.get("name") for each in operation.get("parameters", [])}
            names |= set(_fields(operation.get("requestBody", {}).get("content", {})))
            found |= {(method.upper(), path, name) for name in names & {"conversation", "conversations", "ids"}}
    assert found == NAMED_ELSEWHERE


def _fields(part: Any) -> Iterator[str]:
    """Yield the names of all fields in a part of the document."""
    if isinstance(part, dict):
        if "$ref" in part:
            yield from _fields(document()["components"]["schemas"][part["$ref"].split("/")[3]])
        yield from part.get("properties", {})
        for each in part.values():
            yield from _fields(each)
    elif isinstance(part, list):
        for each in part:
            yield from _fields(each)


def test_members_and_administrators_read_and_answer(closed: str, colleague: Console, admin: Console) -> None:
    for each in (colleague, admin):
        assert each.get(f"/conversations/{closed}").status == 200
        assert each.post(f"/conversations/{closed}/notes", {"text": "Ich schaue nach."}).status == 201
        assert each.post(f"/conversations/{closed}/replies", {"text": "Wir schauen nach."}).status == 201


def test_bulk_refuses_it_as_one_that_is_not_there(closed: str, console: Console) -> None:
    own = visitor_post()
    asked = [closed, NO_CONVERSATION, own]
    done = console.post("/conversations/bulk", {"action": "tag", "ids": asked, "add": ["geprüft"], "remove": []}).body
    assert [(each["ok"], each["error"]) for each in done["items"]] == [
        (False, "not_found"),
        (False, "not_found"),
        (True, None),
    ]
    found = conversations.head(closed)
    assert found and found.tags == ()


def test_follow_up_is_neither_planned_nor_promised_by_others(closed: str, console: Console, lead: Console) -> None:
    assert console.post("/follow-ups/plan", {"conversation": closed, "after": "P3D"}).status == 404
    bulk = {"batch": "another-bulk", "conversations": [closed], "follow_up": {"after": "P3D"}}
    answer = lead.post("/follow-ups/bulk", bulk)
    assert answer.body["items"][0]["left_out"] == "not_found", answer
    found = conversations.head(closed)
    assert found and found.follow_up is None


def test_presence_shows_others_nothing(closed: str, console: Console, colleague: Console) -> None:
    assert colleague.get("/pulse", {"conversation": closed}).body["conversation"] is not None
    shown = console.get("/pulse", {"conversation": closed}).body
    assert (shown["conversation"], shown["present"]) == (None, [])
    assert [each["agent"]["id"] for each in colleague.get("/pulse", {"conversation": closed}).body["present"]] == []


# -- lists, counts and the search -------------------------------------------------------------------------------------


def test_lists_and_counts_leave_it_out(closed: str, console: Console, colleague: Console) -> None:
    own = visitor_post()
    for query in ({}, {"status": "open"}):
        assert ids(console.get("/conversations", query)) == [own]
        assert set(ids(colleague.get("/conversations", query))) == {own, closed}
    assert ids(console.get("/conversations", {"team": OTHER})) == []
    assert OTHER not in console.get("/conversations").body["pulse"]
    ours, theirs = console.get("/conversations/counts").body, colleague.get("/conversations/counts").body
    assert (ours["open"], theirs["open"]) == (1, 2)
    assert OTHER not in {each["name"] for each in ours["teams"]}


def test_follow_ups_leave_it_out(closed: str, console: Console, colleague: Console) -> None:
    assert colleague.put(f"/conversations/{closed}/follow-up", {"after": "P3D"}).status == 200
    assert ids(colleague.get("/follow-ups")) == [closed]
    assert ids(console.get("/follow-ups")) == ids(console.get("/follow-ups", {"team": OTHER})) == []


def test_search_leaves_it_out(closed: str, console: Console, colleague: Console) -> None:
    for words in ("rechnung", "jana"):
        found = [each["conversation"]["id"] for each in colleague.get("/search", {"q": words}).body["items"]]
        assert (found, console.get("/search", {"q": words}).body["items"]) == ([closed], [])


def test_customers_other_conversations_leave_it_out(closed: str, console: Console, colleague: Console) -> None:
    own = private_message("m_2", thread="t_2")
    for each in (closed, own):
        customers.remember("facebook", "demo", "jana", each, now() // 1000 + 3600)
    ours, theirs = (each.get(f"/conversations/{own}").body["others"] for each in (console, colleague))
    assert (ours, [each["id"] for each in theirs]) == ([], [closed])


def test_reports_leave_its_team_out(closed: str, console: Console, colleague: Console) -> None:
    for team in (OTHER, "service"):
        reporting.count(closed, team, (team, "facebook", "private"), [("inbound", 3)], now())
    teams = [[row["team"] for row in each.get("/reports/overview").body["rows"]] for each in (console, colleague)]
    assert teams == [["service"], [OTHER, "service"]]
    assert console.get("/reports/overview", {"team": OTHER}).body["rows"] == []


# -- who belongs to it ------------------------------------------------------------------------------------------------


def test_it_is_hidden_at_once_when_it_comes_and_shown_when_it_leaves(
    closed: str, console: Console, colleague: Console
) -> None:
    own = visitor_post()
    assert console.get(f"/conversations/{own}").status == 200
    assert move(console, own, OTHER).status == 200
    assert console.get(f"/conversations/{own}").status == 404
    assert ids(console.get("/conversations")) == []
    assert move(colleague, own, "service").status == 200
    assert console.get(f"/conversations/{own}").status == 200
    assert ids(console.get("/conversations")) == [own]


def test_members_come_and_go(closed: str, console: Console, colleague: Console, admin: Console) -> None:
    me = console.get("/me").body["id"]
    close(admin, me)
    assert console.get(f"/conversations/{closed}").status == 200
    assert colleague.get(f"/conversations/{closed}").status == 404
    opened = admin.put(f"/teams/{OTHER}", {"members": [me], "members_only": False}).body
    assert opened["members_only"] is False
    assert colleague.get(f"/conversations/{closed}").status == 200


def test_rules_written_without_a_word_of_it_do_not_open_the_team(closed: str, console: Console, lead: Console) -> None:
    assert lead.put(f"/teams/{OTHER}", {"label": "Rechnungen", "members": ["kim"]}).body["members_only"] is True
    assert console.get(f"/conversations/{closed}").status == 404


def test_others_are_neither_given_it_nor_named_in_it(
    closed: str, console: Console, colleague: Console, admin: Console
) -> None:
    me, chief = console.get("/me").body["id"], admin.get("/me").body["id"]
    note = {"text": "Sieh mal", "mentions": [me]}
    refused = [
        colleague.post(f"/conversations/{closed}/assign", {"assignee": me}),
        colleague.post(f"/conversations/{closed}/notes", note),
        console.post(f"/conversations/{visitor_post()}/assign", {"assignee": me, "team": OTHER}),
    ]
    assert [(each.status, each.body["error"]) for each in refused] == [(422, "not_a_member")] * 3
    assert colleague.post(f"/conversations/{closed}/notes", note | {"mentions": [chief]}).status == 201
    assert colleague.post(f"/conversations/{closed}/assign", {"assignee": "kim"}).status == 200


def test_team_that_never_said_so_is_for_everybody(console: Console, admin: Console) -> None:
    assert admin.get("/teams/service").body["members_only"] is False
    agent = Agent("alex", "Alex", "", ("agent",), "en")
    assert authorization.visible(agent, ["service", "unknown"]) == ["service", "unknown"]


LISTS_OF_TEAMS = {
    "return [stored_teams.team(name) for name in team_names.names()]": "the names of teams are for everybody",
    "members = {name: teams.team(name).members for name in team_names.names()}": "who is a member, too",
    "partitions = [name for team in team_names.names() for name in inbox_order.partitions(team)]": "their own",
}
"""Lines of actions that go through all teams and show no conversation."""


def test_actions_that_go_through_all_teams_leave_out_those_that_are_closed() -> None:
    lines = [
        line.strip()
        for path in (ROOT / "functions" / "console" / "actions").glob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "team_names.names()" in line
    ]
    assert {line for line in lines if "authorization.visible(" not in line} == set(LISTS_OF_TEAMS)
