"""Lambda function called by the clock: polls one connection, runs one search, or looks after all of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from application import proposal_expiry, searching
from application.connections import health
from aws import parameters
from listen import poll_schedules, polling, search_schedules
from shared import http_guard, settings
from shared.telemetry import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """``{"channel": …, "connection": …}`` asks one, ``{"search": …, "kind": …}`` runs one search.

    Anything else looks after all connections, searches and their clocks.
    """
    http_guard.permit(settings.network())
    left = context.get_remaining_time_in_millis
    if "search" in event:
        return {"proposals": searching.run(event["search"], event["kind"], _now, left)}
    if "connection" in event:
        return {"facts": polling.ask(event["channel"], event["connection"], _now, left)}
    for channel, connection in poll_schedules.keep_up(context.invoked_function_arn):
        polling.ask(channel, connection, _now, left)
    for search, kind in search_schedules.keep_up(context.invoked_function_arn):
        searching.run(search, kind, _now, left)
    poll_schedules.let_try(_now())
    webhook = parameters.read(settings.webhook_parameter())
    done = health.care(_now(), webhook, lambda: left() < polling.ENOUGH)
    for channel, connection in poll_schedules.with_gaps():
        polling.ask(channel, connection, _now, left)
    proposal_expiry.close(_now(), lambda: left() < polling.ENOUGH)
    return dict(done)


def _now() -> int:
    return time.time_ns() // 1_000_000
