"""Lambda function called by the clock: compares promises with schedules, and repairs differences."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from reconcile import repair
from reconcile.differences import GRACE
from shared.telemetry import count, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Compare everything, as far as the time of this call allows; the next call begins with the most urgent again.

    A person who calls may say ``grace_seconds``: how young a promise is that is left to dispatch.
    """
    grace = int(event.get("grace_seconds", GRACE // 1000)) * 1000
    report = repair.reconcile(_now, context.get_remaining_time_in_millis, grace=grace)
    found = asdict(report)
    logger.info("Promises and schedules compared", **found)
    count("PromisesChecked", report.promises)
    count("SchedulesChecked", report.schedules)
    count("ScheduleRestored", report.restored)
    count("ScheduleRemoved", report.removed)
    count("ScheduleRenamed", report.renamed)
    count("ReconcileUnfinished", 0 if report.finished and not report.failed else 1)
    return found


def _now() -> int:
    return time.time_ns() // 1_000_000
