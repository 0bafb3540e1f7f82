"""Counters of reports, and bulk follow-ups, in the table. Counting twice is counting once.

What a version of a head adds is an entry of its own, whose key follows from the change: a change that is repeated
writes the same entry. A day later the stream repeats nothing any more; then ``fold`` adds entries to the rows of their
weeks, of which there are few. Reports read the rows, and the entries that are in none yet.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from conversations import metrics
from storage import table, writes
from storage.schema import Attribute, Schema, marker, to_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from storage.attribute_values import Item, StoredItem
    from storage.keys import Key
    from storage.writes import Write

DAY = 86_400
KEPT = 90 * DAY
"""Seconds for which an entry is kept: there is time to repair what adds it to its row."""
FIGURES_KEPT = 3 * 366 * DAY
FINAL = 25 * 3_600_000
"""Milliseconds after which no change of that time comes any more: the stream keeps records for a day, and clocks may
differ: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html"""
MOST_FOLDED = 1000
"""Entries of one transaction."""
MOST_ROWS = 40
"""Rows after which no entry is added to a transaction, which has a hundred items: an entry has the weeks of a year."""
READS = 5
"""Times that rows are read while entries are added to them; a report that comes then may lack a thousand at most."""
_NO_FIGURES = frozenset({"pk", "sk", "expires"})
_FOLDED_UNTIL = "~"
"""Sort key of the position up to which a team's entries are in its rows; it stands after all weeks."""

Place = tuple[str, str, str]
"""Team, channel and visibility."""
Figures = tuple[tuple[str, str, int], ...]
"""Weeks, names and amounts."""


class Row(Struct, frozen=True):
    """The counters of one week, team, channel and visibility."""

    week: str
    team: str
    channel: str
    visibility: str
    figures: Mapping[str, int]


class Addition(Struct, frozen=True):
    """The amounts that one version of a head adds to the figures."""

    conversation: str
    version: str
    place: Place
    at: int
    """Time at which the head became this version, as the stream says (milliseconds); a repetition has the same."""
    changes: Sequence[tuple[str, int]]
    """Figures of that week, and their amounts."""
    arrived: Figures = ()

    @property
    def key(self) -> Key:
        """The key of its entry."""
        return _entries(self.place[0]), f"{self.at:013d}#{self.conversation}#{self.version}"

    @property
    def figures(self) -> Figures:
        """All that it adds, each in its week."""
        week = metrics.week_of(self.at)
        return (*((week, name, amount) for name, amount in self.changes), *self.arrived)


class Entry(Struct, frozen=True):
    """Amounts that one version of a head adds, as they are stored."""

    channel: str
    visibility: str
    figures: Figures


ENTRY = Schema(
    Entry,
    channel="ch",
    visibility="vi",
    figures=Attribute(
        "f",
        write=to_json,
        read=lambda stored: tuple((week, name, amount) for week, name, amount in json.loads(stored)),
        form="JSON, list of [week, name, amount]",
    ),
)


class FoldedUntil(Struct, frozen=True):
    """The position up to which a team's entries are in its rows."""

    entry: str


FOLDED_UNTIL = Schema(FoldedUntil, entry="cur")


# -- counting ---------------------------------------------------------------------------------------------------------


def count(
    conversation: str, version: str, place: Place, changes: Sequence[tuple[str, int]], now: int, arrived: Figures = ()
) -> bool:
    """Add to the figures of a version of a head that is made now (milliseconds); return whether this call did it."""
    return bool(add([Addition(conversation, version, place, now, changes, arrived)]))


def add(additions: Sequence[Addition], is_told: bool = True) -> list[Addition]:
    """Store what versions of heads add, each once; raises ``table.NotStored``.

    Returns those that were not stored before if ``is_told``, which costs a read where there are several.
    """
    new = {each.key: each for each in additions}
    if len(new) == 1:
        try:
            table.put(_item(next(iter(new.values()))), "attribute_not_exists(pk)")
        except table.Conflict:
            return []
        return list(new.values())
    if is_told and new:
        known = table.get_many(new, as_it_is=True)
        new = {key: each for key, each in new.items() if key not in known}
    table.put_many([_item(each) for each in new.values()])
    return list(new.values())


def without_marked(additions: Sequence[Addition]) -> list[Addition]:
    """Leave out what the release before counted, which noted each version by a marker; the next one need not."""
    marked = table.get_many({_marker(each) for each in additions}, as_it_is=True)
    return [each for each in additions if _marker(each) not in marked]


def _marker(counted: Addition) -> Key:
    return f"counted#{counted.conversation}", counted.version


def _item(new: Addition) -> StoredItem:
    return ENTRY.item(new.key, Entry(*new.place[1:], new.figures), new.at // 1000 + KEPT)


def _entries(team: str) -> str:
    return f"figure-log#{team}"


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


# -- rows -------------------------------------------------------------------------------------------------------------


def rows(team: str, first: str, last: str) -> list[Row]:
    """The figures of a team from one ISO week to another, both included.

    Rows are read again where entries were added to them meanwhile: they might lack some that the position is behind.
    """
    position = _position(team)
    found: list[Item] = []
    for _ in range(READS):
        found = list(_rows(team, first, last))
        before, position = position, _position(team)
        if position == before:
            break
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for item in found:
        counted[item["sk"]].update({name: value for name, value in item.items() if name not in _NO_FIGURES})
    for item in table.query("pk = :pk AND sk > :after", pk=_entries(team), after=position):
        _add_up(item, counted)
    return [
        Row(week, team, channel, visibility, dict(figures))
        for sort_key, figures in sorted(counted.items())
        for week, channel, visibility in [sort_key.split("#")]
        if first <= week <= last
    ]


def _rows(team: str, first: str, last: str) -> Iterator[Item]:
    return table.query("pk = :pk AND sk BETWEEN :first AND :last", pk=f"figures#{team}", first=first, last=f"{last}~")


def _add_up(item: Item, counted: dict[str, Counter[str]]) -> None:
    """Add an entry to rows, by their sort keys."""
    entry = ENTRY.read(item)
    for week, name, amount in entry.figures:
        counted[f"{week}#{entry.channel}#{entry.visibility}"][name] += amount


def _position(team: str) -> str:
    """Return the position up to which a team's entries are in its rows; without one, that before all entries."""
    item = table.get(f"figures#{team}", _FOLDED_UNTIL)
    return FOLDED_UNTIL.read(item).entry if item else "0"


def fold(team: str, now: int) -> int:
    """Add the oldest final entries of a team to the rows of their weeks; return their number, 0 where all are there.

    Entries and position are one transaction: raises ``table.Conflict`` where another call did the same.
    """
    before = _position(team)
    until = f"{now - FINAL:013d}"
    if until <= before:
        return 0  # a call with a later clock did all that is final by this one
    condition = "pk = :pk AND sk BETWEEN :after AND :until"
    # Nothing sorts between an entry and the same with a blank behind it.
    items = table.query(condition, limit=MOST_FOLDED, pk=_entries(team), after=f"{before} ", until=until)
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    last, number = "", 0
    for item in items:
        if len(counted) >= MOST_ROWS:
            break
        _add_up(item, counted)
        last, number = item["sk"], number + 1
    if number:
        position = FOLDED_UNTIL.item((f"figures#{team}", _FOLDED_UNTIL), FoldedUntil(last))
        is_same = writes.put(position, "attribute_not_exists(cur) OR cur = :cur", cur=before)
        table.transact(is_same, *(_addition(team, *each, now) for each in counted.items() if any(each[1].values())))
    return number


def _addition(team: str, sort_key: str, figures: Counter[str], now: int) -> Write:
    week, channel, visibility = sort_key.split("#")
    changes = [(name, amount) for name, amount in figures.items() if amount]
    return addition((team, channel, visibility), changes, now, week)


# -- bulk follow-ups --------------------------------------------------------------------------------------------------


def in_batch(batch: str, conversation: str, expires: int) -> Write:
    """The part of a transaction that notes that a promise belongs to a bulk; ``expires`` in seconds since 1970."""
    return writes.put(marker((f"batch#{batch}", conversation), expires))


def batch(name: str, after: str, limit: int) -> list[str]:
    """The next conversations of a bulk, in the order of their ids."""
    items = table.query("pk = :pk AND sk > :after", limit=limit, pk=f"batch#{name}", after=after or " ")
    return [item["sk"] for item in items]
