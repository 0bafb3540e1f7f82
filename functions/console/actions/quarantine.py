"""Second tries of what could not be read, as an administrator asks for them: of one entry, or of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from application import quarantine as second_tries
from application.quarantine import Outcome, Tried
from aws import mail_queue
from storage import quarantine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from console.authorization import Agent
    from storage.quarantine import Entry, Group

AT_ONCE = 20
"""Entries that one request tries."""
LONGEST = 12_000
"""Milliseconds after which a request begins with no further one; API Gateway waits for 29 seconds."""
MAIL = "email"


class TriedGroup(NamedTuple):
    """Results of trying entries of a group, and the id after which to go on; ``""`` where nothing is left."""

    tried: Sequence[Tried]
    after: str


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
