"""The agents in the table: those who signed in once can be given conversations and be mentioned, while they are here.

Whose account was removed, disabled or left without a role is known here as gone: what was theirs keeps their name, and
their tokens are refused.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from shared import settings
from storage import table
from storage.schema import Schema, text_set

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.attribute_values import Item

PARTITION = "agents"
DAY = 86_400_000
KEPT = 60.0
"""Seconds for which those who are gone are not read again."""
_gone: dict[str, tuple[float, frozenset[str]]] = {}
"""Ids of those who are gone, by table, and until when they are believed."""


class Known(Struct, frozen=True):
    """An agent as the last sign-in told."""

    id: str
    name: str = ""
    email: str = ""
    groups: tuple[str, ...] = ()
    gone_at: int = 0
    """Time (milliseconds) since which the account is known to be gone; 0 while it is there."""
    returned_at: int = 0
    """Time (milliseconds) at which all conversations of one who is gone had been given back to their teams."""


AGENT = Schema(Known, name="n", email="m", groups=text_set("g"), gone_at="ga", returned_at="ra")
"""The id stands in the key; ``day`` says on which day since 1970 it was written."""


def note(agent: Known, now: int) -> bool:
    """Keep what a sign-in tells of an agent; written once a day, or when it changed. Whether it was written.

    A token outlives its account: who is gone stays so until the account is there again.
    """
    day = now // DAY
    kept = table.get(PARTITION, agent.id)
    if kept:
        before = _agent_of(kept)
        agent = replace(agent, gone_at=before.gone_at, returned_at=before.returned_at)
        if kept.get("day") == day and before == agent:
            return False
    expires = now // 1000 + settings.retention_days() * DAY // 1000
    table.put(AGENT.item((PARTITION, agent.id), agent, expires, day=day))
    return True


def is_gone(agent_id: str) -> bool:
    """Return whether the account of an agent is known to be gone, perhaps as it was a minute ago."""
    table_name, now = settings.table_name(), time.monotonic()
    kept = _gone.get(table_name)
    if kept is None or kept[0] <= now:
        kept = _gone[table_name] = (now + KEPT, frozenset(each.id for each in registered() if each.gone_at))
    return agent_id in kept[1]


def mark(agent: Known, gone_at: int, returned_at: int = 0) -> None:
    """Note since when an agent is gone (0: there again), and when their conversations had all been given back."""
    _gone.pop(settings.table_name(), None)
    with suppress(table.Conflict):  # nobody has signed in for so long that nothing is known of them any more
        table.update(
            (PARTITION, agent.id),
            "SET ga = :gone, ra = :returned",
            "attribute_exists(pk)",
            gone=gone_at,
            returned=returned_at,
        )


def known(ids: Iterable[str]) -> dict[str, Known]:
    """Those of some agents who signed in at some time, perhaps a moment old, in one request."""
    items = table.get_many((PARTITION, each) for each in dict.fromkeys(ids))
    return {key[1]: _agent_of(item) for key, item in items.items()}


def everybody() -> list[Known]:
    """All who signed in at some time and are not gone, by name."""
    return [agent for agent in registered() if not agent.gone_at]


def registered() -> list[Known]:
    """All who signed in at some time, also those who are gone, by name."""
    found = [_agent_of(item) for item in table.query("pk = :pk", pk=PARTITION)]
    return sorted(found, key=lambda agent: (agent.name.casefold(), agent.id))


def _agent_of(item: Item) -> Known:
    return AGENT.read(item, id=item["sk"])
