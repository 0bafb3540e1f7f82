"""Undoing a held message, sending a failed one again, settling an unclear one; and two messages at once."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from aws import schedules
from conversations.actions import Action, State
from conversations.conversation import Conversation
from storage import conversations
from tests.functional.console_api import Answer, Console, comment, head, now, private_message, visitor_post
from tests.support import payloads
from tests.support.stack import Stack

Fields = dict[str, object]


@pytest.fixture
def chat(stack: Stack, console: Console) -> str:
    """A private conversation in the whole stack."""
    stack.platform.says({"first_name": "Jana"})
    stack.post(payloads.delivery(payloads.message("m_1", at=now())))
    stack.settle()
    return stack.only().id


def answer(console: Console, conversation: str, **more: object) -> Answer:
    written = console.post(f"/conversations/{conversation}/replies", {"text": "Gern."} | more)
    assert written.status == 201, written
    return written


def action(conversation: str, message: str) -> Action:
    found = conversations.action(conversation, message)
    assert found is not None
    return found


def stands(conversation: str, message: str, state: State, **more: object) -> None:
    """The delivery of a message came so far."""
    before = action(conversation, message)
    conversations.change_delivery(conversation, before, replace(before, state=state, **more))  # type: ignore[arg-type]


def later(conversation: str, message: str) -> None:
    """The time in which a message is held is over."""
    before = action(conversation, message)
    conversations.change_delivery(conversation, before, replace(before, not_before=now() - 1))


# -- taking back ------------------------------------------------------------------------------------------------------


def test_held_message_is_not_sent_and_can_be_undone(stack: Stack, console: Console, chat: str) -> None:
    before = head(chat)
    held = answer(console, chat, hold_seconds=10)
    assert held.body["held_until"] is not None
    stack.dispatch()
    assert stack.send() == 0
    undone = console.delete(f"/conversations/{chat}/replies/{held.body['id']}")
    assert (undone.body["state"], undone.body["reason"]) == ("cancelled", "undone")
    stack.settle()
    assert replace(head(chat), version=0) == replace(before, version=0)
    assert [each["text"] for each in console.get(f"/conversations/{chat}").body["messages"]] == ["Hallo"]
    assert len(stack.platform.asked) == 1  # the name, and no message


def test_held_message_is_sent_when_its_time_has_come(stack: Stack, console: Console, chat: str) -> None:
    held = answer(console, chat, hold_seconds=1)
    stack.dispatch()
    later(chat, held.body["id"])
    stack.platform.says({"message_id": "m_2"})
    stack.settle()
    assert action(chat, held.body["id"]).state == State.SENT


def test_undo_is_refused_for_a_message_that_was_sent(console: Console) -> None:
    post = visitor_post()
    plain, held = answer(console, post), answer(console, post, hold_seconds=10)
    later(post, held.body["id"])
    for each in (plain, held):
        refused = console.delete(f"/conversations/{post}/replies/{each.body['id']}")
        assert (refused.status, refused.body["error"]) == (409, "left")


def test_undo_is_refused_when_the_message_was_sent_first(console: Console) -> None:
    """Invariant 3: reply leased it, so it is not taken back any more."""
    post = visitor_post()
    held = answer(console, post, hold_seconds=10)
    stands(post, held.body["id"], State.SENDING, lease_until=now() + 60_000)
    assert console.delete(f"/conversations/{post}/replies/{held.body['id']}").status == 409


def test_taking_back_twice_is_taking_back_once(console: Console) -> None:
    post = visitor_post()
    held = answer(console, post, hold_seconds=10)
    answers = [console.delete(f"/conversations/{post}/replies/{held.body['id']}") for _ in range(2)]
    assert [each.body["state"] for each in answers] == ["cancelled"] * 2


def test_undo_also_undoes_the_follow_up_and_the_resolution(stack: Stack, console: Console, chat: str) -> None:
    """Invariant 6: the promise dies with the answer, and so does its schedule."""
    held = answer(console, chat, hold_seconds=10, follow_up={}, resolve=True)
    stack.dispatch()
    assert head(chat).follow_up is not None
    assert [schedules.conversation_of(name) for name in schedules.page("", 100)[0]] == [chat]
    console.delete(f"/conversations/{chat}/replies/{held.body['id']}")
    stack.dispatch()
    shown = console.get(f"/conversations/{chat}").body
    assert (shown["follow_up"], shown["status"], shown["unread"], shown["events"]) == (None, "open", 1, [])
    assert schedules.page("", 100)[0] == {}


def test_the_promise_before_is_back_with_its_schedule(stack: Stack, console: Console, chat: str) -> None:
    console.put(f"/conversations/{chat}/follow-up", {"after": "P3D"})
    stack.dispatch()
    before = head(chat).follow_up
    held = answer(console, chat, hold_seconds=10, follow_up={"after": "P9D"})
    stack.dispatch()
    console.delete(f"/conversations/{chat}/replies/{held.body['id']}")
    stack.dispatch()
    assert head(chat).follow_up == before


def test_a_repeated_request_whose_answer_was_taken_back_sends_nothing(console: Console) -> None:
    post, body = visitor_post(), {"text": "Gern.", "hold_seconds": 5}
    first = console.post(f"/conversations/{post}/replies", body, Idempotency_Key="k1")
    console.delete(f"/conversations/{post}/replies/{first.body['id']}")
    again = console.post(f"/conversations/{post}/replies", body, Idempotency_Key="k1")
    assert (again.body["id"], again.body["state"]) == (first.body["id"], "cancelled")


@pytest.mark.parametrize("seconds", [-1, 11, 2.5, True, "5"])
def test_nothing_is_held_for_long(console: Console, seconds: object) -> None:
    post = visitor_post()
    answer = console.post(f"/conversations/{post}/replies", {"text": "Gern.", "hold_seconds": seconds})
    assert answer.status == 400


# -- in one go --------------------------------------------------------------------------------------------------------


def test_a_public_answer_and_a_private_message_are_written_together(console: Console) -> None:
    post = visitor_post()
    both = answer(console, post, private={"text": "Ihre Kundennummer?"}, resolve=True).body
    assert (both["visibility"], both["also"]["visibility"]) == ("public", "private")
    assert both["id"] < both["also"]["id"]
    shown = console.get(f"/conversations/{post}").body
    assert [each["text"] for each in shown["messages"][1:]] == ["Gern.", "Ihre Kundennummer?"]
    assert (shown["status"], [each["way"] for each in shown["routes"]]) == ("resolved", ["public_reply"])


def test_where_one_of_them_cannot_be_neither_is_written(console: Console) -> None:
    post, chat = visitor_post(), private_message()
    long = console.post(f"/conversations/{post}/replies", {"text": "Gern.", "private": {"text": "x" * 2000}})
    assert (long.status, long.body["error"]) == (422, "text_too_long")
    only = console.post(f"/conversations/{chat}/replies", {"text": "Gern.", "private": {"text": "Hm"}})
    assert (only.status, only.body["reason"]) == (422, "private_only")
    answer(console, post, private={"text": "Einmal."})
    again = console.post(f"/conversations/{post}/replies", {"text": "Gern.", "private": {"text": "Zweimal."}})
    assert (again.status, again.body["reason"]) == (422, "private_reply_used")
    assert len(console.get(f"/conversations/{post}").body["messages"]) == 3


def test_both_leave_in_the_order_in_which_they_were_written(stack: Stack, console: Console) -> None:
    """Invariant 4."""
    stack.post(payloads.delivery(payloads.post(at=now() // 1000)))
    stack.settle()
    post = stack.only().id
    answer(console, post, private={"text": "Privat."})
    stack.platform.says({"id": "page_9"})
    stack.platform.says({"message_id": "m_9"})
    stack.settle()
    sent = [call["body"].get("message") for call in stack.platform.asked[-2:]]
    assert sent[0] == "Gern."
    assert "Privat." in str(sent[1])


@pytest.mark.parametrize("which", ["public", "private"])
def test_both_are_taken_back_together(console: Console, which: str) -> None:
    post = visitor_post()
    both = answer(console, post, private={"text": "Privat."}, hold_seconds=10).body
    named = both if which == "public" else both["also"]
    assert console.delete(f"/conversations/{post}/replies/{named['id']}").status == 200
    shown = console.get(f"/conversations/{post}").body
    assert (len(shown["messages"]), len(shown["routes"]), shown["status"]) == (1, 2, "open")


def test_if_one_has_left_neither_is_taken_back(console: Console) -> None:
    post = visitor_post()
    both = answer(console, post, private={"text": "Privat."}, hold_seconds=10).body
    stands(post, both["id"], State.SENDING, lease_until=now() + 60_000)
    assert console.delete(f"/conversations/{post}/replies/{both['also']['id']}").status == 409
    assert action(post, both["also"]["id"]).state == State.QUEUED


def test_if_the_public_one_fails_the_conversation_says_so_though_the_private_one_arrived(console: Console) -> None:
    post = visitor_post()
    both = answer(console, post, private={"text": "Privat."}).body
    stands(post, both["id"], State.FAILED, reason="bad")
    stands(post, both["also"]["id"], State.SENT, platform_id="m_9")
    shown = console.post(f"/conversations/{post}/notes", {"text": "Hm."})
    assert shown.status == 201
    assert refolded(post).undelivered == "failed"


def test_a_private_answer_has_no_private_message_beside_it(console: Console) -> None:
    body = {"text": "Gern.", "visibility": "private", "private": {"text": "Hm"}}
    answer = console.post(f"/conversations/{visitor_post()}/replies", body)
    assert (answer.status, answer.body["error"]) == (422, "beside_private")


def refolded(conversation: str) -> Conversation:
    from application import projection

    found = projection.refold(conversation, now())
    assert found is not None
    return found


# -- sending again ----------------------------------------------------------------------------------------------------


def test_retry_sends_a_failed_message_once(stack: Stack, console: Console, chat: str) -> None:
    """Invariant 3: the queue takes it, though it took one of the same id a moment ago."""
    written = answer(console, chat).body
    stack.platform.fails(100, status=400)
    stack.settle()
    assert action(chat, written["id"]).state == State.FAILED
    retried = console.post(f"/conversations/{chat}/replies/{written['id']}/retry")
    assert (retried.status, retried.body["state"]) == (200, "queued")
    stack.platform.says({"message_id": "m_2"})
    stack.settle()
    assert action(chat, written["id"]).state == State.SENT
    assert head(chat).undelivered == ""
    again = console.post(f"/conversations/{chat}/replies/{written['id']}/retry")
    assert (again.status, again.body["error"]) == (409, "settled")


def test_retry_is_refused_for_an_agent_who_has_not_read_the_latest_message(console: Console) -> None:
    """Invariant 10."""
    post = visitor_post()
    written = answer(console, post).body
    stands(post, written["id"], State.FAILED, reason="bad")
    comment("1055_8")
    blind = console.post(f"/conversations/{post}/replies/{written['id']}/retry", {"seen": "1055_1"})
    assert (blind.status, blind.body["missed"]) == (409, ["1055_8"])


def test_retry_is_refused_on_a_way_that_is_closed(console: Console) -> None:
    chat = private_message()
    written = answer(console, chat).body
    stands(chat, written["id"], State.FAILED, reason="window")
    before = action(chat, written["id"])
    assert before.way is not None
    post = visitor_post()
    private = answer(console, post, visibility="private").body
    stands(post, private["id"], State.FAILED, reason="gone")
    answer(console, post, visibility="private")
    closed = console.post(f"/conversations/{post}/replies/{private['id']}/retry")
    assert (closed.status, closed.body["reason"]) == (422, "way_closed")


# -- ending a doubt ---------------------------------------------------------------------------------------------------


def test_message_settled_as_arrived_is_sent(stack: Stack, console: Console, chat: str) -> None:
    written = answer(console, chat).body
    stack.dispatch()
    stands(chat, written["id"], State.UNCONFIRMED, reason="unconfirmed", attempted_at=now())
    assert refolded(chat).undelivered == "unconfirmed"
    settled = console.post(f"/conversations/{chat}/replies/{written['id']}/settle", {"arrived": True})
    assert settled.body["state"] == "sent"
    assert head(chat).undelivered == ""
    stack.post(payloads.delivery(payloads.echo("m_2", "Gern.", now())))
    stack.settle()
    shown = console.get(f"/conversations/{chat}").body["messages"]
    assert [(each["text"], each["platform_id"]) for each in shown] == [("Hallo", "m_1"), ("Gern.", "m_2")]


def test_message_settled_as_missing_is_sent_again(stack: Stack, console: Console, chat: str) -> None:
    written = answer(console, chat).body
    stands(chat, written["id"], State.UNCONFIRMED, reason="unconfirmed", attempted_at=now())
    missing = console.post(f"/conversations/{chat}/replies/{written['id']}/settle", {"arrived": False})
    assert missing.body["state"] == "queued"
    stack.platform.says({"message_id": "m_2"})
    stack.settle()
    assert action(chat, written["id"]).state == State.SENT


@pytest.mark.parametrize("state", [State.QUEUED, State.SENT, State.FAILED])
def test_only_a_doubt_can_be_ended(console: Console, state: State) -> None:
    post = visitor_post()
    written = answer(console, post).body
    stands(post, written["id"], state)
    refused = console.post(f"/conversations/{post}/replies/{written['id']}/settle", {"arrived": True})
    assert (refused.status, refused.body["error"]) == (409, "settled")


@pytest.mark.parametrize(("command", "body"), [("retry", {}), ("settle", {"arrived": True})])
def test_a_message_that_is_not_ours_is_not_sent(console: Console, command: str, body: Fields) -> None:
    post = visitor_post()
    refused = console.post(f"/conversations/{post}/replies/1055_1/{command}", body)
    assert (refused.status, refused.body["error"]) == (404, "no_reply")
    assert console.delete(f"/conversations/{post}/replies/1055_1").status == 404
