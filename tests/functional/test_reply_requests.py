"""Requests to DynamoDB for one answer that leaves: one read, the lease, and what became of it (invariants 3, 4, 9)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from aws import queues
from conversations.actions import State
from reply import pausing, tasks
from storage import connections, conversations
from tests.functional.test_reply import NOW, SENT, state, write
from tests.support import payloads
from tests.support.between import Between, before
from tests.support.stack import CONNECTION, Stack

CONNECTION_KEY = f"connections facebook/{CONNECTION}"
SENDER = ["facebook", CONNECTION]


@pytest.fixture
def dynamodb(environment: None, aws_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Between]:
    """Return what stands between the functions and DynamoDB."""
    with before("DYNAMODB", aws_endpoint, monkeypatch) as running:
        yield running


@pytest.fixture
def requests(dynamodb: Between) -> list[tuple[str, dict[str, Any]]]:
    """Return the requests to DynamoDB, each with its body."""
    made: list[tuple[str, dict[str, Any]]] = []
    dynamodb.seen = lambda operation, body, _answer: made.append((operation, body))
    return made


@pytest.fixture
def answered(stack: Stack) -> tuple[Stack, str]:
    """A post with one answer in the outbox, which has not left yet."""
    connections._signs.clear()  # this process sent nothing so far
    stack.post(payloads.delivery(payloads.post()))
    stack.dispatch()
    return stack, write(stack, "Bitte neu starten")


def task(stack: Stack, message: str, **fields: object) -> dict[str, Any]:
    return {"conversation": stack.only().id, "action": message, **fields}


def operations(requests: list[tuple[str, dict[str, Any]]]) -> list[str]:
    return [operation for operation, _ in requests]


def test_answer_leaves_with_one_consistent_read_and_two_writes(
    requests: list[tuple[str, dict[str, Any]]], answered: tuple[Stack, str]
) -> None:
    stack, message = answered
    connections.note_connection("facebook", CONNECTION, last_send_at=NOW - 240_000)  # by another process
    stack.platform.says(SENT)
    carried_out = task(stack, message, sender=SENDER)
    requests.clear()
    tasks.carry_out(carried_out, 1, NOW)
    assert operations(requests) == ["BatchGetItem", "UpdateItem", "UpdateItem"]
    ((_, read), *_rest) = requests
    assert all(of_table["ConsistentRead"] for of_table in read["RequestItems"].values())
    assert state(stack, message) == (State.SENT, "")


@pytest.mark.parametrize("earlier", [0, NOW - 301_000])
def test_first_answer_in_five_minutes_is_noted_on_its_connection(answered: tuple[Stack, str], earlier: int) -> None:
    stack, message = answered
    connections.note_connection("facebook", CONNECTION, last_send_at=earlier)
    stack.platform.says(SENT)
    tasks.carry_out(task(stack, message, sender=SENDER), 1, NOW)
    assert connections.connection("facebook", CONNECTION).last_send_at == NOW


@pytest.mark.parametrize("sender", [{}, {"sender": ["facebook", "another"]}, {"sender": SENDER}])
def test_answer_waits_while_its_own_connection_is_stopped_whatever_the_task_names(
    answered: tuple[Stack, str], sender: dict[str, list[str]]
) -> None:
    stack, message = answered
    connections.pause_connection("facebook", CONNECTION, "rate", NOW + 60_000, 60)
    with pytest.raises(pausing.RetryLater):
        tasks.carry_out(task(stack, message, **sender), 1, NOW)
    assert state(stack, message)[0] == State.QUEUED
    assert not stack.platform.asked


@pytest.mark.parametrize("sender", [{}, {"sender": ["facebook", "another"]}])
def test_answer_leaves_over_its_own_connection_whatever_the_task_names(
    answered: tuple[Stack, str], sender: dict[str, list[str]]
) -> None:
    stack, message = answered
    stack.platform.says(SENT)
    tasks.carry_out(task(stack, message, **sender), 1, NOW)
    assert state(stack, message) == (State.SENT, "")


def test_dispatch_names_the_sender_of_an_answer_whose_head_came_with_it(
    answered: tuple[Stack, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stack, message = answered
    put: list[dict[str, Any]] = []
    monkeypatch.setattr(queues, "send_in_order", lambda _queue, body, *_: put.append(json.loads(json.dumps(body))))
    stack.dispatch()
    assert put == [task(stack, message, sender=SENDER)]
    assert conversations.action(stack.only().id, message) is not None
