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
    table_name, today = settings.table_name(), now // DAY
    begin, changing = (table_name, agent_id, today - KEPT_DAYS), {today, today - 1}
    kept = _older.get(begin)
    days = changing if kept is not None else set(range(today - KEPT_DAYS, today + 1))
    found = table.get_many(_key(agent_id, day) for day in days)
    if kept is None:
        kept = _merged(found, agent_id, sorted(days - changing))
        _older[begin] = kept
        while len(_older) > _AGENTS:
            _older.popitem(last=False)
    return Marks(kept | _merged(found, agent_id, sorted(changing)))


def _merged(found: dict[Key, Item], agent_id: str, days: list[int]) -> dict[str, ReadMark]:
    """Return the marks of some days, the later ones before the earlier."""
    marks: dict[str, ReadMark] = {}
    for day in days:
        item = found.get(_key(agent_id, day), {})
        marks |= {name: _mark(value) for name, value in item.items() if name.startswith(_PREFIX)}
    return marks


def _mark(value: str) -> ReadMark:
    count, _, at = value.partition(".")
    return ReadMark(int(count), int(at))


def _key(agent_id: str, day: int) -> keys.Key:
    return f"read#{agent_id}#{day}", MARK


def _name(conversation: str) -> str:
    return _PREFIX + hashlib.blake2s(conversation.encode(), digest_size=_DIGEST).hexdigest()
