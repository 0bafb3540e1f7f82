"""A page of the follow-ups of one state: keys out of the index, partition by partition, then their heads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from conversations import inbox_order
from conversations.model import FollowUpState, Outcome
from storage import conversations

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conversations.model import Conversation

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
"""What can be asked for. ``asked`` waits for an answer; ``due`` is planned for today, ``overdue`` should have been."""
Cursor = dict[str, "conversations.Place | None"]
"""Per partition the place of the last follow-up shown, empty at its beginning; None where it is read to its end."""


def cursor_reader(state: str, now: int) -> Callable[[Any], Cursor | None]:
    """What returns the cursor of a list of one state out of what JSON made of it, and None for anything that no page
    gives out until now (milliseconds)."""
    until = _until(state, now)
    return lambda value: inbox_order.places_of(
        value, lambda each: conversations.follow_up_place_of(each, STATES[state], until)
    )


def page(
    teams: Sequence[str], state: str, limit: int, now: int, cursor: Cursor | None = None
) -> tuple[list[Conversation], Cursor | None]:
    """The next heads, in the order of the state, and where the page after them begins; None when there is none.

    A head that changed since the index was read, so that it is in another state by now, is shown as it is.
    """
    names = [name for team in teams for name in inbox_order.partitions(team)]
    places: Cursor = {name: (cursor or {}).get(name, []) for name in names}
    ahead = _until(state, now)

    def read(name: str) -> list[tuple[conversations.Listed, str]]:
        place = places[name]
        if place is None:
            return []
        found, _ = conversations.follow_ups_part(name, STATES[state], limit + 1, place or None, ahead)
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
    """Up to when (milliseconds) what is due is listed; None where that does not matter."""
    return {"due": now + DUE_WITHIN, "overdue": now}.get(state)
