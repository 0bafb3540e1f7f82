"""Calls of a platform that did not get through and that it repeats only when it is asked to: noticed, and asked for.

That some are missing shows in three ways: the webhook had fallen out; asking finds what it should have brought; nobody
asked for a long time, so this installation was down. The beginning is only known roughly, so more is asked for than was
lost: what is known already changes nothing when it comes again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.connections.webhooks import error_of
from channels.base import PermanentFailure
from conversations.facts import Fact
from shared.telemetry import count, logger
from storage import connections

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from channels.base import Channel, Credentials
    from storage.connections import Connection
    from storage.received_facts import Event

ASLEEP = 2 * 3_600_000
"""Milliseconds without asking, after which this installation was down rather than late."""
UNDER_WAY = 60_000
"""Milliseconds that a call may take."""
MARGIN = connections.SIGN_KEPT + UNDER_WAY
"""Milliseconds before the last sign of life of a webhook, as that is not noted more exactly."""
SETTLED = 12 * 60_000
"""Milliseconds after which a platform has what it is asked for together."""


def fallen_out(connection: Connection, now: int) -> Mapping[str, int]:
    """The marks of a connection whose webhook was just registered again."""
    return _marks(connection, connection.hooked_at, now) if connection.hooked_at else {}


def note_asked(channel: Channel, connection: Connection, found: Iterable[Event], now: int) -> None:
    """Note what asking shows: ``found`` is what nobody knew; ``connection`` is as it was before."""
    if not (channel.replays and connection.webhook and connection.asked_at):
        return
    late = [
        fact.at
        for fact in found
        if isinstance(fact, Fact) and channel.account.missed_by_webhook(fact) and fact.at + UNDER_WAY < now
    ]
    if late:
        _note(connection, min(*late, connection.last_event_at or now), now)
    elif connection.asked_at + ASLEEP < now:
        _note(connection, connection.asked_at, now)


def make_up(channel: Channel, connection: Connection, found: Credentials, now: int) -> Mapping[str, int | str]:
    """Ask for what was missed, once the platform has it together; the marks that this leaves.

    Raises ``TransientFailure`` when it is to be tried again.
    """
    since, until = connection.missed_since, connection.missed_until
    if not until or until + SETTLED > now:
        return {}
    done: dict[str, int | str] = {"missed_since": 0, "missed_until": 0}
    try:
        channel.account.replay(found, connection.webhook, since, until, now)
    except PermanentFailure as failure:
        error = str(failure)
        logger.warning("Missed calls are lost", channel=connection.channel, connection=connection.name, error=error)
        return done | error_of(failure, now)
    count("WebhookReplayed", channel=connection.channel)
    logger.warning("Missed calls asked for", channel=connection.channel, connection=connection.name, since=since)
    return done


def _note(connection: Connection, since: int, now: int) -> None:
    marks = _marks(connection, since, now)
    connections.note_connection(connection.channel, connection.name, **marks)
    logger.warning("Calls missed", channel=connection.channel, connection=connection.name, since=since)
    count("WebhookMissed", channel=connection.channel)


def _marks(connection: Connection, since: int, now: int) -> dict[str, int]:
    begun = since - MARGIN
    return {"missed_since": min(connection.missed_since or begun, begun), "missed_until": now}
