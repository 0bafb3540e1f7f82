"""The conversations that each agent has read: an item per agent and day, so that a look writes one small item.

Only the items of today and yesterday change; older ones are read once per environment. The stream leaves all of them
out, by their sort key ``@``.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import TYPE_CHECKING

from conversations.read_state import DAY, KEPT_DAYS, ReadMark
from shared import settings
from storage import keys, table
from storage.change_counters import MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from storage.attribute_values import Item
    from storage.keys import Key

_PREFIX = "r."
_DIGEST = 8
"""Bytes by which a conversation is known within an item."""
_AGENTS = 200
"""Agents whose older marks are kept in memory."""
_older: OrderedDict[tuple[str, str, int], dict[str, ReadMark]] = OrderedDict()
"""Marks of the days that change no more, by table, agent and day."""


class Marks:
    """The marks of one agent."""

    def __init__(self, marks: dict[str, ReadMark]) -> None:
        self._marks = marks

    def of(self, conversation: str) -> ReadMark | None:
        """Return the mark of a conversation; None where there is none, or it is too old."""
        return self._marks.get(_name(conversation))


def put(agent_id: str, conversation: str, mark: ReadMark) -> None:
    """Keep how much an agent has read of a conversation."""
    day = mark.at // DAY
    table.update(
        _key(agent_id, day),
        "SET #mark = :mark, expires = :expires",
        names={"#mark": _name(conversation)},
        mark=f"{mark.count}.{mark.at}",
        expires=(day + KEPT_DAYS + 1) * DAY // 1000,
    )


def read(agent_id: str, now: int) -> Marks:
    """Return the marks of an agent, perhaps a moment old, in one request."""
    wanted, marks_in = to_read(agent_id, now)
    return marks_in(table.get_many(wanted))


def to_read(agent_id: str, now: int) -> tuple[list[Key], Callable[[Mapping[Key, Item]], Marks]]:
    """Return the keys of the items with an agent's marks, and a function that takes the marks out of those items."""
    today = now // DAY
    first = today - KEPT_DAYS
    begin, changing = (settings.table_name(), agent_id, first), range(today - 1, today + 1)
    kept = _older.get(begin)

    def marks_in(items: Mapping[Key, Item]) -> Marks:
        older = _merged(items, agent_id, range(first, today - 1)) if kept is None else kept
        _older[begin] = older
        while len(_older) > _AGENTS:
            _older.popitem(last=False)
        return Marks(older | _merged(items, agent_id, changing))

    days = range(first, today + 1) if kept is None else changing
    return [_key(agent_id, day) for day in days], marks_in


def _merged(items: Mapping[Key, Item], agent_id: str, days: Iterable[int]) -> dict[str, ReadMark]:
    """Return the marks of some days, the later ones before the earlier."""
    marks: dict[str, ReadMark] = {}
    for day in days:
        item = items.get(_key(agent_id, day), {})
        marks |= {name: _mark(value) for name, value in item.items() if name.startswith(_PREFIX)}
    return marks


def _mark(value: str) -> ReadMark:
    count, _, at = value.partition(".")
    return ReadMark(int(count), int(at))


def _key(agent_id: str, day: int) -> keys.Key:
    return f"read#{agent_id}#{day}", MARK


def _name(conversation: str) -> str:
    return _PREFIX + hashlib.blake2s(conversation.encode(), digest_size=_DIGEST).hexdigest()
