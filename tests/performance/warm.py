"""(a) What a warm webhook event costs in CPU, beside bare handlers in the same process.

``python -m tests.performance.warm RESULT ROUNDS``. One bare handler uses our client of DynamoDB, one a standard client
of boto3. A third stores what the webhook stores: the least that makes the same item, put with our client. Two more
store nothing, which shows our own part: the webhook, and that least.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import botocore.session

import channels
from aws import clients
from channels.base import Credentials, Request
from shared import settings
from storage import mapping, table
from storage.attribute_values import encode
from storage.writes import expires_at
from tests.performance import events
from tests.performance.measured import whole_models
from tests.support import embedded_aws
from tests.support.context import Context
from tests.support.platform import Platform
from webhook.app import lambda_handler

BLOCK = 10
"""Events at a time: few, so that whatever else the machine does disturbs both alike."""
CUSTOMERS = 50
BODY_SIZE = 1200


Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def _bare(event: dict[str, Any], client: Any) -> dict[str, Any]:
    """Return what is left when everything is left out: the signature, and the body stored as it came."""
    body = event["body"]
    signature = "sha256=" + hmac.new(events.SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(signature, event["headers"]["X-Hub-Signature-256"]):
        return {"statusCode": 401, "body": ""}
    item = {"pk": {"S": event["path"]}, "sk": {"S": signature}, "body": {"S": body}}
    client.put_item(TableName=settings.table_name(), Item=item)
    return {"statusCode": 200, "body": ""}


def bare(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Handle it with our client."""
    return _bare(event, clients.client("dynamodb"))


def standard(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Handle it with the client that boto3 makes without any settings."""
    return _bare(event, _standard_client())


@cache
def _standard_client() -> Any:
    session = botocore.session.Session()
    session.get_component("data_loader").search_paths.append(str(whole_models()))
    return boto3.Session(botocore_session=session).client("dynamodb", region_name=embedded_aws.REGION)


class _NoStorage:
    """Takes each item and keeps none."""

    def put_item(self, **_request: Any) -> dict[str, Any]:
        """Answer as DynamoDB does."""
        return {}


def least(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Return what the same fact costs at least: verified, parsed, made into its item, and stored nowhere."""
    _least_items(event)
    return {"statusCode": 200, "body": ""}


def least_stored(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Store it, with our client."""
    for item in _least_items(event):
        clients.client("dynamodb").put_item(TableName=settings.table_name(), Item=item)
    return {"statusCode": 200, "body": ""}


def _least_items(event: dict[str, Any]) -> list[dict[str, Any]]:
    receiver, body = channels.get("facebook").receiver, event["body"].encode()
    request = Request("POST", {key.lower(): value for key, value in event["headers"].items()}, {}, body)
    received = receiver.receive(request, CREDENTIALS)
    now = int(time.time() * 1000)
    return [
        encode(mapping.fact_item("facebook", events.CONNECTION, fact, expires_at(fact.at, now)))  # type: ignore[arg-type]
        for fact in received.events
    ]


def unstored(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Handle it as the webhook does, with a table that takes everything at once."""
    client, table.client = table.client, _NoStorage
    try:
        return lambda_handler(event, context)
    finally:
        table.client = client


CREDENTIALS = Credentials.of(Platform().document)
HANDLERS: dict[str, Handler] = {
    "bare": bare,
    "standard": standard,
    "webhook": lambda_handler,
    "least_stored": least_stored,
    "least": least,
    "unstored": unstored,
}


def _per_event(handler: Handler, deliveries: list[dict[str, Any]]) -> float:
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
    lambda_handler(deliveries[0], Context())  # which connections there are is read from the table, once
    for number in range(CUSTOMERS + int(rounds)):
        for name in random.sample(sorted(HANDLERS), len(HANDLERS)):
            spent = _per_event(HANDLERS[name], random.sample(deliveries, BLOCK))
            if number >= CUSTOMERS:  # the first rounds are for warming up
                seconds[name].append(spent)
    Path(result).write_text(json.dumps(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
