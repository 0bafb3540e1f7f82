"""The state of each comment of a public thread, and answers and promises to one of them, over the API."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from conversations.actions import Verb
from conversations.facts import Author, Fact, Kind, Visibility
from storage import conversations
from tests.functional.console_api import Console, come_in, now, private_message, visitor_post
from tests.support.stack import Stack

Json = dict[str, Any]
BEN = Author("5512", "Ben")
COMMENT, BELOW = "1055_1_2", "1055_1_3"


def comment(comment_id: str = COMMENT, author: Author = BEN, text: str = "Bei mir auch.", **fields: Any) -> str:
    given = {"parent_id": "1055_1", "branch_id": COMMENT, "at": now()} | fields
    return come_in(
        Fact(Kind.MESSAGE, Visibility.PUBLIC, "1055_1", message_id=comment_id, author=author, text=text, **given)
    )


@pytest.fixture
def thread(stack: Stack) -> str:
    """Jana's post, and Ben's comment below it, with an answer of Anna's to that."""
    post = visitor_post(author=Author("5511", "Jana"))
    comment()
    comment(BELOW, Author("5513", "Anna"), "Hier nicht.", parent_id=COMMENT)
    stack.settle()
    stack.platform.asked.clear()
    return post


def states(console: Console, thread: str) -> dict[str, str]:
    found = console.get(f"/conversations/{thread}").body["messages"]
    return {each["id"]: each["attention"]["state"] for each in found if each["attention"]}


def counts(console: Console, thread: str) -> tuple[int, int]:
    body = console.get(f"/conversations/{thread}").body
    return body["open_messages"], body["inbound"]


def state(console: Console, thread: str, message: str, state: str, **body: Any) -> Any:
    return console.put(f"/conversations/{thread}/messages/{message}/attention", {"state": state} | body)


def reply(console: Console, thread: str, **body: Any) -> Any:
    return console.post(f"/conversations/{thread}/replies", {"text": "Bitte neu starten."} | body)


def test_each_comment_waits_until_it_was_answered_or_needs_nothing(console: Console, thread: str) -> None:
    assert counts(console, thread) == (3, 3)
    assert reply(console, thread, reply_to=COMMENT).body["reply_to"] == COMMENT
    assert states(console, thread) == {"1055_1": "open", COMMENT: "answered", BELOW: "open"}
    answer = state(console, thread, BELOW, "none", reason="Kein  Anliegen")
    assert (answer.status, answer.body["open_messages"], answer.body["unread"]) == (200, 1, 1)
    stated = console.get(f"/conversations/{thread}").body["messages"][2]["attention"]
    assert (stated["reason"], stated["by"]["id"] != "", stated["state"]) == ("Kein Anliegen", True, "none")
    assert state(console, thread, "1055_1", "acknowledged").body["status"] == "waiting"
    assert state(console, thread, BELOW, "open").body["status"] == "open"


def test_a_statement_is_stored_once(console: Console, thread: str) -> None:
    for _ in range(2):
        assert state(console, thread, BELOW, "none", reason="Spam").status == 200
    stated = [each for each in conversations.read(thread).actions if each.verb == Verb.ATTEND]
    assert len(stated) == 1
    events = console.get(f"/conversations/{thread}").body["events"]
    assert [(each["message"], each["attention"]) for each in events if each["kind"] == "attend"] == [(BELOW, "none")]


@pytest.mark.invariant(10)
def test_a_statement_about_a_comment_that_was_edited_since_is_refused(console: Console, thread: str) -> None:
    seen = console.get(f"/conversations/{thread}").body["seen"]
    edit = Fact(Kind.EDITED, Visibility.PUBLIC, "1055_1", now(), BELOW, COMMENT, Author("5513", "Anna"), text="Doch!")
    come_in(edit)
    assert state(console, thread, COMMENT, "none", seen=seen).status == 200
    refused = state(console, thread, BELOW, "none", seen=seen)
    assert (refused.status, refused.body["error"], refused.body["missed"]) == (409, "stale", [BELOW])
    assert states(console, thread)[BELOW] == "open"


@pytest.mark.invariant(16)
def test_an_edit_opens_an_answered_comment_again(console: Console, thread: str) -> None:
    assert reply(console, thread, reply_to=COMMENT).status == 201
    come_in(Fact(Kind.EDITED, Visibility.PUBLIC, "1055_1", now() + 5, COMMENT, COMMENT, BEN, text="Geht wieder nicht"))
    assert states(console, thread)[COMMENT] == "open"
    assert counts(console, thread) == (3, 3)


def test_a_like_is_enough_and_a_hidden_comment_needs_nothing(stack: Stack, lead: Console, thread: str) -> None:
    for action, message in (("like", COMMENT), ("hide", BELOW)):
        stack.platform.says({"success": True})
        body = {"action": action, "message_id": message}
        assert lead.post(f"/conversations/{thread}/moderations", body).status == 201
        stack.settle()
    assert states(lead, thread) == {"1055_1": "open", COMMENT: "acknowledged", BELOW: "none"}
    assert counts(lead, thread) == (1, 3)


def test_an_answer_leaves_below_the_comment_or_names_its_author(stack: Stack, console: Console, thread: str) -> None:
    found = {each["id"]: each["answerable"] for each in console.get(f"/conversations/{thread}").body["messages"]}
    assert found[COMMENT] == {"placement": "below", "mention": None}
    assert found[BELOW] == {"placement": "mention", "mention": "Anna"}
    for number, message in enumerate((COMMENT, BELOW)):
        stack.platform.says({"id": f"1055_9{number}"})
        assert reply(console, thread, reply_to=message).status == 201
        stack.settle()
    sent = [(each["call"], each["body"]["message"]) for each in stack.platform.asked]
    assert sent == [
        (f"POST /v99.0/{COMMENT}/comments", "Bitte neu starten."),
        (f"POST /v99.0/{BELOW}/comments", "Anna Bitte neu starten."),
    ]


@pytest.mark.parametrize(
    ("message", "body", "status", "error"),
    [
        ("nothing", {}, 404, "no_message"),
        ("ours", {}, 422, "message_ours"),
        ("1055_1_4", {}, 422, "message_removed"),
        (COMMENT, {"visibility": "private"}, 422, "message_private"),
        (COMMENT, {"private": {"text": "Und privat"}}, 422, "message_private"),
    ],
)
def test_an_answer_to_what_cannot_be_answered_alone_is_refused(
    console: Console, thread: str, message: str, body: Json, status: int, error: str
) -> None:
    comment("1055_1_4", BEN)
    come_in(Fact(Kind.REMOVED, Visibility.PUBLIC, "1055_1", now() + 5, "1055_1_4", COMMENT))
    name = reply(console, thread).body["id"] if message == "ours" else message
    refused = reply(console, thread, reply_to=name, **body)
    assert (refused.status, refused.body["error"]) == (status, error)
    if not body:
        assert state(console, thread, name, "none").body["error"] == error


def test_in_a_private_chat_no_single_message_is_answered_or_marked(console: Console) -> None:
    chat = private_message()
    assert reply(console, chat, reply_to="m_1").body["error"] == "message_private"
    assert state(console, chat, "m_1", "none").body["error"] == "message_private"
    assert states(console, chat) == {"m_1": "open"}


@pytest.mark.invariant(10)
def test_an_answer_to_somebody_who_wrote_since_is_refused(console: Console, thread: str) -> None:
    seen = console.get(f"/conversations/{thread}").body["seen"]
    comment("1055_1_5", BEN, "Hat sich erledigt")
    refused = reply(console, thread, reply_to=COMMENT, seen=seen)
    assert (refused.status, refused.body["error"]) == (409, "stale")
    assert reply(console, thread, reply_to=BELOW, seen=seen).status == 201


def test_a_promise_hangs_on_the_author_of_the_comment(stack: Stack, console: Console, thread: str) -> None:
    wish = {"after": "P7D", "text": "Läuft es, {{customer}}?", "reply_to": COMMENT}
    plan = console.post("/follow-ups/plan", {"conversation": thread} | wish).body
    assert (plan["person"]["name"], plan["placement"], plan["text"].split("\n")[0]) == (
        "Ben",
        "below",
        "Läuft es, Ben?",
    )
    follow_up = console.put(f"/conversations/{thread}/follow-up", wish).body["follow_up"]
    assert (follow_up["state"], follow_up["person"]["id"], follow_up["reply_to"]) == ("planned", "5512", COMMENT)
    visitor = Fact(Kind.MESSAGE, Visibility.PUBLIC, "1055_1", now() + 9, "1055_1_6", "1055_1_6", Author("5511", "Jana"))
    come_in(replace(visitor, text="Und ich?", parent_id="1055_1"))
    assert console.get(f"/conversations/{thread}").body["follow_up"]["state"] == "planned"
    comment("1055_1_7", BEN, "Läuft wieder", at=now() + 10)
    assert console.get(f"/conversations/{thread}").body["follow_up"]["state"] == "cancelled"


def test_an_answer_with_a_promise_to_one_comment_asks_below_it(stack: Stack, console: Console, thread: str) -> None:
    stack.platform.says({"id": "1055_90"})
    answer = reply(console, thread, reply_to=COMMENT, follow_up={"after": "P1D", "text": "Und jetzt?"})
    assert answer.status == 201
    promised = console.get(f"/conversations/{thread}").body["follow_up"]
    assert (promised["person"]["name"], promised["reply_to"]) == ("Ben", COMMENT)
    assert states(console, thread) == {"1055_1": "open", COMMENT: "answered", BELOW: "open"}


def test_private_words_are_not_previewed_in_the_list(console: Console, thread: str) -> None:
    body = {"private": {"text": "Ihre Kundennummer ist 4711."}}
    assert reply(console, thread, **body).status == 201
    shown = console.get(f"/conversations/{thread}").body
    assert shown["preview"] == "Bitte neu starten."
    assert shown["preview_by"]["direction"] == "outbound"
