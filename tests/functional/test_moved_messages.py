"""A message that is moved on its platform is shown where it is now, and nowhere else."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from conversations.facts import Author, Fact, Kind, Visibility
from storage import received_facts
from tests.support.stack import Stack

HERE = ("discourse", "demo")
BEGIN = 1_790_000_000_000
MAJA, NILS = Author("770", "maja"), Author("771", "nils")
OPENING = Fact(
    Kind.MESSAGE, Visibility.PUBLIC, "90", BEGIN, "1", author=MAJA, text="Router kaputt", title="Router", may_move=True
)
ANSWER = replace(OPENING, at=BEGIN + 1000, message_id="2", author=NILS, text="Anderer Ort")
MOVED = replace(ANSWER, kind=Kind.EDITED, thread_id="91", at=BEGIN + 60_000, title="Neuer Ort")
MOVED_BACK = replace(MOVED, thread_id="90", at=BEGIN + 120_000, title="Router")


def take_in(stack: Stack, *facts: Fact) -> None:
    for number, fact in enumerate(facts):
        received_facts.add(*HERE, [fact], BEGIN + 300_000 + number)
    stack.settle()


def texts(stack: Stack) -> dict[str, list[str]]:
    """Return what is said in each thread."""
    found = {}
    for head in stack.conversations():
        messages = stack.read(head).messages()
        found[head.identity.thread_id] = [message.text for message in messages if message.text]
    return found


@pytest.mark.invariant(2)
@pytest.mark.parametrize("order", itertools.permutations([OPENING, ANSWER, MOVED]))
def test_moved_message_stands_in_its_new_thread_alone(stack: Stack, order: Sequence[Fact]) -> None:
    take_in(stack, *order)
    assert texts(stack) == {"90": ["Router kaputt"], "91": ["Anderer Ort"]}


@pytest.mark.invariant(2)
def test_events_of_a_move_that_are_delivered_again_change_nothing(stack: Stack) -> None:
    take_in(stack, OPENING, ANSWER, MOVED)
    before = stack.items()
    take_in(stack, MOVED, ANSWER, OPENING, MOVED)
    assert stack.items() == before


def test_events_of_one_call_are_followed_in_their_order(stack: Stack) -> None:
    received_facts.add(*HERE, [OPENING, ANSWER, MOVED], BEGIN + 300_000)
    stack.settle()
    assert texts(stack) == {"90": ["Router kaputt"], "91": ["Anderer Ort"]}


def test_message_that_is_moved_back_is_there_again(stack: Stack) -> None:
    take_in(stack, OPENING, ANSWER, MOVED, MOVED_BACK)
    found = texts(stack)
    assert (found["90"], found.get("91", [])) == (["Router kaputt", "Anderer Ort"], [])


def test_message_that_stays_is_not_removed(stack: Stack) -> None:
    take_in(stack, OPENING, ANSWER, replace(MOVED, thread_id="90", text="Anderer Ort, korrigiert"))
    assert texts(stack) == {"90": ["Router kaputt", "Anderer Ort, korrigiert"]}
