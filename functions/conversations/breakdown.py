"""Outcomes of conversations by agent, by tag and by the hour of the week in which they began; pure.

It is read from the heads themselves, so nothing is counted when something happens, and nothing can be counted twice.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec import Struct

from conversations.conversation import Status
from conversations.promise import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from conversations.conversation import Conversation
    from conversations.facts import Author

    Key = tuple[str, str]
    """An id and a name, which is empty for what has none."""

HOURS = 7 * 24


class Line(Struct, frozen=True):
    """Outcomes of the conversations of one agent, or with one tag."""

    id: str
    name: str
    conversations: int
    resolved: int
    missed: int
    """Conversations in which a target was missed and is not made up for."""
    solved: int
    """Conversations whose follow-up says that it is solved."""


def by_agent(heads: Iterable[Conversation]) -> list[Line]:
    """Return a line for each agent who looks after some of the conversations, the most first."""
    return _lines(heads, lambda head: [_names_of(head.assignee)] if head.assignee else [])


def by_tag(heads: Iterable[Conversation]) -> list[Line]:
    """Return a line for each tag, the most frequent first; a conversation with two tags is in both."""
    return _lines(heads, lambda head: [(tag, "") for tag in head.tags])


def by_hour(heads: Iterable[Conversation], zone: str) -> list[int]:
    """Return how many conversations began in each hour of the week by a zone's clock, from Monday at midnight."""
    counts = [0] * HOURS
    clock = ZoneInfo(zone)
    for head in heads:
        local = datetime.fromtimestamp(head.opened_at / 1000, clock)
        counts[local.weekday() * 24 + local.hour] += 1
    return counts


def _names_of(agent: Author) -> Key:
    return agent.id or "", agent.name or ""


def _lines(heads: Iterable[Conversation], keys_of: Callable[[Conversation], Sequence[Key]]) -> list[Line]:
    groups: dict[str, list[Conversation]] = defaultdict(list)
    names: dict[str, str] = {}
    for head in heads:
        for key, name in keys_of(head):
            groups[key].append(head)
            names[key] = name or names.get(key, "")
    lines = [_line(key, names[key], group) for key, group in groups.items()]
    return sorted(lines, key=lambda line: (-line.conversations, line.name, line.id))


def _line(key: str, name: str, heads: Sequence[Conversation]) -> Line:
    return Line(
        id=key,
        name=name,
        conversations=len(heads),
        resolved=sum(head.status == Status.RESOLVED for head in heads),
        missed=sum(bool(head.service_level.missed) for head in heads),
        solved=sum(head.follow_up is not None and head.follow_up.outcome == Outcome.SOLVED for head in heads),
    )
