"""Calls of a platform that did not get through and that it repeats only when it is asked to: noticed, and asked for.

Where a platform repeats nothing, what was written meanwhile is read back as far as it shows that. The connection says
what came of it: how much was fetched, and of what time something could not be had.

That some are missing shows in three ways: the webhook had fallen out; asking finds what it should have brought; nobody
asked for a long time, so this installation was down. The beginning is only known roughly, so more is asked for than was
lost: what is known already changes nothing when it comes again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import astuple

from application import known_messages
from application.connections.webhooks import error_of
from channels.base import Lost, PermanentFailure, Polled
from conversations.facts import Event, Fact, Kind, Visibility
from shared.telemetry import count, logger
from storage import connections, received_facts
from storage.connection_items import Gap, Loss

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from channels.base import Channel, Credentials
    from storage.connections import Connection

ASLEEP = 2 * 3_600_000
"""Milliseconds without asking, after which this installation was down rather than late."""
UNDER_WAY = 60_000
"""Milliseconds that a call may take."""
MARGIN = connections.SIGN_KEPT + UNDER_WAY
"""Milliseconds before the last sign of life of a webhook, as that is not noted more exactly."""
SETTLED = 12 * 60_000
"""Milliseconds after which a platform has what it is asked for together."""


def fallen_out(channel: Channel, connection: Connection, now: int) -> Mapping[str, int]:
    """The marks of a connection whose webhook was just registered again."""
    if not connection.hooked_at or not (channel.replays or channel.recovers):
        return {}
    return _marks(connection, connection.hooked_at, now, MARGIN if channel.replays else 0)


def slept(channel: Channel, connection: Connection, now: int) -> Mapping[str, int]:
    """The marks of a connection whose webhook may have called in vain, as nobody asked for a long time."""
    is_awake = not connection.asked_at or connection.asked_at + ASLEEP >= now
    return (
        {}
        if is_awake or not (channel.recovers and connection.webhook)
        else _marks(connection, connection.asked_at, now, 0)
    )


def read_back(channel: Channel, connection: Connection, credentials: Credentials, now: int) -> int:
    """Read back what was written while calls did not arrive, and note what came of it; returns how many messages.

    Raises ``TransientFailure`` when it is to be tried again.
    """
    since, until = connection.missed_since, connection.missed_until
    try:
        answer = channel.receiver.recover(max(0, since - UNDER_WAY), until, credentials)
    except PermanentFailure as failure:
        answer = Polled([], "", lost=tuple(Lost(each, since, until) for each in Visibility))
        logger.warning("Missed calls are lost", channel=channel.name, connection=connection.name, error=str(failure))
    news = known_messages.left_out(channel, connection.name, answer.events)
    received_facts.add(channel.name, connection.name, news, now)
    fetched = sum(isinstance(each, Fact) and each.kind == Kind.MESSAGE and not each.own for each in news)
    lost = tuple(Loss(each.visibility, max(each.since, since), min(each.until, until)) for each in answer.lost)
    connections.note_gap(channel.name, connection.name, Gap(since, until, fetched, lost))
    logger.warning("Missed messages read back", channel=channel.name, connection=connection.name, facts=fetched)
    count("MissedReadBack", channel=channel.name)
    return fetched


def note_lost(channel: Channel, connection: Connection, answer: Polled, now: int) -> None:
    """Note what a poll could not read any more."""
    if answer.lost:
        lost = tuple(Loss(*astuple(each)) for each in answer.lost)
        since, fetched = min(each.since for each in lost), sum(isinstance(each, Fact) for each in answer.events)
        connections.note_gap(channel.name, connection.name, Gap(since, now, fetched, lost))


def note_asked(channel: Channel, connection: Connection, events: Iterable[Event], now: int) -> None:
    """Note what asking shows: ``events`` is what nobody knew; ``connection`` is as it was before."""
    if not (channel.replays and connection.webhook and connection.asked_at):
        return
    late = [
        fact.at
        for fact in events
        if isinstance(fact, Fact) and channel.account.missed_by_webhook(fact) and fact.at + UNDER_WAY < now
    ]
    if late:
        _note(connection, min(*late, connection.last_event_at or now), now)
    elif connection.asked_at + ASLEEP < now:
        _note(connection, connection.asked_at, now)


def make_up(channel: Channel, connection: Connection, credentials: Credentials, now: int) -> Mapping[str, int | str]:
    """Ask for what was missed, once the platform has it together; the marks that this leaves.

    Raises ``TransientFailure`` when it is to be tried again.
    """
    since, until = connection.missed_since, connection.missed_until
    if not until or until + SETTLED > now:
        return {}
    done: dict[str, int | str] = {"missed_since": 0, "missed_until": 0, "gap": connections.gap_mark(Gap(since, until))}
    try:
        channel.account.replay(credentials, connection.webhook, since, until, now)
    except PermanentFailure as failure:
        error = str(failure)
        logger.warning("Missed calls are lost", channel=connection.channel, connection=connection.name, error=error)
        lost = tuple(Loss(each, since, until) for each in Visibility)
        return done | error_of(failure, now) | {"gap": connections.gap_mark(Gap(since, until, 0, lost))}
    count("WebhookReplayed", channel=connection.channel)
    logger.warning("Missed calls asked for", channel=connection.channel, connection=connection.name, since=since)
    return done


def _note(connection: Connection, since: int, now: int) -> None:
    marks = _marks(connection, since, now)
    connections.note_connection(connection.channel, connection.name, **marks)
    logger.warning("Calls missed", channel=connection.channel, connection=connection.name, since=since)
    count("WebhookMissed", channel=connection.channel)


def _marks(connection: Connection, since: int, now: int, margin: int = MARGIN) -> dict[str, int]:
    begun = since - margin
    return {"missed_since": min(connection.missed_since or begun, begun), "missed_until": now}
