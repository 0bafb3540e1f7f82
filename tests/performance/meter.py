"""Counts what DynamoDB is asked for and what it says that cost, by a hook on the client."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

READS = {"GetItem", "BatchGetItem", "Query"}
_EVENTUAL, _CONSISTENT = 0.5, 1.0


@dataclass
class Tally:
    """The requests since the count began."""

    requests: int = 0
    writes: float = 0
    reads: float = 0
    operations: list[str] = field(default_factory=list)

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.requests + other.requests,
            self.writes + other.writes,
            self.reads + other.reads,
            self.operations + other.operations,
        )


class Meter:
    """Asks with every request what it consumed, and adds it up, for requests that are made at once as well."""

    def __init__(self, client: Any) -> None:
        self._tally = Tally()
        self._lock = threading.Lock()
        self._events = client.meta.events
        self._hooks = {
            "before-parameter-build.dynamodb": self._ask,
            "before-send.dynamodb": self._sent,
            "after-call.dynamodb": self._answered,
        }
        for name, hook in self._hooks.items():
            self._events.register(name, hook)

    def stop(self) -> None:
        """Count no more: a client outlives the test or the measurement that it was made for."""
        for name, hook in self._hooks.items():
            self._events.unregister(name, hook)

    def take(self) -> Tally:
        """The count so far; a new one begins."""
        taken, self._tally = self._tally, Tally()
        return taken

    def _ask(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "INDEXES"
        context["asked"] = dict(params)

    def _sent(self, **_: Any) -> None:
        with self._lock:
            self._tally.requests += 1

    def _answered(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        reported = _reported(parsed)
        is_read = model.name in READS
        if is_read and "Error" in parsed:
            units = 0.0
        elif is_read:
            units = max(reported, _by_size(model.name, context["asked"], parsed))
        else:
            units = reported or 1  # a refused write reports nothing and is billed all the same
        with self._lock:
            self._tally.operations.append(model.name)
            self._tally.reads += units if is_read else 0
            self._tally.writes += 0 if is_read else units


@contextmanager
def metered(client: Any) -> Iterator[Meter]:
    """Count what a client asks for until the block ends."""
    meter = Meter(client)
    try:
        yield meter
    finally:
        meter.stop()


def _reported(parsed: dict[str, Any]) -> float:
    consumed = parsed.get("ConsumedCapacity", [])
    return sum(each["CapacityUnits"] for each in (consumed if isinstance(consumed, list) else [consumed]))


def _by_size(operation: str, asked: dict[str, Any], parsed: dict[str, Any]) -> float:
    """Read units by AWS's rule, because the embedded service counts a read of any size as one.

    Half a unit, or a whole one for a consistent read, per started 4 KB: of all that a query found together, of each
    item that was asked for by its key.
    """
    if operation == "BatchGetItem":
        ((table, request),) = asked["RequestItems"].items()
        found = parsed["Responses"].get(table, [])
        absent = len(request["Keys"]) - len(found)
        return (_steps([size(item) for item in found]) + absent) * _unit(request)
    if operation == "GetItem":
        return _steps([size(parsed.get("Item", {}))]) * _unit(asked)
    return _steps([sum(size(item) for item in parsed["Items"])]) * _unit(asked)


def _unit(asked: dict[str, Any]) -> float:
    return _CONSISTENT if asked.get("ConsistentRead") else _EVENTUAL


def _steps(sizes: list[int]) -> int:
    return sum(max(1, -(-size // 4096)) for size in sizes)


def size(item: dict[str, Any]) -> int:
    """Bytes of an item, as AWS counts them: names and values; a number takes a byte per two digits and one more."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: dict[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "N":
        return (len(content) + 1) // 2 + 1
    if kind == "SS":
        return sum(len(each.encode()) for each in content)
    return len(content.encode() if kind == "S" else content)
