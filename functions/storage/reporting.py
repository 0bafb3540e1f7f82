"""Counters of reports, and bulk follow-ups, in the table. Counting twice is counting once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from conversations import metrics
from storage import table, writes
from storage.schema import marker

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from storage.writes import Write

DAY = 86_400
KEPT = 90 * DAY
"""Seconds for which it is known that a change was counted: longer than any stream repeats it."""
FIGURES_KEPT = 3 * 366 * DAY
ATTEMPTS = 5
MOST_TOGETHER = 40
"""Versions of heads that are counted at once: a transaction has a hundred items, and the weeks of a year are some."""
_NO_FIGURES = frozenset({"pk", "sk", "expires"})


Place = tuple[str, str, str]
"""Team, channel and visibility."""


class Row(Struct, frozen=True):
    """The counters of one week, team, channel and visibility."""

    week: str
    team: str
    channel: str
    visibility: str
    figures: Mapping[str, int]


class Addition(Struct, frozen=True):
    """The amounts that one version of a head adds to the figures."""

    changes: Sequence[tuple[str, int]]
    """Figures of this week, and their amounts."""
    arrived: Sequence[tuple[str, str, int]] = ()
    """Weeks, figures and amounts."""


def count(
    conversation: str,
    version: str,
    row: Place,
    changes: Sequence[tuple[str, int]],
    now: int,
    arrived: Sequence[tuple[str, str, int]] = (),
) -> bool:
    """Add to the figures, once for one version of a head; whether this call did it. Raises as ``count_together``."""
    return bool(count_together(row, {(conversation, version): Addition(changes, arrived)}, now))


def count_together(row: Place, additions: Mapping[tuple[str, str], Addition], now: int) -> list[Addition]:
    """Add to the figures of a row, once for each conversation and version of its head; return what this call counted.

    All is one transaction, of ``MOST_TOGETHER`` versions at most. Raises ``table.Conflict`` when others keep counting
    in the same row.
    """
    waiting = {(f"counted#{conversation}", version): each for (conversation, version), each in additions.items()}
    for attempt in range(ATTEMPTS):
        markers = [writes.put(marker(key, now // 1000 + KEPT), "attribute_not_exists(pk)") for key in waiting]
        try:
            table.transact(*markers, *_updates(row, waiting.values(), now))
        except table.Conflict:
            counted = table.get_many(waiting, as_it_is=True)
            waiting = {key: each for key, each in waiting.items() if key not in counted}
            if not waiting:
                break
            if attempt == ATTEMPTS - 1:
                raise
        else:
            break
    return list(waiting.values())


def _updates(row: Place, additions: Iterable[Addition], now: int) -> list[Write]:
    """Return the parts of a transaction that add up to what is added: one for each week."""
    this_week = metrics.week_of(now)
    weeks: dict[str, Counter[str]] = {}
    for each in additions:
        for week, name, amount in [*((this_week, *change) for change in each.changes), *each.arrived]:
            weeks.setdefault(week, Counter())[name] += amount
    return [addition(row, list(of_week.items()), now, week) for week, of_week in sorted(weeks.items())]


def addition(row: Place, changes: Sequence[tuple[str, int]], now: int, week: str = "") -> Write:
    """The part of a transaction that adds to the figures of a week, without one of this week."""
    team, channel, visibility = row
    names = {f"#n{place}": name for place, (name, _) in enumerate(changes)}
    amounts: dict[str, Any] = {f"n{place}": amount for place, (_, amount) in enumerate(changes)}
    return writes.update(
        (f"figures#{team}", f"{week or metrics.week_of(now)}#{channel}#{visibility}"),
        "SET expires = :expires ADD " + ", ".join(f"#n{place} :n{place}" for place in range(len(changes))),
        names=names,
        expires=now // 1000 + FIGURES_KEPT,
        **amounts,
    )


def rows(team: str, first: str, last: str) -> list[Row]:
    """The figures of a team from one ISO week to another, both included."""
    condition = "pk = :pk AND sk BETWEEN :first AND :last"
    found = table.query(condition, pk=f"figures#{team}", first=first, last=f"{last}~")
    return [_row(team, item) for item in found]


def _row(team: str, item: dict[str, Any]) -> Row:
    week, channel, visibility = item["sk"].split("#")
    counted = {name: value for name, value in item.items() if name not in _NO_FIGURES}
    return Row(week, team, channel, visibility, counted)


def in_batch(batch: str, conversation: str, expires: int) -> Write:
    """The part of a transaction that notes that a promise belongs to a bulk; ``expires`` in seconds since 1970."""
    return writes.put(marker((f"batch#{batch}", conversation), expires))


def batch(name: str, after: str, limit: int) -> list[str]:
    """The next conversations of a bulk, in the order of their ids."""
    found = table.query("pk = :pk AND sk > :after", limit=limit, pk=f"batch#{name}", after=after or " ")
    return [item["sk"] for item in found]
