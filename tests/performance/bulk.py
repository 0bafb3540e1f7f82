"""(d) A POST of a thousand messages, beside a bare loop of BatchWriteItem over the same items with the same client.

``python -m tests.performance.bulk RESULT ROUNDS``
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import channels
from aws import clients
from channels.base import Request
from conversations.facts import Fact
from shared import settings
from storage import attribute_values, mapping, table, writes
from tests.performance import events
from tests.performance.measured import MeasuredStack, stack
from tests.support.context import Context
from tests.support.platform import Platform
from webhook.app import lambda_handler

MESSAGES = 1000
CUSTOMERS = 200
CONNECTIONS = 8
"""As many as the webhook uses."""


def thousand(now: int) -> bytes:
    """The body of a webhook with a thousand messages of many customers."""
    return events.private(
        *(events.message(n % CUSTOMERS, n, events.words(200), now - MESSAGES + n) for n in range(MESSAGES))
    )


def _batches(body: bytes, now: int) -> list[list[Any]]:
    """The very items that the webhook makes of it."""
    facts = channels.get("facebook").receiver.parse(Request("POST", {}, {}, body), Platform().credentials)
    puts = [
        attribute_values.encode(mapping.fact_item("facebook", events.CONNECTION, fact, writes.expires_at(fact.at, now)))
        for fact in facts
        if isinstance(fact, Fact)
    ]
    assert len(puts) == MESSAGES
    wired = [{"PutRequest": {"Item": put}} for put in puts]
    return [wired[start : start + table.BATCH] for start in range(0, MESSAGES, table.BATCH)]


def _write(batch: list[Any]) -> None:
    answer = clients.client("dynamodb").batch_write_item(RequestItems={settings.table_name(): batch})
    assert not answer.get("UnprocessedItems")


def _deliver(event: dict[str, Any]) -> None:
    answer = lambda_handler(event, Context())
    assert answer["statusCode"] == 200, answer


def _serial(batches: list[list[Any]]) -> None:
    for batch in batches:
        _write(batch)


def _pooled(batches: list[list[Any]]) -> None:
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(_write, batches))


def measure(measured: MeasuredStack, rounds: int) -> dict[str, dict[str, list[float]]]:
    """Seconds, CPU seconds and requests of each way, per round."""
    now = int(time.time() * 1000)
    body = thousand(now)
    batches, event = _batches(body, now), events.delivery(body)
    ways: dict[str, Callable[[], None]] = {
        "webhook": lambda: _deliver(event),
        "serial": lambda: _serial(batches),
        "pooled": lambda: _pooled(batches),
    }
    found: dict[str, dict[str, list[float]]] = {name: {"seconds": [], "cpu": [], "requests": []} for name in ways}
    for number in range(rounds + 1):
        for name in random.sample(sorted(ways), len(ways)):
            wall, cpu = time.perf_counter(), time.process_time()
            ways[name]()
            spent = {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
            spent["requests"] = measured.meter.take().requests
            if number or not rounds:  # the first round is for warming up
                for key, value in spent.items():
                    found[name][key].append(value)
    return found


def main(result: str, rounds: str) -> None:
    """Measure in a stack of its own."""
    with stack(os.environ["AWS_ENDPOINT_URL"]) as built:
        built.begin()
        Path(result).write_text(json.dumps(measure(built, int(rounds))))


if __name__ == "__main__":
    main(*sys.argv[1:])
