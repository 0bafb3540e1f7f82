"""The send queue: one message after the other per conversation, waiting where the platform says so."""

from __future__ import annotations

import json
import random
import time
from typing import TYPE_CHECKING, Any

from aws import queues
from reply import tasks
from reply.pausing import RetryLater, backoff
from shared import http_guard, partial_batches, settings
from shared.telemetry import count, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

CLAIM = 45
"""Seconds after which a batch is shown again if this function dies with it; longer than the function may run.

The queue itself waits six times as long as the function may run, as AWS advises for the sake of calls that Lambda could
not make at once. Once the function runs, that reason is gone, and an answer need not wait as long:
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""
ENOUGH = 25_000
"""Milliseconds that must be left of this call for another message: sending one takes a request or several."""
JITTER = 0.25
"""The part of a wait that is left to chance, so that what was stopped together does not come back together."""


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Deliver each message; one that must wait holds back its own conversation and no other."""
    http_guard.permit(settings.network())
    queues.claim(settings.send_queue_url(), [record["receiptHandle"] for record in event["Records"]], CLAIM)
    waits: dict[str, float] = {}

    def handle(record: dict[str, Any]) -> None:
        task, receives = json.loads(record["body"]), _receives(record)
        try:
            if context.get_remaining_time_in_millis() < ENOUGH:
                raise RetryLater(0, "time")
            tasks.carry_out(task, receives, time.time_ns() // 1_000_000)
        except RetryLater as wait:
            logger.info("Message waits", reason=wait.reason, seconds=wait.seconds)
            count("SendDelayed", reason=wait.reason)
            waits[_group(record)] = wait.seconds * (1 + JITTER * random.random())  # noqa: S311
            raise
        except Exception:
            logger.exception("Message not handled", message_id=record["messageId"])
            if not tasks.give_up(task, receives):
                raise

    response = partial_batches.each_in_order(event["Records"], handle)
    _hold(event["Records"], {failure["itemIdentifier"] for failure in response["batchItemFailures"]}, waits)
    return response


def _hold(records: list[dict[str, Any]], failed: set[str], waits: dict[str, float]) -> None:
    """Hide what goes back to the queue for as long as its conversation waits."""
    for record in records:
        if record["messageId"] in failed:
            seconds = waits.get(_group(record), backoff(_receives(record)))
            queues.wait(settings.send_queue_url(), record["receiptHandle"], seconds)


def _group(record: dict[str, Any]) -> str:
    return record["attributes"]["MessageGroupId"]


def _receives(record: dict[str, Any]) -> int:
    return int(record["attributes"]["ApproximateReceiveCount"])
