"""The conversations that address an agent, in a partition of their own, so that asking for them costs one request.

An entry says when and by whom; whether it still holds is in the head.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from conversations.addressed import Cause
from conversations.facts import Author
from storage import table
from storage.schema import Schema

if TYPE_CHECKING:
    from collections.abc import Sequence

DAY = 86_400_000
KEPT = 60 * DAY
"""Milliseconds."""


class Entry(Struct, frozen=True):
    """A conversation that addresses an agent."""

    conversation: str
    cause: Cause
    at: int = 0
    by: Author = field(default_factory=Author)


ENTRY = Schema(Entry, parts={"by": Author}, at="at", by__id="a", by__name="n")
"""Conversation and cause stand in the key."""


def put(agent_id: str, entry: Entry) -> None:
    """Keep an entry; a later one of the same conversation and cause takes its place."""
    expires = (entry.at + KEPT) // 1000
    table.put(ENTRY.item((_partition(agent_id), f"{entry.conversation}#{entry.cause}"), entry, expires))


def of_agent(agent_id: str) -> list[Entry]:
    """Return the entries of an agent, the latest first."""
    found = []
    for item in table.query("pk = :pk", pk=_partition(agent_id)):
        conversation, _, cause = item["sk"].partition("#")
        found.append(ENTRY.read(item, conversation=conversation, cause=Cause(cause)))
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def remove(agent_id: str, entries: Sequence[Entry]) -> None:
    """Remove entries that hold no more."""
    table.remove([(_partition(agent_id), f"{entry.conversation}#{entry.cause}") for entry in entries])


def _partition(agent_id: str) -> str:
    return f"for#{agent_id}"
