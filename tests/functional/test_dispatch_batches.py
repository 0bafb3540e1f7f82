"""A batch of the stream: threads side by side, each in its order, and one write for what is counted."""

from __future__ import annotations

import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import pytest

from aws import clients
from conversations.metrics import week_of
from storage import reporting, table
from tests.functional.console_api import Console, now, visitor_post
from tests.performance.meter import metered
from tests.support.stack import Stack

Json = dict[str, Any]
ROW = ("service", "facebook", "public")


@pytest.fixture
def console(table: str, lambda_context: object) -> Console:
    """An agent."""
    return Console(lambda_context)


@contextmanager
def before_each(service: str, operation: str, work: Callable[[], object]) -> Iterator[None]:
    """Do something before each request of a kind, for as long as the block lasts."""
    events, moment = clients.client(service).meta.events, f"before-parameter-build.{service}.{operation}"

    def call(**_: Any) -> None:
        work()

    events.register(moment, call)
    try:
        yield
    finally:
        events.unregister(moment, call)


def answered(stack: Stack, console: Console, threads: int, times: int) -> dict[str, list[str]]:
    """Have some conversations answered in turn; returns the ids of the answers of each."""
    posts = [visitor_post(f"1055_{number}") for number in range(threads)]
    stack.settle()
    answers = defaultdict(list)
    for text in map(str, range(times)):
        for post in posts:
            done = console.post(f"/conversations/{post}/replies", {"text": text})
            assert done.status == 201, done
            answers[post].append(done.body["id"])
    return answers


def queued(stack: Stack) -> dict[str, list[str]]:
    """Return the answers in the queue by conversation, each in its order."""
    found = defaultdict(list)
    while batch := stack.receive():
        for record in batch:
            task = json.loads(record["body"])
            found[record["attributes"]["MessageGroupId"]].append(task["action"])
            stack.client("sqs").delete_message(QueueUrl=stack.queue, ReceiptHandle=record["receiptHandle"])
    return found


def test_effects_of_different_conversations_are_carried_out_at_the_same_time(stack: Stack, console: Console) -> None:
    answers = answered(stack, console, threads=4, times=1)
    all_there = Barrier(4)
    with before_each("sqs", "SendMessage", lambda: all_there.wait(timeout=10)):
        assert stack.hand_over(stack.changes()) == []
    assert queued(stack) == answers


@pytest.mark.invariant(4)
def test_answers_of_a_conversation_keep_their_order_beside_others(stack: Stack, console: Console) -> None:
    answers = answered(stack, console, threads=5, times=3)
    chance = random.Random(4)
    with before_each("sqs", "SendMessage", lambda: time.sleep(chance.uniform(0, 0.03))):
        assert stack.hand_over(stack.changes()) == []
    assert queued(stack) == answers


@pytest.mark.invariant(4)
def test_failure_in_one_conversation_holds_back_only_what_follows_there(stack: Stack, console: Console) -> None:
    answers = answered(stack, console, threads=3, times=2)
    records, failures = stack.changes(), [ConnectionError()]

    def fail() -> None:
        if failures:
            raise failures.pop()

    with before_each("sqs", "SendMessage", fail):
        failed = stack.hand_over(records)
    (conversation,) = {each["dynamodb"]["Keys"]["pk"]["S"] for each in records if _number(each) in failed}
    others = {name: ids for name, ids in answers.items() if name != conversation}
    assert queued(stack) == others
    assert stack.hand_over([each for each in records if _number(each) >= min(failed)]) == []
    assert queued(stack)[conversation] == answers[conversation]


def _number(record: Json) -> str:
    return record["dynamodb"]["SequenceNumber"]


def test_batch_writes_each_row_of_the_reports_once(stack: Stack, console: Console) -> None:
    answered(stack, console, threads=6, times=1)
    records = stack.changes()
    with metered(table.client()) as meter:
        assert stack.hand_over(records) == []
    assert meter.take().operations.count("TransactWriteItems") == 1
    before = _figures()
    assert before["outbound"] == 6
    with metered(table.client()) as meter:
        assert stack.hand_over(records) == []
    assert _figures() == before


def test_versions_that_were_counted_before_are_left_out_of_a_batch(table: str) -> None:
    reporting.count("b", "1", ROW, [("inbound", 1)], now())
    additions = {(name, "1"): reporting.Addition([("inbound", 1), ("opened", 2)]) for name in "abc"}
    assert len(reporting.count_together(ROW, additions, now())) == 2
    assert reporting.count_together(ROW, additions, now()) == []
    assert dict(_figures()) == {"inbound": 3, "opened": 4}


def test_weeks_of_many_additions_fit_into_one_transaction(table: str) -> None:
    week = 7 * 86_400_000
    weeks = [week_of(now() - number * week) for number in range(58)]
    additions = {
        (f"c{number}", "1"): reporting.Addition([("inbound", 1)], [(each, "dealt", 1) for each in weeks])
        for number in range(reporting.MOST_TOGETHER)
    }
    assert len(reporting.count_together(ROW, additions, now())) == reporting.MOST_TOGETHER
    assert _figures() == {"inbound": reporting.MOST_TOGETHER, "dealt": reporting.MOST_TOGETHER}


def _figures() -> dict[str, int]:
    (row,) = reporting.rows(ROW[0], week_of(now()), week_of(now()))
    return dict(row.figures)
