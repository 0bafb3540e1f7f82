"""An agent's own business: mentions, assignments, promises; and saved views with counts."""

from __future__ import annotations

from typing import Any

import pytest

from conversations.addressed import addressed_by
from dispatch import relay
from storage import conversations, for_me
from tests.functional.console_api import MINUTE, Console, now, private_message, visitor_post

Json = dict[str, Any]


def carry_out(conversation: str) -> None:
    """Carry out what the actions of a conversation ask for, as dispatch does."""
    for action in conversations.read(conversation).actions:
        for effect in addressed_by(action):
            relay.HANDLERS[type(effect)](conversation, effect, now)


def causes(console: Console) -> list[tuple[str, bool]]:
    return [(each["cause"], each["new"]) for each in console.get("/for-me").body["items"]]


def test_mention_is_listed_until_the_agent_acts(console: Console, colleague: Console) -> None:
    post = visitor_post()
    console.post(f"/conversations/{post}/notes", {"text": "Kim?", "mentions": ["kim"]})
    carry_out(post)
    found = colleague.get("/for-me").body
    assert (found["count"], [each["by"]["name"] for each in found["items"]]) == (1, ["Alex Beispiel"])
    assert console.get("/for-me").body == {"items": [], "count": 0, "approvals": [], "paused_searches": []}
    colleague.post(f"/conversations/{post}/notes", {"text": "Ja."})
    assert causes(colleague) == []
    assert for_me.of_agent("kim") == []


def test_assignment_by_another_is_new_until_it_is_read(console: Console, colleague: Console) -> None:
    chat = private_message()
    console.post(f"/conversations/{chat}/assign", {"assignee": "kim"})
    carry_out(chat)
    carry_out(chat)
    assert causes(colleague) == [("assigned", True)]
    colleague.put(f"/conversations/{chat}/read")
    assert (causes(colleague), colleague.get("/for-me").body["count"]) == ([("assigned", False)], 0)
    colleague.post(f"/conversations/{chat}/resolve")
    assert causes(colleague) == []


def test_own_assignment_addresses_nobody(console: Console) -> None:
    chat = private_message()
    console.post(f"/conversations/{chat}/assign", {"assignee": "me"})
    carry_out(chat)
    assert causes(console) == []


def test_promise_that_is_asked_within_a_day_is_listed(console: Console, colleague: Console) -> None:
    soon, later = private_message(), private_message("m_2", thread="t_2")
    assert console.put(f"/conversations/{soon}/follow-up", {"after": "PT3H"}).status == 200
    console.put(f"/conversations/{later}/follow-up", {"after": "P20D"})
    listed = console.get("/for-me").body["items"]
    assert [(each["cause"], each["conversation"]["id"]) for each in listed] == [("promise", soon)]
    assert causes(colleague) == []


def test_conversation_of_a_closed_team_is_left_out(console: Console, colleague: Console, admin: Console) -> None:
    chat = private_message()
    console.post(f"/conversations/{chat}/assign", {"assignee": "kim"})
    carry_out(chat)
    admin.post("/teams", {"name": "billing", "label": "Billing"})
    admin.put("/teams/billing", {"members": ["somebody"], "members_only": True})
    for_me.put("kim", for_me.Entry(private_message("m_2", thread="t_2"), for_me.Cause.ASSIGNED, now()))
    admin.post(f"/conversations/{chat}/assign", {"assignee": None, "team": "billing"})
    assert causes(colleague) == []


# -- saved views ------------------------------------------------------------------------------------------------------


def views(console: Console) -> list[tuple[str, str | None, int | None]]:
    return [(each["name"], each["team"], each["count"]) for each in console.get("/views").body["items"]]


def test_view_is_the_agents_own_and_counts_what_is_open(console: Console, colleague: Console) -> None:
    post, _ = visitor_post(), private_message()
    console.put(f"/conversations/{post}/tags", {"add": ["wlan"], "remove": []})
    for name, filters in (
        ("WLAN", {"status": "open", "tag": ["wlan"], "sort": "newest"}),
        ("Privat", {"status": "open", "visibility": "private", "assignee": "none", "channel": ["facebook"]}),
        ("Ungelesen", {"status": "open", "read": "false"}),
        ("Erledigt", {"status": "resolved"}),
    ):
        assert console.post("/views", {"name": name, "filters": filters}).status == 200
    console.put(f"/conversations/{post}/read")
    assert views(console) == [("Erledigt", None, None), ("Privat", None, 1), ("Ungelesen", None, 1), ("WLAN", None, 1)]
    assert views(colleague) == []


def test_view_of_a_name_takes_the_place_of_the_one_before(console: Console) -> None:
    for status in ("open", "waiting"):
        console.post("/views", {"name": "Meine", "filters": {"status": status}})
    (view,) = console.get("/views").body["items"]
    assert view["filters"] == {"status": "waiting"}
    assert console.delete(f"/views/{view['id']}").body == {"deleted": True}
    assert console.delete(f"/views/{view['id']}").body["error"] == "no_view"


def test_lead_shares_a_view_with_a_team(console: Console, lead: Console) -> None:
    shared = {"name": "Dringend", "filters": {"status": "open"}, "team": "service"}
    assert console.post("/views", shared).status == 403
    assert lead.post("/views", shared).status == 200
    assert lead.post("/views", shared | {"team": "nowhere"}).status == 404
    ((name, team, count),) = views(console)
    assert (name, team, count) == ("Dringend", "service", 0)
    view = console.get("/views").body["items"][0]["id"]
    assert console.delete(f"/views/{view}").status == 403
    assert lead.delete(f"/views/{view}").status == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "x", "filters": {"sort": "newest"}}, 422),
        ({"name": "x", "filters": {"status": "open", "channel": ["nowhere"]}}, 400),
        ({"name": "   ", "filters": {}}, 422),
        ({"name": "x", "filters": {"colour": "red"}}, 400),
    ],
)
def test_view_of_another_form_is_refused(console: Console, body: Json, status: int) -> None:
    assert console.post("/views", body).status == status


def test_view_of_days_counts_back_from_when_it_is_read(console: Console) -> None:
    private_message("old", thread="old", at=now() - 8 * 24 * 60 * MINUTE)
    recent = private_message("recent", thread="recent", at=now() - 6 * 24 * 60 * MINUTE)
    filters = {"status": "open", "days": "7", "visibility": "private", "channel": ["facebook", "mastodon"]}
    console.post("/views", {"name": "Woche", "filters": filters})
    (view,) = console.get("/views").body["items"]
    assert (view["filters"], view["count"]) == (filters, 1)
    listed = console.get("/conversations", {"status": "open", "days": "7"}).body["items"]
    assert [each["id"] for each in listed] == [recent]
    assert console.get("/conversations", {"days": "0"}).status == 400


def test_number_of_views_is_limited(console: Console) -> None:
    for number in range(50):
        console.post("/views", {"name": f"v{number}", "filters": {}})
    answer = console.post("/views", {"name": "one more", "filters": {}})
    assert (answer.status, answer.body["error"], answer.body["limit"]) == (422, "too_many_views", 50)
