"""The queue of what SES tells: of mails that lie in the bucket, and of what became of those that went out."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from mail import receiving, second_tries
from shared import partial_batches
from shared.telemetry import count, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Store what is told. What fails comes again from the queue; what was stored by then is stored once."""

    def handle(record: dict[str, Any]) -> None:
        try:
            taken = _take(json.loads(record["body"]), time.time_ns() // 1_000_000)
        except Exception:
            logger.exception("Mail not handled", message_id=record["messageId"])
            raise
        if taken.quarantined:
            logger.warning("Mails quarantined", channel=receiving.CHANNEL, reasons=sorted(set(taken.quarantined)))
            count("Quarantined", len(taken.quarantined))

    return partial_batches.each_message(event["Records"], handle)


def _take(notification: dict[str, Any], now: int) -> receiving.Taken:
    """Take in what SES tells, or read a mail again that could not be read."""
    if "again" not in notification:
        return receiving.take(notification, now)
    second_tries.take(notification["again"], now)
    return receiving.Taken()
