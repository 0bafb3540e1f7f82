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
from dispatch import reports
from storage import reporting, team_names
from storage import table as storage_table
from storage.schema import marker
from tests.functional.console_api import Console, now, visitor_post
from tests.performance.meter import metered
from tests.support.stack import Stack
from watch.figure_folding import Folding

Json = dict[str, Any]
ROW = ("service", "facebook", "public")
HOUR = 3_600_000


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
    with before_each("sqs", "SendMessage", lambda: all_there.wait(timeout=60)):
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


def test_batch_stores_all_that_it_counts_at_once(stack: Stack, console: Console) -> None:
    answered(stack, console, threads=6, times=1)
    records = stack.changes()
    with metered(storage_table.client()) as meter:
        assert stack.hand_over(records) == []
    operations = meter.take().operations
    assert (operations.count("BatchWriteItem"), operations.count("TransactWriteItems")) == (1, 0)
    before = _figures()
    assert before["outbound"] == 6
    assert stack.hand_over(records) == []
    assert _figures() == before


def test_version_that_is_counted_alone_costs_one_write_unit(table: str) -> None:
    with metered(storage_table.client()) as meter:
        assert reporting.count("a", "1", ROW, [("inbound", 1), ("first_responses", 1), ("f10", 1)], now())
        tally = meter.take()
    assert (tally.requests, tally.writes) == (1, 1)


def test_versions_that_were_counted_before_are_left_out_of_a_batch(table: str) -> None:
    at = now()
    additions = [_added(name, at, [("inbound", 1), ("opened", 2)]) for name in "abc"]
    assert len(reporting.add(additions[:1])) == 1
    assert [each.conversation for each in reporting.add(additions)] == ["b", "c"]
    assert reporting.add(additions) == []
    assert reporting.add(additions[:1]) == []
    assert _figures() == {"inbound": 3, "opened": 6}


def test_version_that_the_release_before_counted_is_not_counted_again(stack: Stack, console: Console) -> None:
    (answers,) = answered(stack, console, threads=1, times=1).items()
    records = stack.changes()
    head = next(each["dynamodb"]["NewImage"] for each in records if "v" in each["dynamodb"]["NewImage"])
    storage_table.put(marker((f"counted#{answers[0]}", f"0.{head['v']['N']}")))
    reports._began[:] = []
    assert stack.hand_over(records) == []
    assert reporting.rows(ROW[0], week_of(now()), week_of(now())) == []


def _added(conversation: str, at: int, changes: list[tuple[str, int]], **more: Any) -> reporting.Addition:
    return reporting.Addition(conversation, "1", ROW, at, changes, **more)


# -- folding ----------------------------------------------------------------------------------------------------------


def test_entries_of_a_day_are_folded_into_rows_and_reports_stay_the_same(table: str) -> None:
    at, times = now(), range(20)
    reporting.add([_added(f"c{number}", at - number * 5 * HOUR, [("inbound", 1)]) for number in times])
    before = _all_rows()
    assert reporting.fold("service", at) == 14  # those of 30 hours ago and more
    assert _all_rows() == before
    assert reporting.fold("service", at) == 0
    assert sum(row.figures["inbound"] for row in before) == 20
    assert reporting.fold("service", at + 26 * HOUR) == 6
    assert _all_rows() == before


def test_entries_are_folded_once_by_calls_at_the_same_time(table: str) -> None:
    at = now() - 30 * HOUR
    reporting.add([_added(f"c{number}", at + number, [("inbound", 1)]) for number in range(5)])
    before, others = _all_rows(), [lambda: reporting.fold("service", now())]

    def meanwhile() -> None:
        if others:
            others.pop()()

    with before_each("dynamodb", "TransactWriteItems", meanwhile), pytest.raises(storage_table.Conflict):
        reporting.fold("service", now())
    assert _all_rows() == before


def test_report_that_is_read_while_entries_are_folded_lacks_none(table: str) -> None:
    """Between two pages of rows; the position is on the second, and the row to which an entry is added on the first."""
    at = now() - 30 * HOUR
    reporting.add([_added("before", at, [("inbound", 1)])])
    assert reporting.fold("service", now()) == 1
    reporting.add([_added("meanwhile", at + 1, [("inbound", 1)])])
    for number in range(5):
        figures = {f"{name:01000d}": 0 for name in range(300)}
        storage_table.put({"pk": "figures#service", "sk": f"9990-W0{number}#facebook#public", **figures})
    pages = iter([lambda: 0, lambda: reporting.fold("service", now())])
    with before_each("dynamodb", "Query", lambda: next(pages, lambda: 0)()):
        found = _all_rows()
    assert found[0].figures == {"inbound": 2}


def test_nothing_is_folded_by_a_clock_that_is_behind_the_position(table: str) -> None:
    at = now()
    reporting.add([_added("c", at - 30 * HOUR, [("inbound", 1)])])
    assert reporting.fold("service", at) == 1
    assert reporting.fold("service", at - 6 * HOUR) == 0


def test_weeks_of_many_entries_fit_into_transactions(table: str) -> None:
    at = now() - 30 * HOUR
    weeks = [week_of(at - number * 7 * 24 * HOUR) for number in range(58)]
    arrived = tuple((each, "dealt", 1) for each in weeks)
    for place in (ROW, ("service", "facebook", "private"), ("service", "x", "public")):
        names = [f"{place[2]}{number}" for number in range(10)]
        reporting.add([reporting.Addition(name, place[1], place, at, [("inbound", 1)], arrived) for name in names])
    before = _all_rows()
    assert len(before) == 3 * 58
    while reporting.fold("service", now()):
        pass
    assert _all_rows() == before


def test_clock_folds_once_an_hour_and_adds_what_came_meanwhile(table: str) -> None:
    team_names.note("service")
    at, folding = now(), Folding()
    reporting.add([_added("a", at - 30 * HOUR, [("inbound", 1)])])
    assert folding.fold_all(lambda: at, lambda: 50_000) == {"figures_folded": 1}
    reporting.add([_added("b", at - 29 * HOUR, [("inbound", 1)])])
    assert folding.fold_all(lambda: at + HOUR // 2, lambda: 50_000) == {"figures_folded": 0}
    assert folding.fold_all(lambda: at + HOUR, lambda: 50_000) == {"figures_folded": 1}


def _all_rows() -> list[reporting.Row]:
    return reporting.rows("service", "2000-W01", "9999-W53")


def _figures() -> dict[str, int]:
    (row,) = reporting.rows(ROW[0], week_of(now()), week_of(now()))
    return dict(row.figures)
