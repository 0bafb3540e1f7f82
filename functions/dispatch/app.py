"""The table's stream: facts are folded into heads, and the difference of old and new images becomes effects."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from dispatch import concurrent_changes, pushes, relay, stream_changes
from shared import partial_batches
from shared.telemetry import logger
from storage import change_counters

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Handle each record; the stream comes back to the first that failed. What came after it is harmless twice, and in
    the same conversation is not done before it."""
    batch = stream_changes.Batch.of(event["Records"])
    counted = change_counters.bump(batch.teams, batch.changed, _now())
    relay.fold_ahead(batch)
    failed: list[str] = []
    for record, error in zip(event["Records"], concurrent_changes.handle_all(batch, _now), strict=True):
        if error is None:
            continue
        if not isinstance(error, relay.BlockedByEarlierFailure):  # the failure it waits for is logged
            logger.error("Change not carried out", event_id=record.get("eventID"), exc_info=error)
        failed.append(record["dynamodb"]["SequenceNumber"])
    pushes.send(batch, counted, _now())
    return partial_batches.answer(failed)


def _now() -> int:
    return time.time_ns() // 1_000_000
