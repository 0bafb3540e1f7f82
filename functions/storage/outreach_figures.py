"""Counters of searches and of what became of what they found, by week and channel. No personal data is here.

Counting twice with one key is counting once: the key names the thing that is counted, such as a proposal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from conversations import metrics
from storage import counted_once, table, writes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from storage.writes import Write

FOUND, PROPOSED, OFFERED, POSTED = "found", "proposed", "offered", "posted"
ANSWERED, THANKED, REFUSED, BLOCKED, COST = "answered", "thanked", "refused", "blocked", "cost"
"""``cost`` in millionths of a US dollar."""
DISMISSED = "dismissed:"
"""Stands before the reason."""
FIT, UNFIT = "fit", "unfit"
"""Marks of a lead who tries a search."""
FIGURES_KEPT = 3 * 366 * 86_400
"""Seconds."""
_NO_FIGURES = frozenset({"pk", "sk", "expires"})


class SearchFigures(Struct, frozen=True):
    """The counters of one week, search and channel."""

    week: str
    search: str
    channel: str
    figures: Mapping[str, int]


def count(search: str, channel: str, what: str, now: int, n: int = 1, *, key: str = "") -> bool:
    """Add to a figure; return whether this call did it.

    ``key`` names what is counted, so that the same thing is counted once in a search; without one it is counted each
    time. A dismissal is ``dismissed:`` and its reason. ``now`` in milliseconds. Raises ``Conflict`` where others keep
    counting in the same row.
    """
    addition = count_write(search, channel, what, now, n)
    if key:
        return counted_once.add(addition, f"figure\0{search}\0{what}\0{key}", now)
    table.write(addition)
    return True


def count_write(search: str, channel: str, what: str, now: int, n: int = 1) -> Write:
    """Return the part of a transaction that adds to a figure."""
    return writes.update(
        (_partition(search), f"{metrics.week_of(now)}#{channel}"),
        "SET expires = :expires ADD #what :n",
        names={"#what": what},
        expires=now // 1000 + FIGURES_KEPT,
        n=n,
    )


def read(search: str, first: str = "", last: str = "9999") -> list[SearchFigures]:
    """Return the figures of a search from one ISO week to another, both included; without them, all that is kept."""
    items = table.query(
        "pk = :pk AND sk BETWEEN :first AND :last", pk=_partition(search), first=first or "0", last=f"{last}~"
    )
    return [_row(search, item) for item in items]


def totals(search: str) -> Mapping[str, int]:
    """Return the sums of all that is kept of a search."""
    return metrics.add_up(row.figures for row in read(search))


def _row(search: str, item: dict[str, Any]) -> SearchFigures:
    week, channel = item["sk"].split("#")
    return SearchFigures(week, search, channel, {name: item[name] for name in item.keys() - _NO_FIGURES})


def _partition(search: str) -> str:
    return f"outreach-figures#{search}"
