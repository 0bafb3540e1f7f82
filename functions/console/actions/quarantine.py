"""Updates that could not be read: lists and numbers of them, notes that somebody dealt with one, and second tries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from application import quarantine as second_tries
from application.quarantine import Outcome, Tried
from aws import mail_queue
from console.authorization import LEADS
from console.errors import ApiError
from storage import audit, quarantine, raw_mails
from storage.quarantine import LISTS, MOST, UNREAD, Group

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Sequence

    from console.authorization import Agent
    from storage.quarantine import Entry

__all__ = ["LISTS", "MOST", "UNREAD", "Group"]

AT_ONCE = 20
"""Entries that one request tries."""
LONGEST = 12_000
"""Milliseconds after which a request begins with no further one; API Gateway waits for 29 seconds."""
MAIL = "email"
_ID = re.compile(r"\d{13}-[0-9a-f]{32}", re.ASCII)


class TriedGroup(NamedTuple):
    """Results of trying entries of a group, and the id after which to go on; ``""`` where nothing is left."""

    tried: Sequence[Tried]
    after: str


def entries(name: str, after: str, most: int) -> tuple[list[Entry], bool]:
    """Return the entries of a list after one of them, the latest first, and whether there are more."""
    return quarantine.entries(name, after, most)


def original(agent: Agent, entry: Entry) -> str | None:
    """Return where a mail can be downloaded, for leads; never one that holds a virus."""
    is_permitted = agent.has(LEADS) and entry.reason != "virus"
    return raw_mails.link(entry.key) if entry.key and is_permitted else None


def counts(name: str) -> tuple[Counter[Group], bool]:
    """Return the numbers of a list by account and reason, and whether there are entries that were not counted."""
    return quarantine.counts(name)


def place_of(value: Any) -> str | None:
    """Return the id of an entry, as far as its form tells; None for anything else."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def find(entry_id: str) -> Entry:
    """Return the entry of an id; raises a 404."""
    entry = quarantine.find(entry_id) if place_of(entry_id) else None
    if entry is None:
        raise ApiError(404, "no_unread")
    return entry


def handle(agent: Agent, entry_id: str, now: int) -> None:
    """Note that an agent dealt with an entry; raises a 404."""
    entry, by = find(entry_id), agent.author
    quarantine.handle(entry, by, now, [audit.entry(audit.AuditEvent.UNREAD_HANDLED, by, entry.id, now)])


def try_again(entry: Entry, agent: Agent, now: int) -> Tried:
    """Read an entry again. A mail is read by its own function: this one may read the secrets of all channels."""
    if entry.channel != MAIL or not entry.key:
        return second_tries.read_again(entry, agent.author, now)
    if second_tries.source_of(entry) is None:
        return Tried(entry, Outcome.NO_SOURCE, entry.reason)
    mail_queue.read_again(entry.id, agent.id, agent.name)
    return Tried(entry, Outcome.WAITING, entry.reason)


def try_group(group: Group, after: str, agent: Agent, clock: Callable[[], int]) -> TriedGroup:
    """Read the next entries of a group again, the newest first, as many as one request may."""
    begun = clock()
    found, following = quarantine.of_group(group, after, AT_ONCE)
    tried: list[Tried] = []
    for entry in found:
        if tried and clock() - begun > LONGEST:
            return TriedGroup(tried, tried[-1].entry.id)
        tried.append(try_again(entry, agent, clock()))
    return TriedGroup(tried, following)
