"""Answers to calls with several records of a queue or a stream: which of them Lambda is to hand over again.

Powertools has the same, but imports all of asyncio and the events of forty services for it, a tenth of a cold start.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.telemetry import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Record = dict[str, Any]
    Answer = dict[str, list[dict[str, str]]]


def answer(failed: Iterable[str]) -> Answer:
    """Return the answer that names the records that failed: messages by their ids, changes by sequence numbers."""
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}


def each_message(records: Iterable[Record], handle: Callable[[Record], None]) -> Answer:
    """Hand each message of a queue to ``handle``, which logs why it raises, and answer which of them failed."""
    return answer(record["messageId"] for record in records if not _is_handled(record, handle))


def each_in_order(records: Iterable[Record], handle: Callable[[Record], None]) -> Answer:
    """Do the same for a FIFO queue: what comes after a failure in its group is not handled, and fails with it."""
    failed: list[str] = []
    stopped: set[str] = set()
    for record in records:
        group = record["attributes"]["MessageGroupId"]
        if group in stopped or not _is_handled(record, handle):
            stopped.add(group)
            failed.append(record["messageId"])
    return answer(failed)


def _is_handled(record: Record, handle: Callable[[Record], None]) -> bool:
    try:
        handle(record)
    except Exception as error:
        logger.debug("Message comes again", message_id=record["messageId"], reason=type(error).__name__)
        return False
    return True
