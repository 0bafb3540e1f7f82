"""Stops connections and lets them go on: when the platform means all of it, and until when it may be tried again."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from application.connections import session
from aws import queues, secrets
from channels.base import Reason, TransientFailure
from conversations.actions import Action, State, Verb
from shared.telemetry import count, logger
from storage import connections

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.connections import Connection

PATIENCE = 90
"""Receives after which a message that only waits (an expired token, a limit) is shown to an agent as failed."""
PARK_AFTER = 9
"""Receives after which a message leaves the queue and waits for a person to put the connection right: a quarter of an
hour, as each pause is twice as long as the one before."""
LONG_PAUSE = 3_600_000
"""Milliseconds of a pause that is too long for a message received that often: a queue keeps it for two weeks only."""
SHORTEST_PAUSE = 2
LONGEST_BACKOFF = 900
PAUSES = {Reason.AUTH: "auth", Reason.POLICY: "policy", Reason.RATE: "rate"}
"""Reasons that pause a whole connection, not one message."""


class NotSent(Exception):
    """Something unforeseen broke before a request left."""


class RetryLater(Exception):
    """Not now: show this message again after so many ``seconds``."""

    def __init__(self, seconds: float, reason: str) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.reason = reason


def backoff(receives: int) -> float:
    """Seconds to wait before the next try, doubling."""
    return min(2.0 ** min(receives, 10), LONGEST_BACKOFF)


def is_parked(connection: Connection, now: int, receives: int, resumed: bool) -> bool:
    """Return whether this takes longer than a queue can wait, or earlier messages are parked."""
    is_stopped = stopped(connection, now)
    left = connection.paused_until - now if is_stopped else 0
    is_long = connection.problem in connections.NEEDS_PERSON or left > LONG_PAUSE
    too_long = left > queues.LONGEST_WAIT * 1000 or (is_stopped and is_long and receives > PARK_AFTER)
    return connection.held or too_long or (connection.parked and not resumed)


def stopped(connection: Connection, now: int) -> bool:
    """Return whether a connection is not to be tried at this time."""
    return bool(connection.problem) and connection.paused_until > now


def shown_waiting(connection: Connection, action: Action, now: int, change: Callable[..., Action]) -> Action:
    """Return a message with what it waits for, if a person has to put the connection right: its team sees it."""
    problem = connection.problem
    is_held_up = problem in connections.NEEDS_PERSON and stopped(connection, now)
    is_due = action.state == State.QUEUED and action.not_before <= now and action.verb != Verb.MODERATE
    return change(action, reason=problem) if is_held_up and is_due and action.reason != problem else action


def pause(connection: Connection, failure: TransientFailure, now: int) -> None:
    """Stop the connection where the platform means all of it, visibly, until it may be tried again."""
    problem = PAUSES.get(failure.reason)
    if problem is None:
        return
    # The connection's own patience grows, not that of whichever message happens to try it.
    seconds = ceil(failure.retry_after or min(max(2 * connection.pause, SHORTEST_PAUSE), LONGEST_BACKOFF))
    channel, name = connection.channel, connection.name
    connections.pause_connection(channel, name, problem, now + seconds * 1000, seconds, connections.BY_SEND)
    count("ConnectionStopped", channel=channel, reason=problem)
    logger.error("Connection stopped", channel=channel, connection=name, reason=problem)
    if failure.reason == Reason.AUTH and not _renewed(connection, now):
        secrets.forget()


def lift(connection: Connection) -> None:
    """Note that a connection over which a message went out has no problem any more."""
    if connections.lift_pause(connection):
        logger.info("Connection works again", channel=connection.channel, connection=connection.name)


def _renewed(connection: Connection, now: int) -> bool:
    """A token was refused: return whether the platform gave another, so that the pause is a short one."""
    try:
        return session.refused(connection.channel, connection.name, now)
    except TransientFailure:
        return False
