"""Macros: written by leads, used by all, done at once or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import connections
from tests.functional.console_api import Console, comment, head, private_message, visitor_post

Json = dict[str, Any]
EVERYTHING = [
    {"reply": {"text": "Hallo {{customer}}, das Update ist da. {{agent}}"}},
    {"tag": {"add": ["Update"]}},
    {"follow_up": {"after": "P3D"}},
    {"resolve": True},
    {"assign": {"assignee": None}},
]


def written(lead: Console, *actions: Json, name: str = "update", title: str = "Update ist da") -> None:
    answer = lead.put(f"/teams/service/macros/{name}", {"title": title, "actions": list(actions)})
    assert answer.status == 200, answer


def test_a_macro_does_all_it_says_in_one_go(console: Console, lead: Console) -> None:
    post = visitor_post()
    written(lead, *EVERYTHING)
    version = head(post).version
    used = console.post(f"/conversations/{post}/macros/update", {"seen": "1055_1", "hold_seconds": 5})
    assert used.status == 200
    shown, message = used.body["conversation"], used.body["message"]
    assert (shown["status"], shown["tags"], shown["assignee"]) == ("resolved", ["update"], None)
    assert shown["follow_up"]["state"] == "planned"
    assert message["text"] == "Hallo Jana, das Update ist da. Alex Beispiel"
    assert message["held_until"] is not None
    assert head(post).version == version + 1


def test_a_macro_without_an_answer_writes_none(console: Console, lead: Console) -> None:
    chat = private_message()
    written(lead, {"tag": {"add": ["später"]}}, {"snooze": {"after": "PT4H"}}, {"follow_up": {}}, name="later")
    used = console.post(f"/conversations/{chat}/macros/later")
    assert used.body["message"] is None
    assert (used.body["conversation"]["status"], used.body["conversation"]["tags"]) == ("snoozed", ["später"])
    kinds = [event["kind"] for event in console.get(f"/conversations/{chat}").body["events"]]
    assert kinds == ["promise", "tag", "snooze"]


def test_an_answer_makes_nobody_keep_what_the_macro_gives_away(
    console: Console, colleague: Console, lead: Console
) -> None:
    post = visitor_post()
    console.post(f"/conversations/{post}/assign", {"assignee": "kim"})
    written(lead, {"reply": {"text": "Kim hilft."}}, {"assign": {"assignee": "kim"}}, name="kim")
    used = console.post(f"/conversations/{post}/macros/kim")
    assert used.body["conversation"]["assignee"]["id"] == "kim"


def test_where_one_part_cannot_be_nothing_is_done(console: Console, lead: Console) -> None:
    post = visitor_post()
    written(lead, {"tag": {"add": ["x"]}}, {"reply": {"text": "Hallo {{customer}}"}}, {"resolve": True})
    comment("1055_8")
    stale = console.post(f"/conversations/{post}/macros/update", {"seen": "1055_1"})
    assert (stale.status, stale.body["missed"]) == (409, ["1055_8"])
    assert (head(post).tags, console.get(f"/conversations/{post}").body["events"]) == ((), [])


def test_the_same_request_is_done_once(console: Console, lead: Console) -> None:
    post = visitor_post()
    written(lead, {"reply": {"text": "Einmal."}})
    used = [console.post(f"/conversations/{post}/macros/update", Idempotency_Key="k1") for _ in range(2)]
    assert used[0].body["message"]["id"] == used[1].body["message"]["id"]
    assert len(console.get(f"/conversations/{post}").body["messages"]) == 2


def test_the_macros_of_a_conversations_team_are_meant(console: Console, lead: Console) -> None:
    connections.put_connection("facebook", "demo", "1", "Haus", team="service")
    connections.put_connection("facebook", "shop", "2", "Laden", team="sales")
    sold = visitor_post(connection="shop")
    written(lead, {"resolve": True})
    refused = console.post(f"/conversations/{sold}/macros/update")
    assert (refused.status, refused.body["error"]) == (404, "no_macro")


def test_leads_write_list_and_take_away(console: Console, lead: Console, admin: Console) -> None:
    written(lead, {"resolve": True}, name="close", title=" Zu ")
    assert console.get("/teams/service/macros").body["items"] == [
        {"name": "close", "title": "Zu", "actions": [{"resolve": True}]}
    ]
    assert console.put("/teams/service/macros/close", {"title": "x", "actions": [{"resolve": True}]}).status == 403
    assert console.delete("/teams/service/macros/close").status == 403
    assert lead.delete("/teams/service/macros/close").body == {"deleted": True}
    assert lead.delete("/teams/service/macros/close").status == 404
    assert console.get("/teams/service/macros").body["items"] == []
    noted = admin.get("/audit").body["items"]
    assert [(each["kind"], each["target"]) for each in noted if "macro" in each["kind"]] == [
        ("macro_deleted", "service/close"),
        ("macro", "service/close"),
    ]


@pytest.mark.parametrize(
    ("actions", "status", "code"),
    [
        ([], 400, "malformed"),
        ([{}], 400, "malformed"),
        (["resolve"], 400, "malformed"),
        ([{"resolve": False}], 400, "malformed"),
        ([{"dance": True}], 400, "malformed"),
        ([{"resolve": True, "tag": {"add": ["x"]}}], 400, "malformed"),
        ([{"reply": "Hallo"}], 400, "malformed"),
        ([{"reply": {"text": " "}}], 422, "text_empty"),
        ([{"reply": {"text": "x" * 8001}}], 422, "text_too_long"),
        ([{"reply": {"text": "{{topic}}"}}], 422, "template_field"),
        ([{"reply": {"text": "{{"}}], 422, "template_broken"),
        ([{"resolve": True}, {"resolve": True}], 422, "macro"),
        ([{"resolve": True}, {"snooze": {"after": "PT1H"}}], 422, "macro"),
        ([{"snooze": {"until": "2030-01-01T00:00:00Z"}}], 400, "malformed"),
        ([{"assign": {"assignee": "nobody"}}], 404, "no_agent"),
        ([{"assign": {"team": "nobody"}}], 404, "no_team"),
        ([{"assign": {"note": "Hm"}}], 400, "malformed"),
        ([{"tag": {"add": ["\u202e"]}}], 422, "tag_name"),
        ([{"resolve": True}] * 7, 400, "malformed"),
    ],
    ids=repr,
)
def test_macro_that_could_not_be_used_is_refused_when_it_is_written(
    lead: Console, actions: list[Any], status: int, code: str
) -> None:
    answer = lead.put("/teams/service/macros/m", {"title": "Makro", "actions": actions})
    assert (answer.status, answer.body["error"]) == (status, code)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/teams/service/macros/m", {"title": " ", "actions": [{"resolve": True}]}, 400),
        ("/teams/service/macros/m", {"title": "x" * 81, "actions": [{"resolve": True}]}, 400),
        ("/teams/service/macros/m", {"title": "x"}, 400),
        ("/teams/service/macros/M!", {"title": "x", "actions": [{"resolve": True}]}, 400),
        ("/teams/nobody/macros/m", {"title": "x", "actions": [{"resolve": True}]}, 404),
    ],
)
def test_a_macro_without_a_proper_name_is_refused(lead: Console, path: str, body: Json, status: int) -> None:
    assert lead.put(path, body).status == status


def test_macro_is_shown_with_the_values_that_it_would_have(console: Console, colleague: Console, lead: Console) -> None:
    post = visitor_post()
    written(
        lead,
        {"reply": {"text": "Hallo {{customer}}, gleich. {{agent}}"}},
        {"tag": {"add": ["Update"], "remove": ["alt"]}},
        {"assign": {"assignee": "kim"}},
        {"snooze": {"after": "PT4H"}},
        {"follow_up": {"after": "P3D"}},
    )
    before = head(post)
    shown = console.get(f"/conversations/{post}/macros/update").body
    assert shown["reply"] == {"text": "Hallo Jana, gleich. Alex Beispiel", "unfilled": []}
    assert shown["tag"] == {"add": ["update"], "remove": ["alt"]}
    assert shown["assign"] == {"assignee": {"id": "kim", "name": "Kim"}, "team": None}
    until = datetime.fromisoformat(shown["snooze"]["until"])
    assert timedelta(hours=3, minutes=59) < until - datetime.now(UTC) < timedelta(hours=4, minutes=1)
    assert (shown["follow_up"]["by"], shown["zone"]) == ("machine", shown["follow_up"]["zone"])
    assert (shown["resolve"], head(post)) == (False, before)
    assert console.get(f"/conversations/{post}/macros/missing").body["error"] == "no_macro"


def test_all_that_a_macro_did_is_taken_back(console: Console, colleague: Console, lead: Console) -> None:
    post = visitor_post()
    console.post(f"/conversations/{post}/assign", {"assignee": "kim"})
    console.put(f"/conversations/{post}/tags", {"add": ["wlan"]})
    console.put(f"/conversations/{post}/follow-up", {"after": "P9D"})
    events = console.get(f"/conversations/{post}").body["events"]
    before = console.get(f"/conversations/{post}").body
    written(lead, *EVERYTHING[:4], {"assign": {"assignee": None}})
    used = console.post(f"/conversations/{post}/macros/update", {"seen": "1055_1", "hold_seconds": 5})
    assert used.body["conversation"]["status"] == "resolved"
    back = console.delete(f"/conversations/{post}/macro-uses/{used.body['use']}")
    assert back.status == 200
    after = console.get(f"/conversations/{post}").body
    kept = ("status", "tags", "assignee", "unread", "waiting_since", "follow_up", "preview")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert (after["events"], len(after["messages"])) == (events, len(before["messages"]))
    again = console.delete(f"/conversations/{post}/macro-uses/{used.body['use']}")
    assert again.status == 200


def test_macro_without_an_answer_is_taken_back(console: Console, lead: Console) -> None:
    chat = private_message()
    written(lead, {"tag": {"add": ["später"]}}, {"snooze": {"after": "PT4H"}}, {"follow_up": {}}, name="later")
    used = console.post(f"/conversations/{chat}/macros/later")
    console.delete(f"/conversations/{chat}/macro-uses/{used.body['use']}")
    after = console.get(f"/conversations/{chat}").body
    assert (after["status"], after["tags"], after["follow_up"], after["events"]) == ("open", [], None, [])


def test_work_of_a_macro_is_taken_back_with_its_answer(console: Console, lead: Console) -> None:
    post = visitor_post()
    written(lead, *EVERYTHING)
    used = console.post(f"/conversations/{post}/macros/update", {"hold_seconds": 5})
    assert console.delete(f"/conversations/{post}/replies/{used.body['message']['id']}").status == 200
    after = console.get(f"/conversations/{post}").body
    assert (after["status"], after["tags"], after["follow_up"], after["events"]) == ("open", [], None, [])


def test_macro_is_not_taken_back_by_others_or_once_its_answer_left(
    console: Console, colleague: Console, lead: Console
) -> None:
    post = visitor_post()
    written(lead, *EVERYTHING)
    used = console.post(f"/conversations/{post}/macros/update", {"hold_seconds": 5}).body["use"]
    assert colleague.delete(f"/conversations/{post}/macro-uses/{used}").body["error"] == "no_macro_use"
    assert console.delete(f"/conversations/{post}/macro-uses/x").status == 404
    later = visitor_post("1056")
    gone = console.post(f"/conversations/{later}/macros/update", {}).body["use"]
    assert console.delete(f"/conversations/{later}/macro-uses/{gone}").body["error"] == "left"
    assert head(later).status == "resolved"
