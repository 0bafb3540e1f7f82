"""The agents in the table: those who signed in once can be given conversations and be mentioned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared import settings
from storage import table
from storage.schema import Schema, text_set

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.attribute_values import Item

PARTITION = "agents"
DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Known:
    """An agent as the last sign-in told."""

    id: str
    name: str = ""
    email: str = ""
    groups: tuple[str, ...] = ()


AGENT = Schema(Known, name="n", email="m", groups=text_set("g"))
"""The id stands in the key; ``day`` says on which day since 1970 it was written."""


def note(agent: Known, now: int) -> bool:
    """Keep what a sign-in tells of an agent; written once a day, or when it changed. Whether it was written."""
    day = now // DAY
    kept = table.get(PARTITION, agent.id)
    if kept and kept.get("day") == day and _agent_of(kept) == agent:
        return False
    expires = now // 1000 + settings.retention_days() * DAY // 1000
    table.put(AGENT.item((PARTITION, agent.id), agent, expires, day=day))
    return True


def known(ids: Iterable[str]) -> dict[str, Known]:
    """Those of some agents who signed in at some time, perhaps a moment old, in one request."""
    found = table.get_many((PARTITION, each) for each in dict.fromkeys(ids))
    return {key[1]: _agent_of(item) for key, item in found.items()}


def everybody() -> list[Known]:
    """All who signed in at some time, by name."""
    found = [_agent_of(item) for item in table.query("pk = :pk", pk=PARTITION)]
    return sorted(found, key=lambda agent: (agent.name.casefold(), agent.id))


def _agent_of(item: Item) -> Known:
    return AGENT.read(item, id=item["sk"])
