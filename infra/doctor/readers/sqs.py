"""The queues of what nobody could handle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ENDINGS = ("DeadLetterQueueUrl", "FailureQueueUrl")
COUNT = "ApproximateNumberOfMessages"


def letters(client: Any, outputs: Mapping[str, str]) -> dict[str, int]:
    """Return how many letters lie in each of the stack's dead-letter queues, by the output that names it."""
    return {
        name.removesuffix("Url"): int(
            client.get_queue_attributes(QueueUrl=url, AttributeNames=[COUNT])["Attributes"][COUNT]
        )
        for name, url in outputs.items()
        if name.endswith(ENDINGS)
    }
