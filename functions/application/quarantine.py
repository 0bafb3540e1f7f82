"""Second tries: what could not be read is read from its source by the parser of today, and stored like all else.

Facts are stored before the entry leaves its list, and are the same each time: so a try may be made twice, at the same
time, or die at any line.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

import channels
from application import known_messages, other_accounts
from aws import secrets
from channels import _payload
from channels.base import Credentials
from conversations.facts import Nudge, Unreadable
from storage import audit, connection_accounts, quarantine, quarantined_sources, received_facts
from storage.audit import AuditEvent
from storage.table import Conflict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.facts import Author, Event, Source
    from storage.quarantine import Entry


class Outcome(StrEnum):
    """Result of a try."""

    READ = "read"
    """Its facts are stored, and it has left the list."""
    UNREADABLE = "unreadable"
    """It still cannot be read, for the reason that is noted with it now."""
    WAITING = "waiting"
    """It is a mail, which another function reads within seconds."""
    NO_SOURCE = "no_source"
    """It was stored without what is needed to read it again."""
    NO_CONNECTION = "no_connection"
    """Its connection, or its channel, is not there any more."""


class Tried(Struct, frozen=True):
    """Result of a try with one entry."""

    entry: Entry
    outcome: Outcome
    reason: str
    """The reason for which it cannot be read now; empty once it is read."""


def source_of(entry: Entry) -> Source | None:
    """Return the source of an entry; None where it has none."""
    return quarantined_sources.read(entry.channel, entry.connection, entry.digest)


def read_again(entry: Entry, by: Author, now: int) -> Tried:
    """Read an update again; ``now`` in milliseconds.

    Raises ``NotStored``, ``Conflict`` while the table is busy, or ``secrets.Unavailable``: then nothing is lost.
    """
    source = source_of(entry)
    if source is None:
        return Tried(entry, Outcome.NO_SOURCE, entry.reason)
    try:
        credentials = Credentials.of(secrets.read(entry.channel, entry.connection))
    except secrets.UnknownConnection:
        return Tried(entry, Outcome.NO_CONNECTION, entry.reason)
    if entry.channel not in channels.names():
        return Tried(entry, Outcome.NO_CONNECTION, entry.reason)
    events = _payload.read_source(channels.get(entry.channel), source, credentials)
    connection_accounts.forget()  # an account may have been connected for just this
    sorted_events = other_accounts.by_connection(
        entry.channel,
        entry.connection,
        events,
        lambda other: other_accounts.share_a_secret(entry.channel, credentials, other),
    )
    left = [each for name, its in sorted_events.items() for each in _stored(entry.channel, name, its, now)]
    return settle(entry, left, by, now)


def _stored(channel: str, connection: str, events: Sequence[Event], now: int) -> list[Unreadable]:
    """Store what can be read, and return what cannot."""
    fitting = [event if isinstance(event, Nudge) else received_facts.fitting(event) for event in events]
    readable = [event for event in fitting if not isinstance(event, Unreadable)]
    new = known_messages.left_out(channels.get(channel), connection, readable)
    if new:
        received_facts.add(channel, connection, new, now)
    return [event for event in fitting if isinstance(event, Unreadable)]


def settle(entry: Entry, unreadable: Sequence[Unreadable], by: Author, now: int) -> Tried:
    """Note the result of a try whose facts are stored. Raises ``Conflict`` while the table is busy."""
    reason = unreadable[0].reason if unreadable else ""
    tried = Tried(entry, Outcome.UNREADABLE if reason else Outcome.READ, reason)
    detail = {"result": str(tried.outcome)} | ({"reason": reason} if reason else {})
    noted = [audit.entry(AuditEvent.UNREAD_RETRIED, by, entry.id, now, **detail)]
    try:
        if reason:
            quarantine.note_tried(entry, reason, now, noted)
        else:
            quarantine.handle(entry, by, now, noted, was_read=True)
    except Conflict:
        # Another try, or somebody who dealt with it, was first; what was read is stored either way.
        if quarantine.find(entry.id) is not None:
            raise
    return tried
