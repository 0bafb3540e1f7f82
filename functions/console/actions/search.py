"""Search for conversations by names and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console import authorization
from shared import settings
from storage import search_index

if TYPE_CHECKING:
    from console.authorization import Agent
    from conversations.text_search import Query
    from storage.search_index import Found


def find(agent: Agent, query: Query, now: int, limit: int, before: int | None) -> Found:
    """Return conversations in which all of a query is found, and what was looked at; ``before`` in milliseconds."""
    return search_index.search(query, now, settings.retention_days(), limit, before, authorization.closed_to(agent))


def place_of(value: Any, now: int) -> int | None:
    """Return a place in the results, which is a time that can be reached; None for anything else."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and 0 <= value <= now + search_index.AHEAD else None
