"""(a) What a warm webhook event costs in CPU, beside a bare handler in the same process.

``python -m tests.performance.warm RESULT ROUNDS``; both handlers use the same client.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aws import clients
from shared import settings
from tests.performance import events
from tests.support.context import Context
from webhook.app import lambda_handler

BLOCK = 10
"""Events at a time: few, so that whatever else the machine does disturbs both alike."""
CUSTOMERS = 50
BODY_SIZE = 1200


def bare(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Return what is left when everything is left out: the signature, and the body stored as it came."""
    body = event["body"]
    signature = "sha256=" + hmac.new(events.SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(signature, event["headers"]["X-Hub-Signature-256"]):
        return {"statusCode": 401, "body": ""}
    item = {"pk": {"S": event["path"]}, "sk": {"S": signature}, "body": {"S": body}}
    clients.client("dynamodb").put_item(TableName=settings.table_name(), Item=item)
    return {"statusCode": 200, "body": ""}


HANDLERS: dict[str, Callable[[Any, Any], Any]] = {"bare": bare, "webhook": lambda_handler}


def _per_event(handler: Callable[[Any, Any], Any], deliveries: list[dict[str, Any]]) -> float:
    context = Context()
    began = time.process_time()
    for event in deliveries:
        if handler(event, context)["statusCode"] != 200:
            raise RuntimeError("The delivery was refused.")
    return (time.process_time() - began) / len(deliveries)


def main(result: str, rounds: str) -> None:
    """Blocks of events in shuffled order; the seconds per event of each block."""
    now = int(time.time() * 1000)
    deliveries = [events.delivery(events.message_of_size(BODY_SIZE, n, n, now)) for n in range(CUSTOMERS)]
    seconds: dict[str, list[float]] = {name: [] for name in HANDLERS}
    for number in range(CUSTOMERS + int(rounds)):
        for name in random.sample(sorted(HANDLERS), len(HANDLERS)):
            spent = _per_event(HANDLERS[name], random.sample(deliveries, BLOCK))
            if number >= CUSTOMERS:  # the first rounds are for warming up
                seconds[name].append(spent)
    Path(result).write_text(json.dumps(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
