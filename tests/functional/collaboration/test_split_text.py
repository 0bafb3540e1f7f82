"""An answer that is too long for the platform goes out in parts: all of them or none, in their order."""

from __future__ import annotations

import pytest

from aws import schedules
from tests.functional.console_api import Answer, Console, head, now, private_message, visitor_post
from tests.support import payloads
from tests.support.stack import Stack

SENTENCE = "Bitte starten Sie den Router neu und warten Sie dann zwei Minuten. "
LONG = SENTENCE * 45
"""More than Messenger's 1,999 characters."""


def ask(console: Console, conversation: str, **more: object) -> Answer:
    return console.post(f"/conversations/{conversation}/replies", {"text": LONG, "split": True} | more)


def parts_of(answer: Answer) -> list[dict[str, object]]:
    assert answer.status == 201, answer
    return [answer.body, *answer.body["parts"]]


def test_parts_are_messages_in_their_order(console: Console) -> None:
    chat = private_message()
    parts = parts_of(ask(console, chat, resolve=True))
    assert len(parts) == 2
    assert " ".join(str(part["text"]) for part in parts) == LONG.strip()
    assert all(len(str(part["text"])) <= 1999 for part in parts)
    shown = console.get(f"/conversations/{chat}").body
    assert [each["id"] for each in shown["messages"][1:]] == [part["id"] for part in parts]
    assert shown["status"] == "resolved"


def test_without_being_asked_nothing_is_split(console: Console) -> None:
    for split in (False, None):
        answer = ask(console, private_message(), split=split)
        assert (answer.status, answer.body["error"], answer.body["limit"]) == (422, "text_too_long", 1999)


def test_text_that_fits_is_sent_unchanged(console: Console) -> None:
    answer = ask(console, private_message(), text="Gern.")
    assert answer.status == 201
    assert "parts" not in answer.body


def test_text_that_cannot_be_cut_or_needs_too_many_parts_is_refused(console: Console) -> None:
    for text in ("https://nordlicht.example/" + "a" * 2000, SENTENCE * 400):
        answer = ask(console, private_message(), text=text)
        assert (answer.status, answer.body["error"]) == (422, "text_too_long")


def test_way_that_is_open_once_is_not_split(console: Console) -> None:
    answer = ask(console, visitor_post(), visibility="private")
    assert (answer.status, answer.body["error"]) == (422, "text_too_long")


def test_private_message_beside_a_public_answer_is_told_apart_from_the_parts(console: Console) -> None:
    post = visitor_post()
    answer = ask(console, post, text=SENTENCE * 130, private={"text": "Ihre Kundennummer?"})
    assert [part["visibility"] for part in parts_of(answer)] == ["public", "public"]
    assert answer.body["also"]["text"] == "Ihre Kundennummer?"
    shown = console.get(f"/conversations/{post}").body
    assert [each["visibility"] for each in shown["messages"][1:]] == ["public", "public", "private"]


@pytest.mark.parametrize("which", [0, 1])
def test_all_parts_are_taken_back_together(stack: Stack, console: Console, which: int) -> None:
    """Invariant 6: the promise that hangs on the last part dies with them, whichever was named."""
    stack.platform.says({"first_name": "Jana"})
    stack.post(payloads.delivery(payloads.message("m_1", at=now())))
    stack.settle()
    chat = stack.only().id
    parts = parts_of(ask(console, chat, hold_seconds=10, follow_up={}, resolve=True))
    stack.dispatch()
    found = head(chat).follow_up
    assert found is not None and found.version == parts[-1]["id"]
    assert [schedules.conversation_of(name) for name in schedules.page("", 100)[0]] == [chat]
    assert console.delete(f"/conversations/{chat}/replies/{parts[which]['id']}").status == 200
    stack.dispatch()
    shown = console.get(f"/conversations/{chat}").body
    assert (len(shown["messages"]), shown["follow_up"], shown["status"]) == (1, None, "open")
    assert schedules.page("", 100)[0] == {}


def test_parts_leave_in_their_order_and_once(stack: Stack, console: Console) -> None:
    """Invariant 4."""
    stack.platform.says({"first_name": "Jana"})
    stack.post(payloads.delivery(payloads.message("m_1", at=now())))
    stack.settle()
    chat = stack.only().id
    first = ask(console, chat)
    key = {"text": LONG, "split": True}
    again = [console.post(f"/conversations/{chat}/replies", key, Idempotency_Key="k1") for _ in range(2)]
    assert again[0].body == again[1].body
    for number in range(4):
        stack.platform.says({"message_id": f"m_{number + 5}"})
    stack.settle()
    sent = [str(call["body"]["message"]["text"]) for call in stack.platform.asked[-4:]]
    assert sent == [str(part["text"]) for part in [*parts_of(first), *parts_of(again[0])]]
