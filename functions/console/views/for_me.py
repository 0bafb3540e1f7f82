"""An agent's own business as the API shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.times import when
from console.views import conversations as conversation_views
from console.views import reading as reading_views
from conversations.follow_ups import SYSTEM
from storage import keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.actions.for_me import ForMe
    from console.actions.outreach_waiting import Waiting


def for_me(entries: Sequence[ForMe], language: str) -> dict[str, Any]:
    """Return the entries, and the number of conversations among them that the agent has to look at."""
    return {
        "items": [_entry(each, language) for each in entries],
        "count": len({keys.id_of(each.head.identity) for each in entries if each.is_new}),
    }


def waiting(found: Waiting) -> dict[str, Any]:
    """Return what waits in active dialogue, as fields beside the others."""
    return {
        "approvals": [{"team": team, "count": count} for team, count in found.approvals.items()],
        "paused_searches": [
            {"id": each.id, "name": each.name, "team": each.team, "reason": each.pause_reason} for each in found.paused
        ],
    }


def _entry(entry: ForMe, language: str) -> dict[str, Any]:
    head = conversation_views.conversation(entry.head, language) | reading_views.read_state(entry.state)
    by = None if entry.by.id == SYSTEM.id else conversation_views.person(entry.by)
    return {"cause": entry.cause, "at": when(entry.at), "by": by, "new": entry.is_new, "conversation": head}
