"""Handing over, putting aside, marking, mentioning: what agents do for one another."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from console.actions import collaboration, replies
from console.authorization import Agent
from console.bodies.collaboration import HandOver
from console.bodies.conversations import NewReply
from console.errors import ApiError
from storage import connections
from tests.functional.console_api import JANA, OLE, Console, comment, head, now, private_message, visitor_post

ALEX = "b0356e29-883d-4d25-88f2-5a68a69cfd7b"
NOWHERE = "a" * 26
Json = dict[str, Any]


@pytest.fixture
def post(console: Console) -> str:
    """Jana's post."""
    return visitor_post()


def ids(console: Console, **query: str) -> list[str]:
    return [item["id"] for item in console.get("/conversations", query).body["items"]]


def kinds(console: Console, conversation: str) -> list[str]:
    return [event["kind"] for event in console.get(f"/conversations/{conversation}").body["events"]]


def in_(**length: float) -> str:
    return (datetime.now(UTC) + timedelta(**length)).isoformat()


# -- handing over -----------------------------------------------------------------------------------------------------


def test_agent_who_assigns_themselves_is_the_assignee(console: Console, post: str) -> None:
    taken = console.post(f"/conversations/{post}/assign", {"assignee": "me"})
    assert taken.body["assignee"] == {"id": ALEX, "name": "Alex Beispiel"}
    assert ids(console, assignee="me") == [post]
    assert ids(console, assignee="none") == []


def test_a_colleague_gets_it_with_a_note_that_mentions_them(console: Console, colleague: Console, post: str) -> None:
    body = {"assignee": "kim", "note": "Kannst du das ansehen?", "mentions": ["kim"]}
    given = console.post(f"/conversations/{post}/assign", body)
    assert (given.body["assignee"]["name"], given.body["mentioned"]) == ("Kim", ["kim"])
    assert ids(colleague, mentioned="me") == [post]
    whole = colleague.get(f"/conversations/{post}").body
    note = whole["messages"][-1]
    assert (note["direction"], note["mentions"]) == ("note", ["kim"])
    (event,) = whole["events"]
    assert (event["kind"], event["assignee"]["id"], event["by"]["id"]) == ("assign", "kim", ALEX)


def test_mention_lasts_until_the_mentioned_agent_acts(console: Console, colleague: Console, post: str) -> None:
    console.post(f"/conversations/{post}/notes", {"text": "Kim?", "mentions": ["kim"]})
    assert ids(colleague, mentioned="me") == [post]
    colleague.post(f"/conversations/{post}/notes", {"text": "Schon gesehen."})
    assert ids(colleague, mentioned="me") == []


def test_nobody_has_it_any_more(console: Console, post: str) -> None:
    console.post(f"/conversations/{post}/assign", {"assignee": "me"})
    left = console.post(f"/conversations/{post}/assign", {"assignee": None})
    assert left.body["assignee"] is None
    assert ids(console, assignee="none") == [post]


def test_another_team_gets_it_and_keeps_it(console: Console, post: str) -> None:
    connections.put_connection("facebook", "demo", "1", "Haus", team="service")
    connections.put_connection("facebook", "shop", "2", "Laden", team="sales")
    given = console.post(f"/conversations/{post}/assign", {"team": "sales"})
    assert (given.body["team"], given.body["assignee"]) == ("sales", None)
    assert (ids(console, team="sales"), ids(console, team="service")) == ([post], [])
    comment("1055_7", author=OLE)
    assert ids(console, team="sales") == [post]
    assert head(post).identity.team == "sales"


def test_giving_it_to_whom_it_belongs_changes_nothing(console: Console, post: str) -> None:
    for _ in range(2):
        console.post(f"/conversations/{post}/assign", {"assignee": "me"})
    assert kinds(console, post) == ["assign"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"assignee": "nobody"}, 404, "no_agent"),
        ({"team": "nobody"}, 404, "no_team"),
        ({"assignee": "me", "note": "Na?", "mentions": ["nobody"]}, 404, "no_agent"),
        ({"assignee": "me", "mentions": ["kim"]}, 422, "mentions"),
        ({"assignee": 5}, 400, "malformed"),
        ({"to": "me"}, 400, "malformed"),
        ({"assignee": "me", "note": " "}, 422, "text_empty"),
    ],
    ids=str,
)
def test_a_hand_over_to_nobody_known_is_refused(
    console: Console, post: str, body: Json, status: int, code: str
) -> None:
    answer = console.post(f"/conversations/{post}/assign", body)
    assert (answer.status, answer.body["error"]) == (status, code)
    assert kinds(console, post) == []


def test_the_same_request_hands_over_once(console: Console, colleague: Console, post: str) -> None:
    """Also where the colleague handed it on meanwhile."""
    first = console.post(f"/conversations/{post}/assign", {"assignee": "kim"}, Idempotency_Key="k1")
    colleague.post(f"/conversations/{post}/assign", {"assignee": None})
    again = console.post(f"/conversations/{post}/assign", {"assignee": "kim"}, Idempotency_Key="k1")
    assert (first.body["assignee"]["id"], again.body["assignee"]) == ("kim", None)


# -- putting aside ----------------------------------------------------------------------------------------------------


def test_snoozed_conversation_leaves_the_open_list_until_it_is_woken(console: Console, post: str) -> None:
    aside = console.post(f"/conversations/{post}/snooze", {"after": "PT4H"})
    assert aside.body["status"] == "snoozed"
    assert datetime.fromisoformat(aside.body["snoozed_until"]) > datetime.now(UTC) + timedelta(hours=3)
    assert (ids(console, status="open"), ids(console, status="snoozed")) == ([], [post])
    back = console.post(f"/conversations/{post}/wake")
    assert (back.body["status"], back.body["snoozed_until"]) == ("open", None)
    assert kinds(console, post) == ["snooze", "wake"]


def test_message_or_reply_wakes_a_snoozed_conversation(console: Console, post: str) -> None:
    console.post(f"/conversations/{post}/snooze", {"until": in_(days=2)})
    comment("1055_8")
    shown = console.get(f"/conversations/{post}").body
    assert (shown["status"], shown["snoozed_until"]) == ("open", None)


def test_nothing_is_put_aside_blindly(console: Console, post: str) -> None:
    """Invariant 10."""
    comment("1055_8")
    answer = console.post(f"/conversations/{post}/snooze", {"after": "PT1H", "seen": "1055_1"})
    assert (answer.status, answer.body["missed"]) == (409, ["1055_8"])


def test_waking_a_conversation_that_is_not_snoozed_changes_nothing(console: Console, post: str) -> None:
    assert console.post(f"/conversations/{post}/wake").body["status"] == "open"
    assert kinds(console, post) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"until": "2020-01-01T00:00:00Z"}, 422),
        pytest.param({"until": in_(days=400)}, 422, id="in more than a year"),
        ({"after": "P20Y"}, 422),
        ({"after": "P9999Y"}, 422),
        ({"after": "PT0S"}, 422),
        ({"after": "soon"}, 400),
        ({"until": "2020-01-01"}, 400),
        ({}, 422),
        ({"after": "PT1H", "until": "2030-01-01T00:00:00Z"}, 422),
    ],
    ids=str,
)
def test_a_time_nobody_can_mean_is_refused(console: Console, post: str, body: Json, status: int) -> None:
    assert console.post(f"/conversations/{post}/snooze", body).status == status


# -- tags -------------------------------------------------------------------------------------------------------------


def test_tags_are_put_on_found_and_taken_off(console: Console, post: str) -> None:
    marked = console.put(f"/conversations/{post}/tags", {"add": ["WLAN", " Update  7.2 "]})
    assert marked.body["tags"] == ["update 7.2", "wlan"]
    assert ids(console, tag="wlan") == [post]
    left = console.put(f"/conversations/{post}/tags", {"remove": ["wlan", "never there"]})
    assert left.body["tags"] == ["update 7.2"]
    assert ids(console, tag="wlan") == []
    assert kinds(console, post) == ["tag", "tag"]


def test_the_same_tag_again_changes_nothing(console: Console, post: str) -> None:
    for _ in range(2):
        console.put(f"/conversations/{post}/tags", {"add": ["wlan"]})
    assert kinds(console, post) == ["tag"]


def test_the_tags_of_a_team_are_offered_the_most_used_first(console: Console, post: str) -> None:
    chat = private_message()
    console.put(f"/conversations/{post}/tags", {"add": ["rechnung", "wlan"]})
    console.put(f"/conversations/{chat}/tags", {"add": ["wlan"]})
    listed = console.get("/teams/service/tags").body["items"]
    assert [(each["tag"], each["used"]) for each in listed] == [("wlan", 2), ("rechnung", 1)]
    assert console.get("/teams/nobody/tags").status == 404


def test_a_conversation_takes_twenty_tags(console: Console, post: str) -> None:
    names = [f"t{number}" for number in range(20)]
    assert console.put(f"/conversations/{post}/tags", {"add": names}).status == 200
    more = console.put(f"/conversations/{post}/tags", {"add": ["one too many"]})
    assert (more.status, more.body["error"], more.body["limit"]) == (422, "too_many_tags", 20)
    assert console.put(f"/conversations/{post}/tags", {"add": ["instead"], "remove": ["t0"]}).status == 200


@pytest.mark.parametrize("tags", [[""], ["x" * 51], [7], "wlan", ["  "]], ids=repr)
def test_a_tag_that_is_none_is_refused(console: Console, post: str, tags: Any) -> None:
    assert console.put(f"/conversations/{post}/tags", {"add": tags}).status == 400


@pytest.mark.parametrize("tag", ["\u202e", "a\u200bb", "\x07"])
def test_a_tag_nobody_can_see_is_refused(console: Console, post: str, tag: str) -> None:
    answer = console.put(f"/conversations/{post}/tags", {"add": [tag]})
    assert (answer.status, answer.body["error"]) == (422, "tag_name")


# -- who there is -----------------------------------------------------------------------------------------------------


def test_agents_who_signed_in_are_listed_with_the_teams(console: Console, colleague: Console, lead: Console) -> None:
    lead.put("/teams/service", {"members": ["kim"]})
    console.get("/me")
    found = {each["id"]: each for each in console.get("/agents").body["items"]}
    assert found.keys() == {"kim", ALEX}
    assert (found["kim"]["teams"], found[ALEX]["teams"]) == (["service"], [])


@pytest.mark.parametrize("action", ["assign", "snooze", "wake"])
def test_action_on_a_missing_conversation_is_not_found(console: Console, action: str) -> None:
    body = {"after": "PT1H"} if action == "snooze" else {}
    assert console.post(f"/conversations/{NOWHERE}/{action}", body).status == 404


def test_the_trail_tells_who_did_what(console: Console, colleague: Console, post: str) -> None:
    colleague.post(f"/conversations/{post}/assign", {"assignee": "me"})
    console.post(f"/conversations/{post}/replies", {"text": "So geht es.", "resolve": True, "follow_up": {}})
    events = console.get(f"/conversations/{post}").body["events"]
    assert [(each["kind"], each["by"]["name"]) for each in events] == [
        ("assign", "Kim"),
        ("promise", "Alex Beispiel"),
        ("resolve", "Alex Beispiel"),
    ]
    assert len({each["id"] for each in events}) == 3


def test_customer_stays_the_same_under_any_assignee(console: Console, post: str) -> None:
    given = console.post(f"/conversations/{post}/assign", {"assignee": "me"})
    assert given.body["customer"]["id"] == JANA.id


# -- answering beside a colleague -------------------------------------------------------------------------------------


def at_once(do: Callable[[Agent], object]) -> list[str]:
    """Return the codes of the refusals when two agents do something at the same moment; nothing for who is first."""
    gate = Barrier(2)

    def run(name: str) -> str:
        gate.wait()
        try:
            do(Agent(name, name.capitalize(), "", ("agent",), "en"))
        except ApiError as refused:
            return refused.code
        return ""

    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(run, ("alex", "kim")))


def answers_of(console: Console, conversation: str) -> list[str]:
    shown = console.get(f"/conversations/{conversation}").body["messages"]
    return [each["text"] for each in shown if each["direction"] == "outbound"]


@pytest.mark.invariant(14)
@pytest.mark.parametrize("more", [{}, {"resolve": True}, {"hold_seconds": 10}])
@pytest.mark.parametrize("call", ["replies", "resolve"])
def test_agent_does_not_talk_past_a_colleague(
    console: Console, colleague: Console, post: str, call: str, more: Json
) -> None:
    first = colleague.post(f"/conversations/{post}/replies", {"text": "Montag.", "seen": "1055_1"} | more)
    body = {"seen": "1055_1"} | ({"text": "Dienstag."} if call == "replies" else {})
    refused = console.post(f"/conversations/{post}/{call}", body)
    assert (first.status, refused.status, refused.body["error"]) == (201, 409, "answered")
    assert refused.body["by"] == {"id": "kim", "name": "Kim"}
    assert [each["text"] for each in refused.body["messages"]] == ["Montag."]
    assert answers_of(console, post) == ["Montag."]
    again = console.post(f"/conversations/{post}/{call}", body | {"seen": refused.body["messages"][-1]["id"]})
    assert again.status == (201 if call == "replies" else 200)


@pytest.mark.invariant(14)
def test_agent_adds_to_their_own_answer_and_repeats_a_request(console: Console, post: str) -> None:
    body, path = {"text": "Montag.", "seen": "1055_1"}, f"/conversations/{post}/replies"
    first = console.post(path, body, Idempotency_Key="a")
    repeated = console.post(path, body, Idempotency_Key="a")
    assert (first.status, repeated.status, repeated.body["id"]) == (201, 201, first.body["id"])
    assert console.post(path, body | {"text": "Um neun."}).status == 201
    assert answers_of(console, post) == ["Montag.", "Um neun."]


def test_repeated_request_is_answered_as_before_after_a_colleague_answered(
    console: Console, colleague: Console, post: str
) -> None:
    body, path = {"text": "Montag.", "seen": "1055_1"}, f"/conversations/{post}/replies"
    first = console.post(path, body, Idempotency_Key="a")
    colleague.post(path, {"text": "Um neun."})
    assert console.post(path, body, Idempotency_Key="a").body["id"] == first.body["id"]


def test_note_of_a_colleague_and_an_answer_taken_back_stop_nobody(
    console: Console, colleague: Console, post: str
) -> None:
    colleague.post(f"/conversations/{post}/notes", {"text": "Ruft er an?"})
    held = colleague.post(f"/conversations/{post}/replies", {"text": "Montag.", "hold_seconds": 10})
    colleague.delete(f"/conversations/{post}/replies/{held.body['id']}")
    assert console.post(f"/conversations/{post}/replies", {"text": "Dienstag.", "seen": "1055_1"}).status == 201


@pytest.mark.invariant(14)
def test_bulk_closes_nothing_that_a_colleague_answered(console: Console, colleague: Console, post: str) -> None:
    shown = {"ids": [post], "action": "resolve", "unread": {post: 1}}
    colleague.post(f"/conversations/{post}/replies", {"text": "Montag."})
    (item,) = console.post("/conversations/bulk", shown).body["items"]
    assert (item["ok"], item["error"], item["by"]["id"], head(post).status) == (False, "answered", "kim", "waiting")
    (item,) = console.post("/conversations/bulk", shown | {"unread": {post: 0}}).body["items"]
    assert (item["ok"], head(post).status) == (True, "resolved")


@pytest.mark.invariant(14)
def test_of_two_who_answer_at_the_same_moment_one_is_told(console: Console, colleague: Console, post: str) -> None:
    new = NewReply("Montag.", None, None, False, "1055_1")
    told = at_once(lambda agent: replies.reply(agent, post, new, replies.Request(), now()))
    assert sorted(told) == ["", "answered"]
    assert answers_of(console, post) == ["Montag."]


# -- taking what a colleague holds ------------------------------------------------------------------------------------


@pytest.mark.invariant(14)
def test_conversation_that_a_colleague_holds_is_taken_on_purpose_only(
    console: Console, colleague: Console, post: str
) -> None:
    path = f"/conversations/{post}/assign"
    colleague.post(path, {"assignee": "me"})
    for me in ("me", ALEX):
        refused = console.post(path, {"assignee": me})
        assert (refused.status, refused.body["error"]) == (409, "taken")
        assert refused.body["by"] == {"id": "kim", "name": "Kim"}
    assert colleague.post(path, {"assignee": "me"}).status == 200
    assert console.post(path, {"assignee": "me", "override": True}).body["assignee"]["id"] == ALEX


@pytest.mark.invariant(14)
def test_of_two_who_take_it_at_the_same_moment_one_is_told_by_whom(
    console: Console, colleague: Console, post: str
) -> None:
    told = at_once(lambda agent: collaboration.assign(agent, post, HandOver("me"), replies.Request(), now()))
    assert sorted(told) == ["", "taken"]


@pytest.mark.invariant(14)
def test_bulk_and_macro_take_nothing_from_a_colleague(
    console: Console, colleague: Console, lead: Console, post: str
) -> None:
    colleague.post(f"/conversations/{post}/assign", {"assignee": "me"})
    several = {"ids": [post], "action": "assign", "assignee": "me"}
    (item,) = console.post("/conversations/bulk", several).body["items"]
    assert (item["ok"], item["error"], item["by"]["id"]) == (False, "taken", "kim")
    macro = {"title": "Ich mache das", "actions": [{"assign": {"assignee": "me"}}, {"tag": {"add": ["wlan"]}}]}
    assert lead.put("/teams/service/macros/mine", macro).status == 200
    refused = console.post(f"/conversations/{post}/macros/mine", {})
    assert (refused.status, refused.body["error"], head(post).tags) == (409, "taken", ())
    taken = console.post(f"/conversations/{post}/macros/mine", {"override": True}).body["conversation"]
    assert (taken["assignee"]["id"], taken["tags"]) == (ALEX, ["wlan"])
    colleague.post(f"/conversations/{post}/assign", {"assignee": "me", "override": True})
    (item,) = console.post("/conversations/bulk", several | {"override": True}).body["items"]
    assert item["ok"]
