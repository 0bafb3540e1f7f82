"""The only module that speaks EventBridge Scheduler. One schedule per conversation, named after it.

Scheduler is not the truth: it calls at a time, and what is called reads the promise anew.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from shared import aws, settings

SOONEST = 1000
"""Milliseconds from now: a time that has passed is asked for as the next moment."""
RETRIES = 24
OLDEST_CALL = 86_400
"""Seconds for which Scheduler tries to call; what is later goes to the dead-letter queue."""


def put(conversation: str, version: str, at: int, now: int) -> None:
    """Create or move the schedule of a conversation; doing it twice is doing it once."""
    scheduler = aws.client("scheduler")
    schedule = _schedule(conversation, version, max(at, now + SOONEST))
    try:
        scheduler.create_schedule(**schedule)
    except scheduler.exceptions.ConflictException:
        scheduler.update_schedule(**schedule)


def delete(conversation: str) -> None:
    """Remove the schedule of a conversation; one that is not there was removed or has fired before."""
    scheduler = aws.client("scheduler")
    try:
        scheduler.delete_schedule(GroupName=settings.schedule_group(), Name=name(conversation))
    except scheduler.exceptions.ResourceNotFoundException:
        return


def name(conversation: str) -> str:
    """The name of a conversation's schedule, at most 64 characters."""
    return f"follow-up-{conversation}"


def _schedule(conversation: str, version: str, at: int) -> dict[str, Any]:
    moment = datetime.fromtimestamp(-(-at // 1000), UTC)
    return {
        "GroupName": settings.schedule_group(),
        "Name": name(conversation),
        "ScheduleExpression": f"at({moment:%Y-%m-%dT%H:%M:%S})",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "Target": {
            "Arn": settings.follow_up_function_arn(),
            "RoleArn": settings.schedule_role_arn(),
            "Input": json.dumps({"conversation": conversation, "version": version}),
            "DeadLetterConfig": {"Arn": settings.schedule_dead_letter_queue_arn()},
            "RetryPolicy": {"MaximumRetryAttempts": RETRIES, "MaximumEventAgeInSeconds": OLDEST_CALL},
        },
    }
