"""Attacks by number: one connection brings much at once, and must not hold up all others of its shard of the stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from msgspec.structs import replace

from aws import clients
from conversations.conversation import Status
from conversations.facts import Author, Fact, Kind, Visibility
from dispatch import relay
from storage import conversations, received_facts
from tests.support.stack import Stack
from webhook.verification import MOST_UPDATES

NOW = 1_790_000_000_000
MANY = 60
US = Author("104200000000001", "Wir")
JANA = Author("jana", "Jana")
HERE = ("facebook", "demo")


@contextmanager
def requests_to_table() -> Iterator[Counter[str]]:
    """Count the requests to the table by what they ask for."""
    counts: Counter[str] = Counter()

    def note(model: Any, **_: Any) -> None:
        counts[model.name] += 1

    events = clients.client("dynamodb").meta.events
    events.register("before-call.dynamodb", note)
    try:
        yield counts
    finally:
        events.unregister("before-call.dynamodb", note)


def post(own: bool = False) -> Fact:
    author = US if own else JANA
    return Fact(Kind.MESSAGE, Visibility.PUBLIC, "1055_1", NOW, "1055_1", author=author, own=own, text="Hm?")


def comment(number: int, **more: Any) -> Fact:
    name = f"1055_1_{number:04d}"
    plain = Fact(Kind.MESSAGE, Visibility.PUBLIC, "1055_1", NOW + 1000 * (number + 1), name, name)
    told: dict[str, Any] = {"author": Author(f"person-{number}", f"Person {number}"), "text": f"Nummer {number}"}
    return replace(plain, **told | more)


def flood(stack: Stack, facts: list[Fact], *, before: Fact | None = None) -> Counter[str]:
    """Have a batch of facts folded; the requests that took."""
    if before:
        received_facts.add(*HERE, [before], NOW)
        stack.dispatch()
    received_facts.add(*HERE, facts, NOW)
    records = stack.changes()
    with requests_to_table() as counts:
        assert stack.hand_over(records) == []
    return counts


@pytest.mark.parametrize(
    "turned", [pytest.param(list, id="in order"), pytest.param(lambda facts: facts[::-1], id="backwards")]
)
def test_many_comments_below_a_post_are_read_and_written_in_one_go(
    stack: Stack, turned: Callable[[list[Fact]], list[Fact]]
) -> None:
    counts = flood(stack, turned([comment(number) for number in range(MANY)]), before=post())
    assert counts["PutItem"] <= 2, counts
    assert counts["Query"] <= 2, counts
    assert sum(counts.values()) < 12, counts
    stack.dispatch()
    (head,) = stack.conversations()
    assert (head.inbound, len(head.third_parties), head.customer.name) == (MANY + 1, 5, "Jana")


def test_the_post_in_the_midst_of_its_comments_costs_no_more(stack: Stack) -> None:
    facts = [comment(number) for number in range(MANY)]
    counts = flood(stack, [*facts[:30], post(), *facts[30:]])
    assert counts["PutItem"] == 1, counts
    stack.dispatch()
    assert [head.inbound for head in stack.conversations()] == [MANY + 1]


@pytest.mark.parametrize("kind", [Kind.EDITED, Kind.REMOVED, Kind.REACTION])
def test_many_changes_of_many_comments_are_folded_in_one_go(stack: Stack, kind: Kind) -> None:
    flood(stack, [comment(number) for number in range(MANY)], before=post())
    stack.dispatch()
    later = NOW + 10_000_000
    changes = [comment(number, kind=kind, at=later + number, text="Anders") for number in range(MANY)]
    counts = flood(stack, changes)
    assert counts["Query"] <= 2, counts
    # That a message was removed is noted for its files, too.
    assert counts["PutItem"] <= 2 + MANY * (kind == Kind.REMOVED), counts


def test_many_own_echoes_read_the_conversation_once(stack: Stack) -> None:
    before = post()
    echoes = [comment(0, message_id=f"e{number}", at=NOW + number, author=US, own=True) for number in range(MANY)]
    counts = flood(stack, echoes, before=before)
    assert counts["Query"] <= 3, counts
    stack.dispatch()
    assert [head.outbound for head in stack.conversations()] == [MANY]


def test_many_comments_of_one_customer_that_say_stop_are_obeyed_once(stack: Stack) -> None:
    stops = [comment(number, author=JANA, text="Stop") for number in range(MANY)]
    counts = flood(stack, stops, before=post())
    assert sum(counts.values()) < 30, counts


def test_the_cost_of_a_comment_does_not_grow_with_those_before_it(stack: Stack) -> None:
    first = flood(stack, [comment(number) for number in range(MANY)], before=post())
    stack.dispatch()
    second = flood(stack, [comment(number) for number in range(MANY, 2 * MANY)])
    assert sum(second.values()) <= sum(first.values()) + 2, (first, second)


def test_conversations_that_begin_side_by_side_cost_three_requests_each(stack: Stack) -> None:
    counts = flood(stack, [comment(number) for number in range(MANY)], before=post(own=True))
    assert sum(counts.values()) <= 3 * MANY + 20, counts
    stack.dispatch()
    heads = stack.conversations()
    assert len(heads) == MANY
    assert {(head.inbound, head.status) for head in heads} == {(1, Status.OPEN)}


def test_two_calls_full_of_beginnings_cost_another_connection_two_requests_each(stack: Stack) -> None:
    """They stand before the other's message in the stream: what it waits for grows with their number and no faster."""
    for call in range(2):
        beginnings = [
            replace(post(), thread_id=f"{call}_{number}", message_id=f"{call}_{number}") for number in range(MANY)
        ]
        authors = [replace(each, author=Author(each.thread_id, "X")) for each in beginnings]
        received_facts.add(*HERE, authors, NOW)
    waiting = replace(post(), thread_id="other", message_id="other", author=Author("eva", "Eva"))
    received_facts.add("facebook", "other", [waiting], NOW)
    records = stack.changes()
    with requests_to_table() as counts:
        for first in range(0, len(records), 100):
            assert stack.hand_over(records[first : first + 100]) == []
    # Beside: what a process reads once in a while, such as rules, and who is an important customer.
    assert max(counts["Query"], counts["PutItem"]) <= 2 * MANY + 10, counts
    assert sum(counts.values()) - counts["Query"] - counts["PutItem"] < MANY, counts
    assert "Eva" in {head.customer.name for head in stack.conversations()}


def test_a_fold_that_fails_among_many_costs_no_other(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    received_facts.add(*HERE, [post(own=True)], NOW)
    stack.dispatch()
    received_facts.add(*HERE, [comment(number) for number in range(MANY)], NOW)
    records = stack.changes()
    begin = conversations.create_head

    def fails(new: Any, *arguments: Any) -> Any:
        if new.customer.id == "person-7":
            raise conversations.NotStored
        return begin(new, *arguments)

    with monkeypatch.context() as failing:
        failing.setattr(conversations, "create_head", fails)
        assert len(stack.hand_over(records)) == 1
    assert len(stack.conversations()) == MANY - 1
    assert stack.hand_over(records) == []
    assert len(stack.conversations()) == MANY


@pytest.mark.invariant(2)
def test_folding_ahead_gives_what_folding_one_by_one_gives(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = [comment(number, branch_id=f"1055_1_{number % 11}", at=NOW + (number * 37) % 101) for number in range(MANY)]
    flood(stack, facts, before=post(own=True))
    together = {head.identity.branch_id: (head.inbound, head.last_message.preview) for head in stack.conversations()}
    monkeypatch.setattr(relay, "fold_ahead", lambda batch: None)
    other = [replace(fact, thread_id="1055_2") for fact in [post(own=True), *facts]]
    received_facts.add(*HERE, other, NOW)
    for record in stack.changes():
        assert stack.hand_over([record]) == []
    alone = {
        head.identity.branch_id: (head.inbound, head.last_message.preview)
        for head in stack.conversations()
        if head.identity.thread_id == "1055_2"
    }
    assert alone == together
    assert len(together) == 11


def test_one_call_reports_at_most_a_thousand_updates(stack: Stack) -> None:
    assert stack.post(_page_call(MOST_UPDATES + 1))["statusCode"] == 413
    assert stack.items() == []
    assert stack.post(_page_call(MOST_UPDATES))["statusCode"] == 200


def _page_call(count: int) -> dict[str, Any]:
    changes = [
        {
            "field": "feed",
            "value": {
                "item": "comment",
                "verb": "add",
                "post_id": "1_2",
                "comment_id": f"2_{number}",
                "parent_id": "1_2",
                "from": {"id": "81", "name": "J"},
                "message": "x",
                "created_time": NOW // 1000,
            },
        }
        for number in range(count)
    ]
    return {"object": "page", "entry": [{"id": US.id, "time": NOW, "changes": changes}]}
