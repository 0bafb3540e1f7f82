"""The table's stream: facts are folded into heads, and the difference of old and new images becomes effects."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from dispatch import pushes, relay, stream_changes
from shared.telemetry import logger
from storage import change_counters

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

processor = BatchProcessor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Handle each record; the stream comes back to the first that failed. What came after it is harmless twice, and in
    the same conversation is not done before it."""
    batch = stream_changes.Batch.of(event["Records"])
    counted = change_counters.bump(batch.teams, batch.changed)
    relay.fold_ahead(batch)

    remaining = iter(batch.changes)  # the processor takes the records one after the other

    def handle(record: Any) -> None:
        try:
            relay.handle(batch, next(remaining))
        except relay.BlockedByEarlierFailure:
            raise  # the failure it waits for was logged
        except Exception:
            logger.exception("Change not carried out", event_id=record.raw_event.get("eventID"))
            raise

    answer = process_partial_response(event, handle, processor, context)
    pushes.send(batch, counted, time.time_ns() // 1_000_000)
    return answer
