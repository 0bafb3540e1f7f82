"""The only module that speaks EventBridge Scheduler. One schedule per conversation, named after it; and one per
connection that has to be asked.

Scheduler is not the truth: it calls at a time, and what is called reads the promise anew.
"""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from conversations.identity import thread_key
from shared import aws, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "follow-up-"
LISTEN_PREFIX = "listen-"
SOON_PREFIX = "soon-"
PAGE = 100
"""Schedules in one answer, by the service's limit."""
SOONEST = 1000
"""Milliseconds from now: a time that has passed is asked for as the next moment."""
RETRIES = 24
OLDEST_CALL = 86_400
"""Seconds for which Scheduler tries to call; what is later goes to the dead-letter queue."""


class Throttled(Exception):
    """Scheduler takes no more requests for the moment: the same one is to be made again later."""


def put(conversation: str, version: str, at: int, now: int) -> None:
    """Create or move the schedule of a conversation; doing it twice is doing it once. Raises ``Throttled``."""
    scheduler = aws.client("scheduler")
    schedule = _schedule(conversation, version, max(at, now + SOONEST))
    with _throttling():
        try:
            scheduler.create_schedule(**schedule)
        except scheduler.exceptions.ConflictException:
            try:
                scheduler.update_schedule(**schedule)
            except scheduler.exceptions.ResourceNotFoundException:  # it fired in between
                scheduler.create_schedule(**schedule)


def delete(conversation: str) -> None:
    """Remove the schedule of a conversation; one that is not there was removed or has fired. Raises ``Throttled``."""
    scheduler = aws.client("scheduler")
    with _throttling():
        try:
            scheduler.delete_schedule(GroupName=settings.schedule_group(), Name=name(conversation))
        except scheduler.exceptions.ResourceNotFoundException:
            return


def page(start: str = "", limit: int = PAGE) -> tuple[dict[str, int], str]:
    """The next conversations that have a schedule, and where to go on; empty at the end. Raises ``Throttled``.

    Each with the time (milliseconds) at which its schedule was made or last moved.
    """
    more = {"NextToken": start} if start else {}
    scheduler, group = aws.client("scheduler"), settings.schedule_group()
    with _throttling():
        answer = scheduler.list_schedules(GroupName=group, NamePrefix=PREFIX, MaxResults=limit, **more)
    found = {
        each["Name"].removeprefix(PREFIX): int(each["LastModificationDate"].timestamp() * 1000)
        for each in answer["Schedules"]
    }
    return found, answer.get("NextToken") or ""


def name(conversation: str) -> str:
    """The name of a conversation's schedule, at most 64 characters."""
    return f"{PREFIX}{conversation}"


# -- asking platforms -------------------------------------------------------------------------------------------------


def listen(channel: str, connection: str, seconds: int, target: str) -> None:
    """Have a connection asked every so many seconds, whole minutes at least; twice is once. Raises ``Throttled``."""
    scheduler, minutes = aws.client("scheduler"), max(1, seconds // 60)
    with _throttling(), suppress(scheduler.exceptions.ConflictException):
        scheduler.create_schedule(
            GroupName=settings.schedule_group(),
            Name=listen_name(channel, connection),
            Description=f"{channel}/{connection}",
            ScheduleExpression=f"rate({minutes} minute{'s' if minutes > 1 else ''})",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={
                "Arn": target,
                "RoleArn": settings.schedule_role_arn(),
                "Input": json.dumps({"channel": channel, "connection": connection}),
                # The next call comes soon, and finds what this one would have.
                "RetryPolicy": {"MaximumRetryAttempts": 0},
            },
        )


def listen_soon(channel: str, connection: str, target: str, now: int) -> None:
    """Have a connection asked once, as soon as Scheduler can; twice is once. Raises ``Throttled``."""
    scheduler = aws.client("scheduler")
    moment = datetime.fromtimestamp(-(-(now + SOONEST) // 1000), UTC)
    with _throttling(), suppress(scheduler.exceptions.ConflictException):
        scheduler.create_schedule(
            GroupName=settings.schedule_group(),
            Name=f"{SOON_PREFIX}{thread_key(channel, connection, '')}",
            ScheduleExpression=f"at({moment:%Y-%m-%dT%H:%M:%S})",
            FlexibleTimeWindow={"Mode": "OFF"},
            ActionAfterCompletion="DELETE",
            Target={
                "Arn": target,
                "RoleArn": settings.schedule_role_arn(),
                "Input": json.dumps({"channel": channel, "connection": connection} if channel else {}),
                "RetryPolicy": {"MaximumRetryAttempts": 1},
            },
        )


def listen_no_more(name: str) -> None:
    """Take away a clock by its name. Raises ``Throttled``."""
    scheduler = aws.client("scheduler")
    with _throttling(), suppress(scheduler.exceptions.ResourceNotFoundException):
        scheduler.delete_schedule(GroupName=settings.schedule_group(), Name=name)


def listening() -> set[str]:
    """The names of the clocks there are. Raises ``Throttled``."""
    scheduler, group, start, found = aws.client("scheduler"), settings.schedule_group(), "", set[str]()
    while True:
        more = {"NextToken": start} if start else {}
        with _throttling():
            answer = scheduler.list_schedules(GroupName=group, NamePrefix=LISTEN_PREFIX, MaxResults=PAGE, **more)
        found |= {each["Name"] for each in answer["Schedules"]}
        start = answer.get("NextToken") or ""
        if not start:
            return found


def listen_name(channel: str, connection: str) -> str:
    """The name of a connection's clock, at most 64 characters."""
    return f"{LISTEN_PREFIX}{thread_key(channel, connection, '')}"


@contextmanager
def _throttling() -> Iterator[None]:
    try:
        yield
    except aws.client("scheduler").exceptions.ThrottlingException:
        raise Throttled from None


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
