"""Arrival of what platforms report: the time of what has no plausible one of its own, and the order within a moment.

Both are noted once and stay: what is delivered again keeps the time and the place of its first arrival.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from conversations import identity
from conversations.facts import Fact, Kind
from storage import keys, mapping, table
from storage.schema import LeaveOut, Schema
from storage.writes import expires_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.facts import Event
    from storage.attribute_values import StoredItem
    from storage.keys import Key


class Arrival(Struct, frozen=True):
    """First arrival of something that its platform dates later than that, or not at all."""

    at: int
    """Time in milliseconds."""


ARRIVAL = Schema(Arrival, leave_out=LeaveOut.NONE, at="at")
_PLACE = mapping.FACT.attribute_of("arrival")
MOST = 1000
"""Events of one call that are told apart by their places in it."""


def dated(channel: str, connection: str, events: Sequence[Event], now: int) -> tuple[list[Event], list[StoredItem]]:
    """Return events none of which is later than its first arrival, and the items that note such arrivals.

    Only those that their platform dates later than ``now`` (milliseconds), or not at all, are looked up.
    """
    late = {_key(channel, connection, each): each for each in events if isinstance(each, Fact) and _is_late(each, now)}
    if not late:
        return [*events], []
    found = {key: ARRIVAL.read(item).at for key, item in table.get_many(late).items()}
    times = {key: found.get(key, now) for key in late}
    dated_events = [
        replace(each, at=times[_key(channel, connection, each)], is_undated=False)
        if isinstance(each, Fact) and _is_late(each, now)
        else each
        for each in events
    ]
    return dated_events, [ARRIVAL.item(key, Arrival(at), expires_at(at, now)) for key, at in times.items()]


def numbered(events: Sequence[Event], now: int) -> list[Event]:
    """Return events with their places in the order of arrival, as far as nothing else tells their order."""
    return [
        replace(event, arrival=now * MOST + min(number, MOST - 1), by_arrival=False)
        if isinstance(event, Fact) and event.by_arrival and event.kind == Kind.MESSAGE
        else event
        for number, event in enumerate(events)
    ]


def put(new: dict[Key, StoredItem]) -> None:
    """Write items; the place of what arrived before stays as it is. Raises ``NotStored``."""
    placed = [key for key, item in new.items() if _PLACE in item]
    if placed and len(new) == 1:
        table.put_new(new[placed[0]])
        return
    for key, stored in table.get_many(placed).items() if placed else ():
        new[key].pop(_PLACE)
        if _PLACE in stored:
            new[key][_PLACE] = stored[_PLACE]
    table.put_many(list(new.values()))


def _is_late(fact: Fact, now: int) -> bool:
    return fact.is_undated or fact.at > now


def _key(channel: str, connection: str, fact: Fact) -> Key:
    """Return where an arrival is noted: a partition of its own, which says nothing of what arrived."""
    name = f"arrival\0{fact.thread_id}\0{fact.branch_id}\0{identity.position(fact)}"
    return identity.thread_key(channel, connection, name), keys.ARRIVAL
