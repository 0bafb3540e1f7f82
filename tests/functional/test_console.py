"""Permissions of agents, and the answers when they lack one: the whole console on a real table."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from msgspec.structs import replace

from console.actions import collaboration, replies
from console.actions.replies import LONGEST_TEXT
from console.app import lambda_handler
from console.authorization import Agent
from console.bodies import conversations as conversation_bodies
from console.http import request_of
from conversations.actions import Action, Verb
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.identity import action_id
from storage import connections, received_facts
from storage import conversations as stored_conversations
from tests.functional.console_api import (
    DAY,
    EVENTS,
    JANA,
    MINUTE,
    OLE,
    Answer,
    Console,
    body_of,
    come_in,
    comment,
    content_of,
    document,
    examples_of,
    head,
    hold_to_document,
    hold_to_schema,
    now,
    operation,
    operations,
    private_message,
    sample,
    visitor_post,
)
from tests.support.console_routes import all_routes

NOWHERE = "a" * 26
COMMENT_LIMIT = 8000
MESSAGE_LIMIT = 1999
_keys = itertools.count()


@pytest.fixture
def post(console: Console) -> str:
    """A public conversation: Jana's post."""
    return visitor_post()


@pytest.fixture
def chat(console: Console) -> str:
    """A private conversation with Jana."""
    return private_message()


def come_due(conversation: str, verb: Verb) -> None:
    """The follow-up's time came, and it was asked, or became a person's task."""
    found = replies.find(conversation)
    promise = found.head.follow_up
    assert promise is not None
    done = Action(
        id=action_id(now(), bytes(8)),
        at=now(),
        verb=verb,
        by=Author("nachfrage"),
        heard=found.head.heard,
        upto=found.head.last_inbound_at,
        text=promise.promise.text,
        answers=promise.version,
    )
    stored_conversations.commit(conversation, done, found.after(done), now())


def ids(listed: Any) -> list[str]:
    return [item["id"] for item in listed.body["items"]]


# -- the document -----------------------------------------------------------------------------------------------------


def test_the_document_names_every_route_and_no_other() -> None:
    registered = all_routes().routes.items()
    api = {path.removeprefix("/api"): methods for path, methods in registered if path.startswith("/api")}
    routes = {(path, method.lower()) for path, methods in api.items() for method in methods}
    described = {
        (path, method)
        for path, operations in document()["paths"].items()
        for method in operations
        if method != "parameters"
    }
    assert described == routes


@pytest.mark.parametrize("path", sorted(EVENTS.glob("*.json")), ids=lambda path: path.stem)
def test_every_sample_event_is_understood(path: Path, table: str, lambda_context: object) -> None:
    event = sample(path.stem)
    answer = lambda_handler(event, lambda_context)
    assert answer["statusCode"] in (200, 404)
    template = event["resource"].removeprefix("/api")
    hold_to_document(template, event["httpMethod"], Answer(answer["statusCode"], json.loads(answer["body"])))
    if event["body"]:
        hold_to_schema(json.loads(event["body"]), body_of(operation(template, event["httpMethod"]))["schema"])


def test_every_example_has_the_form_that_the_document_describes() -> None:
    contents = [body_of(each) for each in operations() if "requestBody" in each]
    answers = [answer for each in operations() for answer in each["responses"].values()]
    contents += [content_of(answer) for answer in answers if "$ref" in answer or "content" in answer]
    examples = [(each["schema"], example) for each in contents for example in examples_of(each)]
    assert len(examples) > len(operations())
    for schema, example in examples:
        hold_to_schema(example, schema)


def test_api_document_declares_403_where_a_role_is_needed() -> None:
    for each in operations():
        described = each.get("description", "")
        for_some = re.search(r"\b[Ff]or (leads and )?admins\.", described) is not None
        assert ("403" in each["responses"]) == for_some, each["operationId"]


def test_to_be_signed_in_is_not_enough(console: Console) -> None:
    """With a company's own sign-in everybody there is signed in; a role is what an administrator gave."""
    console.claims = {"cognito:groups": "marketing"}
    assert console.get("/me").status == 200
    for path in ("/conversations", "/follow-ups", "/search", "/pulse", "/agents", "/teams"):
        refused = console.get(path)
        assert (refused.status, refused.body["error"]) == (403, "no_role"), path


# -- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("claim", ["admin,agent", "[admin agent]", "admin agent"])
def test_me_tells_who_is_signed_in(console: Console, claim: str) -> None:
    console.claims = {"cognito:groups": claim}
    me = console.get("/me", Accept_Language="de").body
    assert me | {"channels": [], "settings": {}} == {
        "id": "b0356e29-883d-4d25-88f2-5a68a69cfd7b",
        "name": "Alex Beispiel",
        "email": "alex@example.com",
        "groups": ["admin", "agent"],
        "roles": {"lead": True, "admin": True},
        "language": "de",
        "languages": ["en", "de"],
        "teams": [{"name": "service", "label": "service", "member": False}],
        "connected": False,
        "channels": [],
        "settings": {},
    }
    assert {"name": "facebook", "label": "Facebook"} in me["channels"]


def test_an_empty_inbox_is_one_page_without_a_cursor(console: Console) -> None:
    assert console.get("/conversations").body == {"items": [], "cursor": None, "pulse": {}}


def test_the_list_begins_with_who_waits_longest_and_ends_with_what_is_done(console: Console) -> None:
    young = visitor_post("1055_1", at=now() - MINUTE)
    old = visitor_post("1055_2", at=now() - 90 * MINUTE)
    waiting, resolved = visitor_post("1055_3"), visitor_post("1055_4")
    console.post(f"/conversations/{waiting}/replies", {"text": "Moment."})
    console.post(f"/conversations/{resolved}/resolve")
    assert ids(console.get("/conversations")) == [old, young, waiting, resolved]


def test_answer_to_a_follow_up_is_listed_first(console: Console) -> None:
    visitor_post("1055_1", at=now() - 90 * MINUTE)
    asked = visitor_post("1055_2")
    console.ask("PUT", f"/conversations/{asked}/follow-up", {}, headers={})
    come_due(asked, Verb.ASK)
    comment("1055_9", post_id="1055_2", at=now() + MINUTE)
    listed = console.get("/conversations")
    assert ids(listed)[0] == asked
    assert listed.body["items"][0]["follow_up"]["outcome"]["message_id"] == "1055_9"


def test_filters_keep_out_all_else(console: Console) -> None:
    connections.put_connection("facebook", "shop", "1", "Laden", team="sales")
    connections.put_connection("facebook", "demo", "2", "Haus", team="service")
    service, sales = visitor_post("1055_1"), visitor_post("1055_2", connection="shop")
    console.post(f"/conversations/{sales}/replies", {"text": "Gern!"})
    answers = {
        json.dumps(query): ids(console.get("/conversations", query))
        for query in (
            {"status": "open"},
            {"status": "waiting"},
            {"status": "snoozed"},
            {"team": "sales"},
            {"team": "nobody"},
            {"assignee": "me"},
            {"assignee": "somebody-else"},
            {"assignee": "none"},
            {"unread": "true"},
            {"unread": "false", "status": "waiting"},
            {"tag": "wlan"},
            {"mentioned": "me"},
            {"channel": "facebook", "team": "service"},
        )
    }
    assert list(answers.values()) == [
        [service],
        [sales],
        [],
        [sales],
        [],
        [sales],
        [],
        [service],
        [service],
        [sales],
        [],
        [],
        [service],
    ]


def test_pages_lead_through_the_whole_list_in_its_order_and_once(console: Console) -> None:
    expected = [visitor_post(f"1055_{number}", at=now() - (90 - number) * MINUTE) for number in range(7)]
    found: list[str] = []
    query = {"limit": "2"}
    for _ in range(10):
        page = console.get("/conversations", query)
        assert len(page.body["items"]) <= 2
        found += ids(page)
        if page.body["cursor"] is None:
            break
        query["cursor"] = page.body["cursor"]
    assert found == expected


def test_a_cursor_is_good_for_its_own_list_only(console: Console) -> None:
    for number in range(3):
        visitor_post(f"1055_{number}")
    cursor = console.get("/conversations", {"limit": "1", "status": "open"}).body["cursor"]
    other = console.get("/conversations", {"limit": "1", "status": "resolved", "cursor": cursor})
    assert (other.status, other.body["error"]) == (422, "cursor")


@pytest.mark.parametrize("cursor", ["", "x", "e30=", "W10=", "WzEsMl0=", "bnVsbA==", "ü", "[" * 5000])
def test_a_cursor_from_elsewhere_is_refused(console: Console, cursor: str) -> None:
    answer = console.get("/conversations", {"cursor": cursor})
    assert (answer.status, answer.body["error"]) == (422, "cursor")


@pytest.mark.parametrize(
    "query",
    [
        {"status": "closed"},
        {"status": ""},
        {"channel": "fax"},
        {"team": ""},
        {"team": "x" * 101},
        {"assignee": ""},
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "²"},
        {"limit": "-1"},
        {"sort": "name"},
    ],
    ids=str,
)
def test_a_list_nobody_can_mean_is_refused(console: Console, query: dict[str, str]) -> None:
    answer = console.get("/conversations", query)
    assert (answer.status, answer.body["error"]) == (400, "malformed")


def test_a_conversation_shows_its_messages_in_order_and_the_ways_to_answer(console: Console, post: str) -> None:
    comment("1055_2", author=OLE)
    console.post(f"/conversations/{post}/notes", {"text": "Kommt öfter vor."})
    whole = console.get(f"/conversations/{post}").body
    assert [(each["direction"], each["author"]["id"]) for each in whole["messages"][:2]] == [
        ("inbound", "jana"),
        ("inbound", "ole"),
    ]
    assert [(way["way"], way["limit"]) for way in whole["routes"]] == [
        ("public_reply", COMMENT_LIMIT),
        ("private_reply", MESSAGE_LIMIT),
    ]
    assert (whole["customer"]["id"], whole["third_parties"], whole["unread"]) == ("jana", ["ole"], 2)


def test_a_removed_message_keeps_its_place_without_its_text(console: Console, post: str) -> None:
    comment("1055_2")
    come_in(Fact(Kind.REMOVED, Visibility.PUBLIC, "1055_1", now(), "1055_2", "1055_2", JANA))
    removed = console.get(f"/conversations/{post}").body["messages"][1]
    assert (removed["id"], removed["deleted"], removed["text"]) == ("1055_2", True, None)


def test_subjects_and_judgements_are_shown(console: Console, chat: str, post: str) -> None:
    mail = Fact(Kind.MESSAGE, Visibility.PRIVATE, "t_1", now(), "m_2", author=JANA, customer_id=JANA.id)
    come_in(replace(mail, text="Wo bleibt sie?", title="Die Rechnung"))
    whole = console.get(f"/conversations/{chat}").body
    assert (whole["title"], [each["title"] for each in whole["messages"]]) == ("Die Rechnung", [None, "Die Rechnung"])
    review = Fact(Kind.MESSAGE, Visibility.PUBLIC, "1055_9", now(), "1055_9", author=JANA, rating="2")
    come_in(review)
    come_in(replace(review, kind=Kind.EDITED, at=review.at + 1, text="Läuft wieder.", rating="4"))
    listed = next(each for each in console.get("/conversations").body["items"] if "★" in each["preview"])
    assert (listed["title"], listed["preview"]) == (None, "★★★★☆ Läuft wieder.")
    (said,) = console.get(f"/conversations/{listed['id']}").body["messages"]
    assert (said["rating"], [each["rating"] for each in said["earlier"]]) == ("4", ["2"])
    assert console.get(f"/conversations/{post}").body["messages"][0]["rating"] is None


def test_a_message_that_anybody_may_have_written_says_so(console: Console, chat: str) -> None:
    said = Fact(Kind.MESSAGE, Visibility.PRIVATE, "t_1", now(), "m_2", author=JANA, customer_id=JANA.id)
    come_in(replace(said, text="Wie lautet meine Adresse?", unproven=True))
    shown = console.get(f"/conversations/{chat}").body["messages"]
    assert [each["unproven"] for each in shown] == [False, True]


@pytest.mark.parametrize("conversation", [NOWHERE, "teams", "connections", "x", "-", "A" * 26, "ü", f"{NOWHERE}-"])
@pytest.mark.parametrize("call", ["GET ", "POST /replies", "POST /resolve", "DELETE /follow-up"])
def test_invalid_conversation_id_is_not_found(console: Console, conversation: str, call: str) -> None:
    method, _, last = call.partition(" ")
    body = {"text": "Hallo?"} if last == "/replies" else None
    answer = console.ask(method, f"/conversations/{conversation}{last}", body, headers={"Accept-Language": "de"})
    assert (answer.status, answer.body) == (
        404,
        {"error": "not_found", "message": "Dieses Gespräch gibt es nicht."},
    )


# -- answering --------------------------------------------------------------------------------------------------------


def test_an_answer_is_queued_and_the_conversation_waits_for_the_customer(console: Console, post: str) -> None:
    answer = console.post(f"/conversations/{post}/replies", {"text": "Wir schauen nach. 🙂", "seen": "1055_1"})
    assert answer.status == 201
    assert (answer.body["direction"], answer.body["state"], answer.body["text"]) == (
        "outbound",
        "queued",
        "Wir schauen nach. 🙂",
    )
    shown = console.get(f"/conversations/{post}").body
    assert (shown["status"], shown["assignee"]["name"], shown["unread"]) == ("waiting", "Alex Beispiel", 0)
    assert shown["messages"][-1] == {name: said for name, said in answer.body.items() if name != "also"} | {
        "moderations": [],
        "answerable": None,
        "speaker": "company",
        "speaker_by": None,
        "thanked": False,
    }


def test_an_answer_can_promise_to_ask_back_and_resolve(console: Console) -> None:
    post = visitor_post(text="Mein WLAN ist seit gestern kaputt. Was soll ich tun?")
    body = {"text": "Bitte neu starten.", "follow_up": {"after": "P7D"}, "resolve": True}
    console.post(f"/conversations/{post}/replies", body)
    shown = console.get(f"/conversations/{post}").body
    assert (shown["status"], shown["follow_up"]["state"]) == ("resolved", "planned")
    assert shown["follow_up"]["text"] == "Wie sieht's denn aus? Konnte das Problem gelöst werden?"
    promise = head(post).follow_up
    assert promise is not None and -MINUTE < promise.promise.at - now() - 7 * DAY <= 30 * MINUTE


@pytest.mark.parametrize("call", ["replies", "resolve"])
def test_an_agent_never_answers_blind(console: Console, post: str, call: str) -> None:
    """Invariant 10: if the customer wrote after the agent last looked, sending or resolving says so first."""
    comment("1055_2")
    body = {"seen": "1055_1"} | ({"text": "Gelöst?"} if call == "replies" else {})
    answer = console.post(f"/conversations/{post}/{call}", body, Accept_Language="de")
    assert (answer.status, answer.body["error"], answer.body["missed"]) == (409, "stale", ["1055_2"])
    assert answer.body["message"].startswith("Nach Ihrem letzten Blick")
    shown = console.get(f"/conversations/{post}").body
    assert (shown["status"], len(shown["messages"])) == ("open", 2)


def test_a_customers_message_that_is_stored_and_not_yet_folded_counts(console: Console, post: str) -> None:
    """Invariant 10 holds also while dispatch is behind."""
    late = Fact(Kind.MESSAGE, Visibility.PUBLIC, "1055_1", now(), "1055_2", "1055_2", JANA, text="Halt!")
    received_facts.add("facebook", "demo", [late], now())
    answer = console.post(f"/conversations/{post}/replies", {"text": "Erledigt.", "seen": "1055_1"})
    assert (answer.status, answer.body["missed"]) == (409, ["1055_2"])


def test_a_third_party_does_not_hold_up_the_answer_and_stays_unread(console: Console, post: str) -> None:
    comment("1055_2", author=OLE)
    assert console.post(f"/conversations/{post}/replies", {"text": "Hallo Jana", "seen": "1055_1"}).status == 201
    shown = console.get(f"/conversations/{post}").body
    assert (shown["unread"], shown["status"]) == (1, "open")


def test_an_unknown_seen_is_refused(console: Console, post: str) -> None:
    answer = console.post(f"/conversations/{post}/replies", {"text": "Hallo", "seen": "other"})
    assert (answer.status, answer.body["error"]) == (422, "unknown_seen")


@pytest.mark.parametrize(("visibility", "limit"), [(None, COMMENT_LIMIT), ("private", MESSAGE_LIMIT)])
def test_a_text_that_does_not_fit_is_answered_with_limit_and_length(
    console: Console, post: str, visibility: str | None, limit: int
) -> None:
    fits, one_more = "ä" * limit, "ä" * limit + "🙂"
    answer = console.post(f"/conversations/{post}/replies", {"text": one_more, "visibility": visibility})
    assert answer.status == 422
    assert answer.body == {
        "error": "text_too_long",
        "message": f"The text has {limit + 1} characters; the platform takes {limit}.",
        "limit": limit,
        "length": limit + 1,
        "unit": "characters",
    }
    assert console.post(f"/conversations/{post}/replies", {"text": fits, "visibility": visibility}).status == 201


def test_the_limit_is_told_in_german(console: Console, post: str) -> None:
    body = {"text": "x" * (COMMENT_LIMIT + 1)}
    answer = console.post(f"/conversations/{post}/replies", body, Accept_Language="de")
    assert answer.body["message"] == "Der Text hat 8001 Zeichen; die Plattform nimmt 8000."


def test_a_question_that_does_not_fit_is_refused_with_the_answer(console: Console, post: str) -> None:
    body = {"text": "Gern.", "follow_up": {"text": "?" * (COMMENT_LIMIT + 1)}}
    answer = console.post(f"/conversations/{post}/replies", body)
    assert (answer.status, answer.body["length"]) == (422, COMMENT_LIMIT + 1)
    assert len(console.get(f"/conversations/{post}").body["messages"]) == 1


def test_a_public_message_permits_one_private_reply(console: Console, post: str) -> None:
    answer = console.post(f"/conversations/{post}/replies", {"text": "Ihre Nummer?", "visibility": "private"})
    assert (answer.status, answer.body["visibility"]) == (201, "private")
    assert [way["way"] for way in console.get(f"/conversations/{post}").body["routes"]] == ["public_reply"]
    again = console.post(f"/conversations/{post}/replies", {"text": "Noch da?", "visibility": "private"})
    assert (again.status, again.body["error"], again.body["reason"]) == (422, "route_closed", "private_reply_used")


def test_a_closed_window_is_told_before_anything_is_written(console: Console) -> None:
    chat = private_message(at=now() - 8 * DAY)
    assert console.get(f"/conversations/{chat}").body["routes"] == []
    answer = console.post(f"/conversations/{chat}/replies", {"text": "Sind Sie noch da?"}, Accept_Language="de")
    assert (answer.status, answer.body["reason"]) == (422, "window")
    assert "die Frist für eine private Antwort ist vorbei" in answer.body["message"]


def test_a_private_conversation_is_not_answered_in_public(console: Console, chat: str) -> None:
    answer = console.post(f"/conversations/{chat}/replies", {"text": "Hallo", "visibility": "public"})
    assert (answer.status, answer.body["reason"]) == (422, "private_only")


def test_a_note_is_not_sent_to_the_platform(console: Console, post: str) -> None:
    answer = console.post(f"/conversations/{post}/notes", {"text": "Bei der Technik nachfragen."})
    assert (answer.status, answer.body["direction"], answer.body["state"]) == (201, "note", "kept")
    shown = console.get(f"/conversations/{post}").body
    assert (shown["status"], shown["unread"], shown["preview"]) == ("open", 1, "Mein WLAN bricht ab.")
    stored = stored_conversations.action(post, answer.body["id"])
    assert stored is not None and (stored.state, stored.way) == (None, None)


@pytest.mark.parametrize("character", ["\0", '"', "🙂"])
def test_the_longest_note_is_kept_and_a_longer_one_refused(console: Console, post: str, character: str) -> None:
    longest = "x" + character * (LONGEST_TEXT - 1)
    assert console.post(f"/conversations/{post}/notes", {"text": longest}).status == 201
    answer = console.post(f"/conversations/{post}/notes", {"text": longest + "x"})
    assert (answer.status, answer.body["limit"]) == (422, LONGEST_TEXT)


# -- status -----------------------------------------------------------------------------------------------------------


def test_resolving_and_reopening_answer_with_the_changed_conversation(console: Console, post: str) -> None:
    resolved = console.post(f"/conversations/{post}/resolve", {"seen": "1055_1"})
    assert (resolved.status, resolved.body["status"]) == (200, "resolved")
    reopened = console.post(f"/conversations/{post}/reopen")
    assert (reopened.status, reopened.body["status"]) == (200, "open")


def test_a_customer_who_writes_opens_the_conversation_again(console: Console, post: str) -> None:
    console.post(f"/conversations/{post}/resolve")
    comment("1055_2", at=now() + MINUTE)
    assert console.get(f"/conversations/{post}").body["status"] == "open"


# -- asking back ------------------------------------------------------------------------------------------------------


def test_a_promise_is_set_moved_and_taken_back(console: Console, post: str) -> None:
    path = f"/conversations/{post}/follow-up"
    first = console.ask("PUT", path, {}, headers={}).body["follow_up"]
    assert (first["state"], first["text"]) == ("planned", "How is it going? Did we solve the problem?")
    moved = console.ask("PUT", path, {"after": "PT1H", "text": "Und?"}, headers={}).body["follow_up"]
    assert moved["at"] < first["at"] and moved["text"] == "Und?"
    released = console.ask("DELETE", path, headers={"Accept-Language": "de"}).body["follow_up"]
    assert (released["state"], released["reason"]) == ("cancelled", "agent")
    assert released["explanation"] == "Jemand aus dem Team hat sie abgesagt."


def test_a_promise_that_became_a_task_can_be_taken_back(console: Console, post: str) -> None:
    console.ask("PUT", f"/conversations/{post}/follow-up", {}, headers={})
    come_due(post, Verb.TASK)
    assert console.get(f"/conversations/{post}").body["follow_up"]["state"] == "task"
    released = console.ask("DELETE", f"/conversations/{post}/follow-up", headers={})
    assert (released.status, released.body["follow_up"]["state"]) == (200, "cancelled")


def test_there_must_be_a_promise_to_take_back(console: Console, post: str) -> None:
    for _ in range(2):
        answer = console.ask("DELETE", f"/conversations/{post}/follow-up", headers={})
        assert (answer.status, answer.body["error"]) == (404, "no_follow_up")


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"at": "2020-01-31T09:00:00Z"}, "2020-01-31T09:00:00.000Z"),
        ({"at": "2099-01-31T09:00:00+01:00"}, "2099-01-31T08:00:00.000Z"),
        ({"after": "P2Y"}, "P2Y"),
        ({"after": "PT0S"}, "PT0S"),
    ],
    ids=str,
)
def test_a_promise_lies_in_the_next_year(console: Console, post: str, wish: dict[str, str], told: str) -> None:
    answer = console.ask("PUT", f"/conversations/{post}/follow-up", wish, headers={})
    assert (answer.status, answer.body["error"]) == (422, "follow_up_time")
    assert answer.body["message"].endswith(f"at most a year away: {told}")


@pytest.mark.parametrize(
    "after", ["P", "P1", "7D", "PT", "P-1D", "P1.5D", "P\u0667D", "P1D ", "P1DT", "P" + "9" * 40 + "D"]
)
def test_a_delay_is_an_iso_duration(console: Console, post: str, after: str) -> None:
    answer = console.ask("PUT", f"/conversations/{post}/follow-up", {"after": after}, headers={})
    assert (answer.status, answer.body["error"]) == (400, "malformed")


def test_a_promise_of_a_distant_time_does_not_overflow(console: Console, post: str) -> None:
    answer = console.ask("PUT", f"/conversations/{post}/follow-up", {"after": "P99999999999Y"}, headers={})
    assert (answer.status, answer.body["error"]) == (422, "follow_up_time")


def test_the_question_must_fit_where_it_will_be_asked(console: Console, chat: str) -> None:
    wish = {"text": "?" * (MESSAGE_LIMIT + 1)}
    answer = console.ask("PUT", f"/conversations/{chat}/follow-up", wish, headers={})
    assert (answer.status, answer.body["limit"]) == (422, MESSAGE_LIMIT)


# -- doing it twice ---------------------------------------------------------------------------------------------------


def test_one_key_is_one_message(console: Console, post: str) -> None:
    path, body = f"/conversations/{post}/replies", {"text": "Wir schauen nach."}
    first, again = (console.post(path, body, Idempotency_Key="a-key") for _ in range(2))
    assert (again.status, again.body) == (first.status, first.body)
    assert len(console.get(f"/conversations/{post}").body["messages"]) == 2


@pytest.mark.parametrize(
    "other", [("replies", {"text": "Etwas anderes."}), ("notes", {"text": "Wir schauen nach."}), ("resolve", None)]
)
def test_one_key_for_two_requests_is_refused(console: Console, post: str, other: tuple[str, Any]) -> None:
    console.post(f"/conversations/{post}/replies", {"text": "Wir schauen nach."}, Idempotency_Key="a-key")
    call, body = other
    answer = console.post(f"/conversations/{post}/{call}", body, Idempotency_Key="a-key")
    assert (answer.status, answer.body["error"]) == (422, "idempotency_mismatch")
    assert len(console.get(f"/conversations/{post}").body["messages"]) == 2


def test_keys_of_two_agents_do_not_meet(console: Console, post: str) -> None:
    path = f"/conversations/{post}/replies"
    console.post(path, {"text": "Eins."}, Idempotency_Key="a-key")
    console.claims = {"sub": "kim"}
    assert console.post(path, {"text": "Zwei."}, Idempotency_Key="a-key").status == 201


@pytest.mark.parametrize("key", ["", " ", "two words", "ü", "x" * 256])
def test_a_key_is_visible_ascii(console: Console, post: str, key: str) -> None:
    answer = console.post(f"/conversations/{post}/notes", {"text": "x"}, Idempotency_Key=key)
    assert (answer.status, answer.body["error"]) == (400, "malformed")


def test_the_same_request_from_many_hands_at_once_is_carried_out_once(table: str, post: str) -> None:
    agent = Agent("alex", "Alex", "", (), "en")
    request = request_of(agent, post, "a-key", "POST /replies", b"{}")
    done = at_once(4, lambda: replies.reply(agent, post, conversation_bodies.reply({"text": "Eins."}), request, now()))
    assert len({each.message().id for each in done}) == 1
    assert len(replies.find(post).messages()) == 2


def test_two_agents_who_answer_at_once_are_both_heard(table: str, post: str) -> None:
    agents = iter([Agent("alex", "Alex", "", (), "en"), Agent("kim", "Kim", "", (), "en")])

    def answer() -> replies.Executed:
        agent = next(agents)
        return replies.reply(agent, post, conversation_bodies.reply({"text": "Hallo."}), replies.Request("", ""), now())

    at_once(2, answer)
    found = replies.find(post)
    assert {each.author.id for each in found.messages()} == {"jana", "alex", "kim"}
    assert found.head == head(post)


def test_later_reply_is_listed_later_whatever_the_clocks_say(table: str, post: str) -> None:
    """Invariant 4, where two functions decide and the clock of the second is behind."""
    agent = Agent("alex", "Alex", "", (), "en")
    for text, at in (("Eins.", now()), ("Zwei.", now() - MINUTE), ("Drei.", now() - MINUTE)):
        collaboration.note(agent, post, text, (), replies.Request("", ""), at)
    assert [each.text for each in replies.find(post).messages()][1:] == ["Eins.", "Zwei.", "Drei."]
    assert replies.find(post).head == head(post)


def at_once(hands: int, do: Any) -> list[Any]:
    """Do something in several threads that begin together; an error in one fails the test."""
    results: list[Any] = []
    gate = Barrier(hands)

    def run() -> None:
        gate.wait()
        results.append(do())

    threads = [Thread(target=run) for _ in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == hands
    return results


# -- what is not understood -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        None,
        "",
        "nonsense",
        "[" * 100_000,
        '{"text": "\\ud83d"}',
        [],
        "null",
        {},
        {"text": None},
        {"text": 1},
        {"text": "x", "colour": "red"},
        {"text": "x", "visibility": "secret"},
        {"text": "x", "resolve": "yes"},
        {"text": "x", "seen": 1},
        {"text": "x", "follow_up": "P7D"},
        {"text": "x", "follow_up": {"when": "P7D"}},
        {"text": "x", "follow_up": {"after": "P7D", "at": "2030-01-31T09:00:00Z"}},
        {"text": "x", "follow_up": {"at": "tomorrow"}},
        {"text": "x", "follow_up": {"at": "2030-01-31T09:00:00"}},
    ],
    ids=lambda body: str(body)[:40],
)
def test_a_body_of_another_form_is_refused(console: Console, post: str, body: Any) -> None:
    answer = console.post(f"/conversations/{post}/replies", body)
    assert (answer.status, answer.body["error"]) == (400, "malformed")
    assert len(replies.find(post).messages()) == 1


def test_controls_in_a_reply_are_left_out(console: Console, post: str) -> None:
    assert console.post(f"/conversations/{post}/replies", {"text": "Gern!\x00\x08\r\n\tMaria\x85"}).status < 300
    assert replies.find(post).messages()[-1].text == "Gern!\r\n\tMaria"


@pytest.mark.parametrize("text", ["", " ", "\n\t\u00a0"], ids=repr)
def test_a_message_needs_a_text(console: Console, post: str, text: str) -> None:
    answer = console.post(f"/conversations/{post}/replies", {"text": text})
    assert (answer.status, answer.body["error"]) == (422, "text_empty")


def test_null_means_the_same_as_leaving_it_out(console: Console, post: str) -> None:
    body = {"text": "Hallo", "visibility": None, "follow_up": None, "resolve": None, "seen": None}
    assert console.post(f"/conversations/{post}/replies", body).status == 201
    assert console.get(f"/conversations/{post}").body["follow_up"] is None


def test_the_kind_of_content_need_not_be_named(console: Console, post: str) -> None:
    answer = console.post(f"/conversations/{post}/replies", {"text": "Hallo"}, Content_Type="text/plain")
    assert answer.status == 201
    assert console.get(f"/conversations/{post}", Content_Type="text/plain").status == 200


def looked(console: Console, conversation: str) -> str:
    """Return the mark of having read a conversation."""
    return str(console.get(f"/conversations/{conversation}").body["seen"])


@pytest.mark.invariant(10)
@pytest.mark.parametrize("call", ["replies", "resolve"])
def test_older_message_that_arrives_after_the_look_is_noticed(console: Console, call: str) -> None:
    chat = private_message("m5", at=now() - MINUTE)
    mark, body = looked(console, chat), {"text": "Gern."} if call == "replies" else {}
    private_message("m4", at=now() - 5 * MINUTE)
    refused = console.post(f"/conversations/{chat}/{call}", body | {"seen": mark})
    assert (refused.status, refused.body["error"]) == (409, "stale")
    again = console.post(f"/conversations/{chat}/{call}", body | {"seen": looked(console, chat)})
    assert (again.status // 100, head(chat).unread) == (2, 0)


@pytest.mark.invariant(16)
def test_change_after_the_look_is_noticed(console: Console) -> None:
    chat = private_message("m5", at=now() - MINUTE, text="Bitte Montag")
    mark = looked(console, chat)
    edit = Fact(Kind.EDITED, Visibility.PRIVATE, "page:jana", now(), "m5", author=JANA, text="Bitte Dienstag")
    identity = head(chat).identity
    edit = replace(edit, thread_id=identity.thread_id, customer_id=JANA.id)
    received_facts.add(identity.channel, identity.connection, [edit], now())
    refused = console.post(f"/conversations/{chat}/replies", {"text": "Bis Montag!", "seen": mark})
    assert (refused.status, refused.body["error"], refused.body["missed"]) == (409, "stale", ["m5"])
    assert refused.body["messages"][0]["text"] == "Bitte Dienstag"
    sent = console.post(f"/conversations/{chat}/replies", {"text": "Bis Dienstag!", "seen": looked(console, chat)})
    assert (sent.status, head(chat).unread, head(chat).edits) == (201, 0, 1)
