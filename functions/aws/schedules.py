"""The only module that speaks EventBridge Scheduler. One schedule per call of a promise, named after the conversation,
the promise's version and the time; one per connection that has to be asked, and one per search and kind of its sources.

Scheduler is not the truth: it calls at a time, and the called function reads the promise. A schedule that has called is
deleted by Scheduler, at a moment that nobody documents
(https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-delete.html). So a name is used for one call
only and never changed: what is deleted then can be nothing newer. The schedule of an older version that is still there
calls in vain.
"""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from aws import clients
from conversations.identity import base32, thread_key
from shared import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "follow-up-"
LISTEN_PREFIX = "listen-"
SEARCH_PREFIX = "search-"
SOON_PREFIX = "soon-"
PAGE = 100
"""Schedules in one answer, by the service's limit."""
SOONEST = 10_000
"""Milliseconds from now: a time that has passed, or is nearer, is asked for as this moment."""
SOON_STEP = 5_000
"""Milliseconds within which two requests for a call "soon" get the same time."""
RETRIES = 24
OLDEST_CALL = 86_400
"""Seconds for which Scheduler tries to call; what is later goes to the dead-letter queue."""


class Throttled(Exception):
    """Scheduler takes no more requests for the moment: the same one is to be made again later."""


def put(conversation: str, version: str, at: int, now: int) -> bool:
    """Have a version of a promise called at a time; doing it twice is doing it once. Raises ``Throttled``.

    Returns whether there was no such schedule before.

    A time that has passed, or is too near, is called for soon, by a schedule of another name: that of the time itself
    may have called already, and is about to be deleted.
    """
    scheduler, moment = clients.client("scheduler"), max(at, now + SOONEST)
    with _throttling(), suppress(scheduler.exceptions.ConflictException):
        scheduler.create_schedule(**_schedule(conversation, version, moment))
        return True
    return False


def delete(schedule: str) -> None:
    """Remove a schedule by its name; one that is not there was removed or has called. Raises ``Throttled``."""
    scheduler = clients.client("scheduler")
    with _throttling(), suppress(scheduler.exceptions.ResourceNotFoundException):
        scheduler.delete_schedule(GroupName=settings.schedule_group(), Name=schedule)


def page(start: str = "", limit: int = PAGE, ids: str = "") -> tuple[dict[str, int], str]:
    """The names of the next schedules of promises, and where to go on; empty at the end. Raises ``Throttled``.

    Each with the time (milliseconds) at which it was made; ``ids`` is how the ids of their conversations begin.
    """
    more = {"NextToken": start} if start else {}
    scheduler, group = clients.client("scheduler"), settings.schedule_group()
    with _throttling():
        answer = scheduler.list_schedules(GroupName=group, NamePrefix=PREFIX + ids, MaxResults=limit, **more)
    found = {each["Name"]: int(each["LastModificationDate"].timestamp() * 1000) for each in answer["Schedules"]}
    return found, answer.get("NextToken") or ""


def name(conversation: str, version: str, at: int) -> str:
    """The name of the schedule that calls for a version at a time (milliseconds).

    Scheduler takes 64 characters of ``0-9a-zA-Z-_.`` (its service model of 2021-06-30); this has 64 at most.
    """
    digest = base32(blake2b(f"{version}.{_second(at)}".encode(), digest_size=8).digest())
    return f"{PREFIX}{conversation}.{digest}"


def conversation_of(schedule: str) -> str:
    """The conversation that a schedule's name names, also one of a release that knew one schedule per conversation."""
    return schedule.removeprefix(PREFIX).partition(".")[0]


def is_of_old_release(schedule: str) -> bool:
    """Return whether a name is of the time when a conversation had one schedule, which was moved."""
    return "." not in schedule


# -- asking platforms -------------------------------------------------------------------------------------------------


def listen(channel: str, connection: str, seconds: int, target: str) -> None:
    """Have a connection asked every so many seconds, whole minutes at least; twice is once. Raises ``Throttled``."""
    call = {"channel": channel, "connection": connection}
    _repeat(listen_name(channel, connection), f"{channel}/{connection}", seconds, target, call)


def search(search_id: str, kind: str, seconds: int, target: str) -> None:
    """Have a search ask its sources of one kind, as ``listen`` does."""
    _repeat(search_name(search_id, kind), f"{search_id} {kind}", seconds, target, {"search": search_id, "kind": kind})


def _repeat(name: str, description: str, seconds: int, target: str, call: dict[str, str]) -> None:
    scheduler, minutes = clients.client("scheduler"), max(1, seconds // 60)
    with _throttling(), suppress(scheduler.exceptions.ConflictException):
        scheduler.create_schedule(
            GroupName=settings.schedule_group(),
            Name=name,
            Description=description,
            ScheduleExpression=f"rate({minutes} minute{'s' if minutes > 1 else ''})",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={
                "Arn": target,
                "RoleArn": settings.schedule_role_arn(),
                "Input": json.dumps(call),
                # The next call comes soon, and finds what this one would have.
                "RetryPolicy": {"MaximumRetryAttempts": 0},
            },
        )


def listen_soon(channel: str, connection: str, target: str, now: int) -> None:
    """Have a connection asked once, within seconds; twice within the same seconds is once. Raises ``Throttled``."""
    scheduler = clients.client("scheduler")
    second = -(-(now + SOONEST) // SOON_STEP) * SOON_STEP // 1000
    moment = datetime.fromtimestamp(second, UTC)
    with _throttling(), suppress(scheduler.exceptions.ConflictException):
        scheduler.create_schedule(
            GroupName=settings.schedule_group(),
            Name=f"{SOON_PREFIX}{thread_key(channel, connection, '')}.{second}",
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


def listening() -> set[str]:
    """The names of the clocks there are. Raises ``Throttled``."""
    return _names(LISTEN_PREFIX)


def searching() -> set[str]:
    """The names of the clocks of searches. Raises ``Throttled``."""
    return _names(SEARCH_PREFIX)


def _names(prefix: str) -> set[str]:
    scheduler, group, start, names = clients.client("scheduler"), settings.schedule_group(), "", set[str]()
    while True:
        more = {"NextToken": start} if start else {}
        with _throttling():
            answer = scheduler.list_schedules(GroupName=group, NamePrefix=prefix, MaxResults=PAGE, **more)
        names |= {each["Name"] for each in answer["Schedules"]}
        start = answer.get("NextToken") or ""
        if not start:
            return names


def listen_name(channel: str, connection: str) -> str:
    """The name of a connection's clock, at most 64 characters."""
    return f"{LISTEN_PREFIX}{thread_key(channel, connection, '')}"


def search_name(search_id: str, kind: str) -> str:
    """The name of the clock of a search for one kind of sources, at most 64 characters."""
    return f"{SEARCH_PREFIX}{search_id}.{kind}"


@contextmanager
def _throttling() -> Iterator[None]:
    try:
        yield
    except clients.client("scheduler").exceptions.ThrottlingException:
        raise Throttled from None


def _schedule(conversation: str, version: str, at: int) -> dict[str, Any]:
    moment = datetime.fromtimestamp(_second(at), UTC)
    return {
        "GroupName": settings.schedule_group(),
        "Name": name(conversation, version, at),
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


def _second(at: int) -> int:
    """The second at or after a time in milliseconds: Scheduler knows no fractions."""
    return -(-at // 1000)
