"""Entries that could not be read, their numbers, and second tries, as the API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.views import conversations as conversation_views
from conversations.normalization import single_line

if TYPE_CHECKING:
    from application.quarantine import Tried
    from storage.quarantine import Entry, Group

LONGEST = 200


def entry(shown: Entry, original: str | None) -> dict[str, Any]:
    """Return an entry; ``original`` is where a mail can be downloaded."""
    return {
        "id": shown.id,
        "channel": shown.channel,
        "connection": shown.connection,
        "reason": shown.reason,
        "at": conversation_views.when(shown.at),
        "from": _line(shown.sender),
        "subject": _line(shown.subject),
        "original": original,
        "tried_at": conversation_views.when(shown.tried_at) if shown.tried_at else None,
        "handled_at": conversation_views.when(shown.handled_at) if shown.handled_by else None,
        "handled_by": conversation_views.person(shown.handled_by) if shown.handled_by else None,
        "was_read": shown.was_read,
    }


def group(shown: Group, count: int) -> dict[str, Any]:
    """Return how many entries a group has."""
    return {**shown._asdict(), "count": count}


def tried(shown: Tried) -> dict[str, Any]:
    """Return the result of a try; the reason is that of today, and none once it is read."""
    return {"id": shown.entry.id, "result": shown.outcome, "reason": shown.reason or None}


def _line(text: str) -> str | None:
    """Return a text of a stranger as one line, cut, without characters that control something; None if it is empty."""
    return single_line(text)[:LONGEST] or None
