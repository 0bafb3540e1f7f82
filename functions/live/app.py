"""Lambda function that API Gateway calls for live connections: before and when one opens, when it speaks and closes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from live import admission, page_requests, viewers
from shared.telemetry import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

OK = {"statusCode": 200}


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer the authorizer's question, or carry out a route; a failure closes nothing and is repaired by the page."""
    now = time.time_ns() // 1_000_000
    request = event["requestContext"]
    if event.get("type") == "REQUEST":
        return admission.policy_for(event, now)
    connection_id = request["connectionId"]
    if request["eventType"] == "CONNECT":
        admission.open_connection(connection_id, request["authorizer"]["ticket"], now)
    elif request["eventType"] == "DISCONNECT":
        viewers.close(connection_id, now)
    else:
        page_requests.take(connection_id, event.get("body") or "", now)
    return OK
