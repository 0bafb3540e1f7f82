"""One connection is asked what is new: page after page from the cursor, until nothing is left or the time is up.

::

    cursor ──▶ poll ──▶ facts stored ──▶ cursor moved on ──▶ more? ──▶ …
                 │                            └─ moved by another run: stop, nothing is lost or doubled
                 └─ limit, fault, dead token: not before …, longer each time
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

import channels
from application import known_messages
from application.connections import missed_events, session
from application.connections.webhooks import error_of
from aws import secrets
from channels.base import ChannelError, PermanentFailure, Reason, TransientFailure
from conversations import prices
from shared.telemetry import count, logger
from storage import connections, conversations, outreach_budgets, poll_cursors, received_facts

if TYPE_CHECKING:
    from collections.abc import Callable

    from channels.base import Channel, Polled
    from storage.connections import Connection
    from storage.poll_cursors import Cursor

PAGES = 20
"""Pages of one run: what is left is for the next."""
ENOUGH = 15_000
"""Milliseconds that must be left for another page."""
SHORTEST_PAUSE = 30
LONGEST_PAUSE = 3600
"""Seconds between two tries where the platform names no time, doubling."""


def ask(channel: str, name: str, clock: Callable[[], int], time_left: Callable[[], int]) -> int:
    """Ask one connection what is new; returns how many facts that were. All times in milliseconds.

    Whatever goes wrong is noted with the connection and tried again later.
    """
    connection = connections.connection(channel, name)
    cursor = poll_cursors.read(channel, name)
    platform = channels.get(channel)
    is_early = cursor.not_before > clock() or _spends_too_fast(platform, connection, clock())
    if not connection.account_id or connection.held or is_early:
        return 0
    try:
        return _ask(platform, connection, cursor, clock, time_left)
    except conversations.Conflict:
        logger.info("Another run asks", channel=channel, connection=name)
    except secrets.UnknownConnection:
        logger.warning("Connection has no secrets", channel=channel, connection=name)
    except (TransientFailure, PermanentFailure) as failure:
        _note(platform, connections.connection(channel, name), failure, clock())
    return 0


def _spends_too_fast(channel: Channel, connection: Connection, now: int) -> bool:
    """Return whether a connection whose budget is nearly used was asked too shortly before."""
    seconds = channel.capabilities.poll_seconds
    if not seconds or not prices.is_metered(channel.name):
        return False
    slower = outreach_budgets.read(channel.name, connection.name, now).slower
    return slower > 1 and now - connection.asked_at < (slower * seconds - seconds // 2) * 1000


def _ask(
    channel: Channel, connection: Connection, cursor: Cursor, clock: Callable[[], int], time_left: Callable[[], int]
) -> int:
    found = _read_back(channel, connection, clock())
    connections.note_connection(channel.name, connection.name, asked_at=clock())
    for _ in range(PAGES):
        if time_left() < ENOUGH:
            break
        answer = _poll(channel, connection, cursor, clock)
        _store(channel, connection, answer, clock())
        pause = int(answer.pause * 1000)
        cursor = poll_cursors.advance(
            channel.name, connection.name, cursor, answer.cursor, clock() + pause if pause else 0
        )
        found += len(answer.events)
        if not answer.more or pause:
            break
    _works(connection)
    return found


def _read_back(channel: Channel, connection: Connection, now: int) -> int:
    """Read back what a webhook did not bring, if it was found silent or nobody asked for a long time."""
    if marks := missed_events.slept(channel, connection, now):
        connections.note_connection(channel.name, connection.name, **marks)
        connection = replace(connection, **marks)
    if not (channel.recovers and connection.missed_until):
        return 0
    return missed_events.read_back(channel, connection, session.fresh(channel.name, connection.name, now), now)


def _poll(channel: Channel, connection: Connection, cursor: Cursor, clock: Callable[[], int]) -> Polled:
    """One page. A token may be refused before its time: what comes with a new one decides."""
    try:
        return channel.receiver.poll(cursor.value, session.fresh(channel.name, connection.name, clock()), clock())
    except TransientFailure as failure:
        if failure.reason != Reason.AUTH or not session.refused(channel.name, connection.name, clock()):
            raise
    return channel.receiver.poll(cursor.value, session.fresh(channel.name, connection.name, clock()), clock())


def _store(channel: Channel, connection: Connection, answer: Polled, now: int) -> None:
    news = known_messages.left_out(channel, connection.name, answer.events)
    reasons = received_facts.add(channel.name, connection.name, news, now)
    missed_events.note_asked(channel, connection, news, now)
    missed_events.note_lost(channel, connection, answer, now)
    if reasons:
        known = sorted(set(reasons))
        logger.warning("Updates quarantined", channel=channel.name, connection=connection.name, reasons=known)
        count("Quarantined", len(reasons))
    if answer.events:
        logger.info("Heard", channel=channel.name, connection=connection.name, facts=len(answer.events))


def _works(connection: Connection) -> None:
    """A connection that answers has no problem that only a person could solve, unless what is sent meets one."""
    if connection.problem in connections.NEEDS_PERSON and connection.reported_by != connections.BY_SEND:
        connections.lift_pause(connection)


def _note(channel: Channel, connection: Connection, failure: ChannelError, now: int) -> None:
    """Have it tried again later, and say with the connection what is wrong."""
    assert isinstance(failure, TransientFailure | PermanentFailure)
    cursor = poll_cursors.read(channel.name, connection.name)
    named = failure.retry_after if isinstance(failure, TransientFailure) else None
    seconds = int(named or min(SHORTEST_PAUSE * 2 ** min(cursor.failures, 10), LONGEST_PAUSE))
    with suppress(conversations.Conflict):  # another run was luckier
        poll_cursors.hold_back(channel.name, connection.name, cursor, now + seconds * 1000)
    meets_more = connection.problem and connection.reported_by == connections.BY_SEND
    if failure.reason in connections.NEEDS_PERSON and not meets_more:
        connections.pause_connection(channel.name, connection.name, str(failure.reason), now + seconds * 1000, seconds)
        count("ConnectionStopped", channel=channel.name, reason=str(failure.reason))
        secrets.forget()
    connections.note_connection(channel.name, connection.name, **error_of(failure, now))
    logger.warning(
        "Not heard", channel=channel.name, connection=connection.name, reason=failure.reason, seconds=seconds
    )
    count("ListenFailed", channel=channel.name, reason=str(failure.reason))
