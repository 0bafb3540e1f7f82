"""Arrival: nothing is dated later than it, and it orders what nothing else does. It is noted once."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from msgspec.structs import replace

import channels
from channels.base import Credentials, Request
from conversations.facts import Author, Fact, Kind, Visibility
from storage import received_facts
from tests.support.stack import Stack

HERE = ("telegram", "demo")
JANA = Author("7001", "Jana")
DAY = 86_400_000
WORDS = ("eins", "zwei", "drei", "vier", "fünf")
UNORDERED = ("wamid.c", "wamid.e", "wamid.a", "wamid.d", "wamid.b")


@pytest.fixture
def now() -> int:
    return time.time_ns() // 1_000_000


def said(at: int, message_id: str = "m1", text: str = "Hallo", **fields: Any) -> Fact:
    fact = Fact(Kind.MESSAGE, Visibility.PRIVATE, "7001", at, message_id, author=JANA, text=text, customer_id=JANA.id)
    return replace(fact, **fields)


def take_in(stack: Stack, at: int, *facts: Fact) -> None:
    received_facts.add(*HERE, facts, at)
    stack.settle()


def texts(stack: Stack) -> list[str | None]:
    return [message.text for message in stack.messages()]


@pytest.mark.parametrize("ahead", [1, 60_000, 3 * DAY])
def test_message_from_the_future_is_dated_by_its_arrival(stack: Stack, now: int, ahead: int) -> None:
    take_in(stack, now, said(now + ahead))
    (head,) = stack.conversations()
    assert [message.sent_at for message in stack.messages()] == [now]
    assert (head.last_message.at, head.waiting_since, head.unread) == (now, now, 1)


def test_message_from_the_future_stands_above_only_what_was_before_it(stack: Stack, now: int) -> None:
    take_in(stack, now, said(now + 3 * DAY, "m1", "aus der Zukunft"))
    take_in(stack, now + 1000, said(now + 1000, "m2", "danach"))
    assert texts(stack) == ["aus der Zukunft", "danach"]


@pytest.mark.invariant(2)
@pytest.mark.parametrize("later", [0, 1000, 4 * DAY])
def test_message_from_the_future_that_is_delivered_again_keeps_its_time(stack: Stack, now: int, later: int) -> None:
    for at in (now, now + later):
        take_in(stack, at, said(now + 3 * DAY))
    (head,) = stack.conversations()
    assert [message.sent_at for message in stack.messages()] == [now]
    assert (head.inbound, head.unread, head.last_message.at) == (1, 1, now)


def test_edit_and_reaction_from_the_future_are_dated_by_their_arrival(stack: Stack, now: int) -> None:
    take_in(stack, now, said(now - 1000))
    take_in(stack, now, said(now + DAY, kind=Kind.EDITED, text="Hallo!"))
    take_in(stack, now, said(now + DAY, kind=Kind.REACTION, text=None, payload="👍"))
    (message,) = stack.messages()
    assert (message.text, message.edited_at) == ("Hallo!", now)
    (head,) = stack.conversations()
    assert head.window.last_customer_at is not None
    assert head.window.last_customer_at <= now


@pytest.mark.invariant(2)
def test_message_that_its_platform_does_not_date_has_the_time_of_its_first_arrival(stack: Stack, now: int) -> None:
    pressed = said(now - 3 * DAY, is_undated=True)
    for at in (now, now + 1000, now + 60_000):
        take_in(stack, at, pressed)
    (head,) = stack.conversations()
    assert [message.sent_at for message in stack.messages()] == [now]
    assert (head.inbound, head.unread) == (1, 1)


def moment(now: int) -> list[Fact]:
    """Return five texts of one second whose ids say nothing of their order."""
    second = now // 1000 * 1000 - 5000
    return [said(second, message_id, word, by_arrival=True) for message_id, word in zip(UNORDERED, WORDS, strict=True)]


def test_texts_of_one_second_stand_in_the_order_of_their_arrival(stack: Stack, now: int) -> None:
    for number, fact in enumerate(moment(now)):
        take_in(stack, now + number, fact)
    assert texts(stack) == [*WORDS]
    (head,) = stack.conversations()
    assert (head.last_message.preview, head.unread) == ("fünf", 5)


def test_texts_of_one_second_in_one_call_stand_in_its_order(stack: Stack, now: int) -> None:
    take_in(stack, now, *moment(now))
    assert texts(stack) == [*WORDS]


@pytest.mark.invariant(2)
@pytest.mark.parametrize("at_once", [True, False])
def test_texts_of_one_second_keep_their_order_when_they_are_delivered_again(
    stack: Stack, now: int, *, at_once: bool
) -> None:
    take_in(stack, now, *moment(now))
    before = stack.items()
    again = [*reversed(moment(now))]
    for number, facts in enumerate([again] if at_once else [[fact] for fact in again]):
        take_in(stack, now + 500 + number, *facts)
    assert texts(stack) == [*WORDS]
    assert stack.items() == before


def test_button_below_a_question_of_three_days_ago_is_pressed_today(stack: Stack, now: int) -> None:
    """Telegram says when the message with the button was written, and not when that was pressed."""
    chat, asked = {"id": 7001, "type": "private", "first_name": "Jana"}, now // 1000 - 3 * 86_400
    keys = {"inline_keyboard": [[{"text": "Nein, immer noch kaputt", "callback_data": "no"}]]}
    question = {"message_id": 9, "date": asked, "chat": chat, "text": "Läuft es?", "reply_markup": keys}
    pressed = {"id": "c1", "from": {"id": 7001, "first_name": "Jana"}, "data": "no", "message": question}
    written = {"message_id": 8, "date": asked - 90_000, "chat": chat, "from": pressed["from"], "text": "Geht nicht"}
    updates = [{"update_id": 1, "message": written}, {"update_id": 2, "callback_query": pressed}]
    for number, update in enumerate([*updates, updates[1]]):
        request = Request("POST", {}, {}, json.dumps(update).encode())
        events = channels.get("telegram").receiver.parse(request, Credentials("1"))
        received_facts.add(*HERE, events, now + number)
        stack.settle()
    assert texts(stack) == ["Geht nicht", "Nein, immer noch kaputt"]
    (head,) = stack.conversations()
    assert (head.last_message.at, head.last_message.preview, head.unread) == (now + 1, "Nein, immer noch kaputt", 2)
