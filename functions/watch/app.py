"""Lambda function that the clock calls every minute."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from shared.telemetry import count, logger
from watch import balance, departed_agents, notification_delivery
from watch.due_scan import Rounds
from watch.figure_folding import Folding
from watch.recompute_due import Updates

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_rounds = Rounds()
"""The position of the last scan, so that the next call of the same environment continues there."""
_updates = Updates()
"""The position of updates after a change of rules."""
_folding = Folding()
"""The folding of figures of this environment, once an hour."""


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Wake, note what was missed, tell, and bring due times up to date; whatever is left is there for the next call.

    What may take the time of many calls comes last.
    """
    left = context.get_remaining_time_in_millis
    done = _rounds.walk(_now, left)
    done.update(notification_delivery.tell_all(_now, left))
    done.update(departed_agents.give_back(_now, left))
    done.update(balance.balance(_now, left))
    done.update(_folding.fold_all(_now, left))
    done.update(_updates.keep_up(_now, left))
    found: dict[str, Any] = dict(done)
    logger.info("Looked at the clock", **found)
    count("WatchFailed", done["failed"])
    count("NoticeFailed", done["notices_failed"])
    return found


def _now() -> int:
    return time.time_ns() // 1_000_000
