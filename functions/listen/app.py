"""What the clock calls: for one connection that has to be asked, or for a look at all of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from connections import health
from listen import calling, rounds
from road import guard
from shared import parameters, settings
from shared.telemetry import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """``{"channel": …, "connection": …}`` asks one; anything else looks after all connections and their clocks."""
    guard.permit(settings.network())
    left = context.get_remaining_time_in_millis
    if "connection" in event:
        return {"facts": rounds.ask(event["channel"], event["connection"], _now, left)}
    for channel, connection in calling.keep_up(context.invoked_function_arn):
        rounds.ask(channel, connection, _now, left)
    calling.let_try(_now())
    webhook = parameters.read(settings.webhook_parameter())
    return dict(health.care(_now(), webhook, lambda: left() < rounds.ENOUGH))


def _now() -> int:
    return time.time_ns() // 1_000_000
