"""Status of agents, and the rule by which the next conversation is given to one of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

LAPSE = 45 * 60_000
"""Milliseconds after which one whose page said nothing any more is taken to have left."""
LARGEST_CAPACITY = 999
USUAL_CAPACITY = 0
"""No limit."""


class Presence(StrEnum):
    """Status that an agent gives themselves."""

    HERE = "here"
    AWAY = "away"
    FULL = "full"
    """Here, and takes nothing more."""


class Availability(Struct, frozen=True):
    """The status of an agent."""

    agent_id: str
    name: str = ""
    status: Presence = Presence.AWAY
    capacity: int = USUAL_CAPACITY
    """Number of open conversations that the agent wants to hold at most; 0 for any number."""
    since: int = 0
    """Time (milliseconds) since which the status is so."""
    at: int = 0
    """Time (milliseconds) at which the agent's page last said so."""


def current(availability: Availability, now: int) -> tuple[Presence, int]:
    """Return the status of an agent, and since when: one who said nothing for a while has left."""
    is_silent = availability.status != Presence.AWAY and now - availability.at > LAPSE
    return (Presence.AWAY, availability.at) if is_silent else (availability.status, availability.since)


def has_room(availability: Availability, held: int) -> bool:
    """Return whether an agent who holds so many open conversations takes one more."""
    return availability.status != Presence.FULL and (not availability.capacity or held < availability.capacity)


def next_in_turn(
    members: Sequence[str], known: Mapping[str, Availability], held: Mapping[str, int], last: str, now: int
) -> Availability | None:
    """Return the member after the last one who is here and has room; None where nobody is.

    The turn goes by the ids, so that it is the same wherever and how often it is computed.
    """
    ordered = sorted(members)
    turn = [each for each in ordered if each > last] + [each for each in ordered if each <= last]
    for agent_id in turn:
        found = known.get(agent_id)
        if found and current(found, now)[0] == Presence.HERE and has_room(found, held.get(agent_id, 0)):
            return found
    return None
