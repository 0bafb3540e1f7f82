"""The only module that speaks SQS. What stands in a queue is JSON that carries keys, and nothing of what was said."""

from __future__ import annotations

import json
from math import ceil
from typing import TYPE_CHECKING, Any

from aws import clients
from shared.telemetry import count, logger

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_WAIT = 42_000
"""Seconds for which a received task is hidden at most.

SQS hides a message for twelve hours (43,200 s), counted from its receipt and not from the request, and refuses more
than what is left of them. So the twenty minutes between are for the receiver's own work:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
"""
MOST_AT_ONCE = 10
"""Tasks in one request, by the service's limit."""


def send(queue: str, task: dict[str, Any]) -> None:
    """Put a task into a queue, by its address; put twice, it is there twice."""
    clients.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(task))


def send_in_order(queue: str, task: dict[str, Any], group: str, unique: str) -> None:
    """Put a task into a FIFO queue, behind the others of its group.

    Of tasks that have the same ``unique``, only the first one within five minutes is taken.
    """
    clients.client("sqs").send_message(
        QueueUrl=queue, MessageBody=json.dumps(task), MessageGroupId=group, MessageDeduplicationId=unique
    )


def wait(queue: str, receipt_handle: str, seconds: float) -> bool:
    """Show a received task again after so many seconds, rounded up: one shown too early counts as received in vain.

    Returns whether SQS took it. A task for which it did not is shown when the time of its receipt is over.
    """
    try:
        clients.client("sqs").change_message_visibility(
            QueueUrl=queue,
            ReceiptHandle=receipt_handle,
            VisibilityTimeout=min(max(ceil(seconds), 0), LONGEST_WAIT),
        )
    except clients.failures() as failure:
        _note(clients.code_of(failure))
        return False
    return True


def claim(queue: str, receipt_handles: Sequence[str], seconds: int) -> None:
    """Have received tasks shown again after so many seconds, counted from now, if their receiver dies.

    What SQS does not take is shown when the time of its receipt is over.
    """
    for start in range(0, len(receipt_handles), MOST_AT_ONCE):
        entries = [
            {"Id": str(place), "ReceiptHandle": handle, "VisibilityTimeout": seconds}
            for place, handle in enumerate(receipt_handles[start : start + MOST_AT_ONCE])
        ]
        try:
            answer = clients.client("sqs").change_message_visibility_batch(QueueUrl=queue, Entries=entries)
        except clients.failures() as failure:
            _note(clients.code_of(failure))
        else:
            for failed in answer.get("Failed", []):
                _note(failed["Code"])


def _note(reason: str) -> None:
    logger.warning("Visibility not changed", reason=reason)
    count("VisibilityNotChanged")
