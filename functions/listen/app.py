"""Lambda function called by the clock: polls one connection, or checks all of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from application.connections import health
from aws import parameters
from listen import poll_schedules, polling
from shared import http_guard, settings
from shared.telemetry import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """``{"channel": …, "connection": …}`` asks one; anything else looks after all connections and their clocks."""
    http_guard.permit(settings.network())
    left = context.get_remaining_time_in_millis
    if "connection" in event:
        return {"facts": polling.ask(event["channel"], event["connection"], _now, left)}
    for channel, connection in poll_schedules.keep_up(context.invoked_function_arn):
        polling.ask(channel, connection, _now, left)
    poll_schedules.let_try(_now())
    webhook = parameters.read(settings.webhook_parameter())
    done = health.care(_now(), webhook, lambda: left() < polling.ENOUGH)
    for channel, connection in poll_schedules.with_gaps():
        polling.ask(channel, connection, _now, left)
    return dict(done)


def _now() -> int:
    return time.time_ns() // 1_000_000
