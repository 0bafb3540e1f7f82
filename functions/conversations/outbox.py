"""The only module that speaks SQS. One group per conversation: its messages go out in order and hold up no other."""

from __future__ import annotations

import json
from typing import Any

from shared import aws, settings

LONGEST_WAIT = 43_200
"""Seconds: the most that SQS hides a message."""


def enqueue(conversation: str, action_id: str) -> None:
    """Have a message sent. The queue carries the ids only; twice within five minutes is once."""
    _send({"conversation": conversation, "action": action_id}, conversation, action_id)


def enqueue_profile(conversation: str, customer_id: str) -> None:
    """Have a customer's name looked up, beside the conversation's messages and not before them."""
    task = {"conversation": conversation, "customer": customer_id}
    _send(task, f"profile-{conversation}", f"profile-{conversation}")


def wait(receipt_handle: str, seconds: float) -> None:
    """Show a received message again after so many seconds."""
    aws.client("sqs").change_message_visibility(
        QueueUrl=settings.send_queue_url(),
        ReceiptHandle=receipt_handle,
        VisibilityTimeout=min(max(int(seconds), 0), LONGEST_WAIT),
    )


def _send(task: dict[str, Any], group: str, deduplication: str) -> None:
    aws.client("sqs").send_message(
        QueueUrl=settings.send_queue_url(),
        MessageBody=json.dumps(task),
        MessageGroupId=group,
        MessageDeduplicationId=deduplication,
    )
