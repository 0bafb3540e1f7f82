"""Lambda function that downloads files from the queue; a failed download is repeated, and shown to an agent at last."""

from __future__ import annotations

import json
import random
import time
from typing import TYPE_CHECKING, Any

from aws import queues
from media import fetch, link_preview, post_reading
from media.retry import Later
from shared import http_guard, partial_batches, settings
from shared.telemetry import count, logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.utilities.typing import LambdaContext

JITTER = 0.25
"""Share of a wait that is random, so that downloads that failed together are not repeated together."""


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Download each message's files; a failed download goes back to the queue."""
    http_guard.permit(settings.network())

    def handle(record: dict[str, Any]) -> None:
        task, receives = json.loads(record["body"]), int(record["attributes"]["ApproximateReceiveCount"])
        try:
            _work_of(task)(task, receives, time.time_ns() // 1_000_000)
        except Later as later:
            logger.info("File waits", reason=later.reason, seconds=later.seconds)
            count("FileDelayed", reason=later.reason)
            seconds = later.seconds * (1 + JITTER * random.random())  # noqa: S311
            queues.wait(settings.media_queue_url(), record["receiptHandle"], seconds)
            raise
        except Exception:
            logger.exception("File not handled", message_id=record["messageId"])
            raise

    return partial_batches.each_message(event["Records"], handle)


def _work_of(task: dict[str, Any]) -> Callable[[dict[str, Any], int, int], None]:
    if "post" in task:
        return post_reading.take
    return link_preview.take if "link_of" in task else fetch.take
