"""Lambda function that EventBridge Scheduler calls when a follow-up comes due."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from application import follow_ups
from shared.telemetry import count, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, str]:
    """Run a follow-up that came due; a call that is late, repeated or of an old version does nothing."""
    conversation, version = event["conversation"], event["version"]
    action = follow_ups.run_due(conversation, version, lambda: time.time_ns() // 1_000_000)
    outcome = str(action.verb) if action else "nothing"
    logger.info("Follow-up came due", conversation_id=conversation, outcome=outcome)
    count("FollowUpDue", outcome=outcome)
    return {"outcome": outcome}
