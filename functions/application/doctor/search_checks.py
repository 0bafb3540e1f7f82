"""Checks of saved searches, their sources and clocks. Pure: times are milliseconds and come along."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field

from application.doctor.outcomes import Outcome, finding
from channels._search import NO_YOUTUBE
from outreach.searches import REFUSALS, kinds
from storage.searches import SourceCursor

if TYPE_CHECKING:
    from outreach.searches import Search, Source

LATE = 3 * 3_600_000
"""Milliseconds for which a source may be left alone after its time: the longest clock has an hour."""
FAILURES = 3
"""Failures in a row before somebody is told."""


class SearchState(Struct, frozen=True):
    """A search, and the positions of its sources by their keys."""

    search: Search
    cursors: Mapping[str, SourceCursor] = field(default_factory=dict)


def searches(every: Sequence[SearchState], resting: Collection[str], now: int) -> Iterator[Outcome]:
    """Find searches that paused themselves, and sources that do not answer or that nobody asks.

    ``resting`` are labels of connections that are there and held, of which their own check tells.
    """
    for state in every:
        search = state.search
        if search.paused:
            yield from _paused(search)
            continue
        for source in search.sources:
            if source.feed or _label(source) not in resting:
                yield from _source(state, source, now)


def _paused(search: Search) -> Iterator[Outcome]:
    """Find why a search paused itself; one that a person paused is in order."""
    if search.pause_reason:
        code = "refused" if search.pause_reason == REFUSALS else "no_source"
        yield finding("searches", code, search=search.name)


def _source(state: SearchState, source: Source, now: int) -> Iterator[Outcome]:
    cursor = state.cursors.get(source.key, SourceCursor())
    names = {"search": state.search.name, "source": _label(source)}
    if cursor.problem == "permission":
        yield finding("searches", "not_permitted", **names)
    elif cursor.problem == NO_YOUTUBE:
        yield finding("searches", NO_YOUTUBE, **names)
    elif cursor.problem and cursor.failures >= FAILURES:
        yield finding("searches", "failing", reason=cursor.problem, **names)
    elif max(state.search.created_at, cursor.asked_at, cursor.not_before) + LATE < now:
        yield finding("searches", "silent", **names)


def clocks(
    every: Sequence[SearchState], names: Mapping[tuple[str, str], str], there: Collection[str]
) -> Iterator[Outcome]:
    """Find searches that have no schedule for one kind of their sources; ``names`` by search and kind."""
    for search in (state.search for state in every if not state.search.paused):
        for kind in kinds(search):
            if names[search.id, kind] not in there:
                yield finding("schedules", "not_searched", search=search.name, kind=kind)


def _label(source: Source) -> str:
    return source.feed or f"{source.channel}/{source.connection}"
