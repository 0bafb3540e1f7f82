"""What SES calls: its receipt rule when a mail lies in the bucket, EventBridge when it is known what became of ours."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from mail import intake
from shared.telemetry import count, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Store what is told. An error has Lambda call again; what was stored by then is stored once."""
    now = time.time_ns() // 1_000_000
    taken = [intake.receive(record["ses"], now) for record in event.get("Records", [])]
    if "detail" in event:
        taken.append(intake.hear(event["detail"], now))
    quarantined = [reason for each in taken for reason in each.quarantined]
    if quarantined:
        logger.warning("Mails quarantined", channel=intake.CHANNEL, reasons=sorted(set(quarantined)))
        count("Quarantined", len(quarantined))
    return {"facts": sum(each.facts for each in taken), "quarantined": len(quarantined)}
