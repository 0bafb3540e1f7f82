"""The only module that speaks SQS. What stands in a queue is JSON that carries keys, and nothing of what was said."""

from __future__ import annotations

import json
from math import ceil
from typing import Any

from shared import aws

LONGEST_WAIT = 43_200
"""Seconds: the most that SQS hides a message."""


def send(queue: str, task: dict[str, Any]) -> None:
    """Put a task into a queue, by its address; put twice, it is there twice."""
    aws.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(task))


def send_in_order(queue: str, task: dict[str, Any], group: str, unique: str) -> None:
    """Put a task into a FIFO queue, behind the others of its group.

    Of tasks that have the same ``unique``, only the first one within five minutes is taken.
    """
    aws.client("sqs").send_message(
        QueueUrl=queue, MessageBody=json.dumps(task), MessageGroupId=group, MessageDeduplicationId=unique
    )


def wait(queue: str, receipt_handle: str, seconds: float) -> None:
    """Show a received task again after so many seconds, rounded up: one shown too early counts as received in vain."""
    aws.client("sqs").change_message_visibility(
        QueueUrl=queue,
        ReceiptHandle=receipt_handle,
        VisibilityTimeout=min(max(ceil(seconds), 0), LONGEST_WAIT),
    )
