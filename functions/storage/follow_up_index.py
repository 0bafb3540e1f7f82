"""A page of the follow-ups of one state: keys out of the index, partition by partition, then their heads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from conversations import identity, inbox_order
from conversations.promise import FollowUpState, Outcome
from storage import conversations, keys, table
from storage.index_places import FOLLOW_UP_PLACE, checked_follow_up_place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conversations.conversation import Conversation
    from storage.index_places import Place

DUE_WITHIN = 86_400_000
"""Milliseconds ahead that ``due`` looks."""
STATES = {
    "planned": FollowUpState.PLANNED,
    "due": FollowUpState.PLANNED,
    "overdue": FollowUpState.PLANNED,
    "task": FollowUpState.TASK,
    "asked": FollowUpState.ASKED,
    "answered": Outcome.ANSWERED,
    "solved": Outcome.SOLVED,
    "still_broken": Outcome.STILL_BROKEN,
    "other": Outcome.OTHER,
    "no_answer": Outcome.NO_ANSWER,
    "cancelled": FollowUpState.CANCELLED,
    "skipped": FollowUpState.SKIPPED,
    "failed": FollowUpState.FAILED,
}
"""Lists of follow-ups. ``asked`` waits for an answer; ``due`` is planned for today, ``overdue`` should be sent."""
Cursor = dict[str, "Place | None"]
"""Per partition the place of the last follow-up shown, empty at its beginning; None where it is read to its end."""


class Listed(Struct, frozen=True):
    """A follow-up as the index shows it."""

    conversation: str
    place: Place

    @property
    def call(self) -> tuple[str, int]:
        """The version, and the time of the call that is to come (milliseconds), of one that is planned or asked."""
        return self.place[0][14:], int(self.place[0][1:14])


def cursor_reader(state: str, now: int) -> Callable[[Any], Cursor | None]:
    """Return a function that reads the cursor of a list of one state from its JSON value, with None for anything that
    no page gives out until now (milliseconds)."""
    until = _until(state, now)
    return lambda value: inbox_order.places_of(value, lambda each: checked_follow_up_place(each, STATES[state], until))


def page(
    teams: Sequence[str], state: str, limit: int, now: int, cursor: Cursor | None = None
) -> tuple[list[Conversation], Cursor | None]:
    """The next heads, in the order of the state, and where the page after them begins; None when there is none.

    A head that changed since the index was read, so that it is in another state by now, is shown as it is.
    """
    names = [name for team in teams for name in inbox_order.partitions(team)]
    if not names:
        return [], None
    places: Cursor = {name: (cursor or {}).get(name, []) for name in names}
    ahead = _until(state, now)

    def read(name: str) -> list[tuple[Listed, str]]:
        place = places[name]
        if place is None:
            return []
        found, _ = follow_ups_part(name, STATES[state], limit + 1, place or None, ahead)
        return [(listed, name) for listed in found]

    with ThreadPoolExecutor(max_workers=min(len(names), 8)) as pool:
        parts = list(pool.map(read, names))
    waiting = sorted((each for part in parts for each in part), key=lambda each: each[0].place)
    for name, part in zip(names, parts, strict=True):
        if not part:
            places[name] = None
    for listed, name in waiting[:limit]:
        places[name] = listed.place
    shown = [listed.conversation for listed, _ in waiting[:limit]]
    heads = conversations.heads(shown)
    more = len(waiting) > limit
    return [heads[name] for name in shown if name in heads], places if more else None


def _until(state: str, now: int) -> int | None:
    """Time (milliseconds) up to which what is due is listed; None where that does not matter."""
    return {"due": now + DUE_WITHIN, "overdue": now}.get(state)


def follow_ups_part(
    partition: str,
    state: FollowUpState | Outcome,
    limit: int | None = None,
    start: Place | None = None,
    until: int | None = None,
) -> tuple[list[Listed], Place | None]:
    """The next follow-ups of one state in one partition, in their order, and where to go on; None at the end.

    ``until`` (milliseconds) leaves out what comes due later.
    """
    letter = inbox_order.FOLLOW_UP_LETTERS[state]
    condition, values = "fpk = :fpk AND begins_with(fsk, :fsk)", {":fpk": partition, ":fsk": letter}
    if until is not None:
        condition = "fpk = :fpk AND fsk BETWEEN :fsk AND :until"
        values[":until"] = f"{letter}{identity.clamp(until):013d}~"
    begin = {"fpk": partition} | dict(zip(FOLLOW_UP_PLACE, start, strict=True)) if start else None
    found, last = table.query_index("follow-ups", condition, values, limit, begin)
    listed = [Listed(keys.conversation_of(item), [item[n] for n in FOLLOW_UP_PLACE]) for item in found]
    return listed, [last[name] for name in FOLLOW_UP_PLACE] if last else None
