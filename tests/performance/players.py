"""Processes that play concurrent Lambda environments: each has the functions, and a meter on its way to DynamoDB."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import dispatch.app
import follow_up.app
import reply.app
from aws import clients
from tests.performance.kept import keep_what_is_read
from tests.performance.meter import Meter
from tests.support.context import Context

Json = dict[str, Any]
Sample = tuple[str, Json]
"""An operation of DynamoDB, and what it was asked with."""


@dataclass
class Spent:
    """The time of one or more invocations."""

    invocations: int = 0
    cpu: float = 0
    """Seconds of the function's process."""
    requests: int = 0
    writes: float = 0
    reads: float = 0
    operations: Counter[str] = field(default_factory=Counter)

    def add(self, other: Spent) -> None:
        """Take in what others took."""
        self.invocations += other.invocations
        self.cpu += other.cpu
        self.requests += other.requests
        self.writes += other.writes
        self.reads += other.reads
        self.operations += other.operations


class Recorder(Meter):
    """A meter that also keeps what was asked, as long as it is told to."""

    def __init__(self, client: Any) -> None:
        self.samples: list[Sample] | None = None
        super().__init__(client)

    def _answered(self, parsed: Json, model: Any, context: Json, **more: Any) -> None:
        if self.samples is not None:
            self.samples.append((model.name, context["asked"]))
        super()._answered(parsed, model, context, **more)


def begin(keeps: bool) -> None:
    """Be one environment, which ends with the process that started it; with ``keeps``, it reads nothing again."""
    _end_with_parent()
    if keeps:
        keep_what_is_read()


def _end_with_parent() -> None:
    """End with the process that started this one, however that one ends."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


_meters: dict[str, Recorder] = {}


def _meter() -> Recorder:
    if "dynamodb" not in _meters:
        _meters["dynamodb"] = Recorder(clients.client("dynamodb"))
    return _meters["dynamodb"]


def _calls(events: list[Json]) -> list[str]:
    """The scheduler's calls, one invocation each, one after the other."""
    handler: Any = follow_up.app.lambda_handler
    return [handler(event, Context())["outcome"] for event in events]


def _batch(handler: Callable[[Any, Any], Any]) -> Callable[[list[Json]], list[str]]:
    def hand_over(records: list[Json]) -> list[str]:
        answer = handler({"Records": records}, Context())
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    return hand_over


_PLAYS: dict[str, Callable[[list[Json]], list[str]]] = {
    "follow_up": _calls,
    "dispatch": _batch(dispatch.app.lambda_handler),
    "reply": _batch(reply.app.lambda_handler),
}


def play(function: str, events: list[Json], keep: bool = False) -> tuple[list[str], Spent, list[Sample]]:
    """Call a function: outcomes, or the names of what failed; what it took; with ``keep``, also what it asked."""
    meter = _meter()
    meter.take()
    meter.samples = [] if keep else None
    began = time.process_time()
    answer = _PLAYS[function](events)
    cpu = time.process_time() - began
    tally, samples = meter.take(), meter.samples or []
    meter.samples = None
    invocations = len(events) if function == "follow_up" else 1
    operations = Counter(tally.operations)
    return answer, Spent(invocations, cpu, tally.requests, tally.writes, tally.reads, operations), samples


def repeat(samples: list[Sample]) -> Spent:
    """Ask DynamoDB the same again, with nothing around it: the least that these requests take."""
    client = clients.client("dynamodb")
    ways = {"GetItem": client.get_item, "Query": client.query, "UpdateItem": client.update_item}
    ways |= {"TransactWriteItems": client.transact_write_items, "PutItem": client.put_item}
    ways |= {"BatchGetItem": client.batch_get_item, "BatchWriteItem": client.batch_write_item}
    began = time.process_time()
    for operation, asked in samples:
        ways[operation](**asked)
    return Spent(1, time.process_time() - began, len(samples))


def unconditional(asked: Json) -> Json:
    """A request without its condition, which would not hold a second time, and without what only that one used."""
    if "TransactItems" in asked:
        parts = [{kind: unconditional(part) for kind, part in each.items()} for each in asked["TransactItems"]]
        return {"TransactItems": parts, "ReturnConsumedCapacity": "INDEXES"}
    left = {name: value for name, value in asked.items() if name != "ConditionExpression"}
    said = " ".join(str(left.get(name, "")) for name in ("UpdateExpression", "KeyConditionExpression"))
    words = set(said.replace(",", " ").replace("(", " ").replace(")", " ").split())
    for name in ("ExpressionAttributeValues", "ExpressionAttributeNames"):
        kept = {each: value for each, value in left.pop(name, {}).items() if each in words}
        left |= {name: kept} if kept else {}
    return left
