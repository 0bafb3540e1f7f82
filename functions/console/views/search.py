"""Results of a search as the API shows them, and the range that was searched."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from console.times import when
from console.views import conversations as conversation_views
from shared import texts

if TYPE_CHECKING:
    from storage.search_index import Found, Hit


def hit(hit: Hit, language: str) -> dict[str, Any]:
    """A conversation, and the places in it that match."""
    return {
        "conversation": conversation_views.conversation(hit.head, language),
        "matches": [
            {
                "message_id": match.message_id,
                "at": when(match.at),
                "author": conversation_views.person(match.author),
                "snippet": match.snippet,
                "ranges": match.ranges,
            }
            for match in hit.matches
        ],
    }


def covers(found: Found, language: str) -> dict[str, Any]:
    """Return the range that was searched, for programs and as a sentence."""
    since = datetime.fromtimestamp(found.since / 1000, UTC)
    months = texts.text("calendar.months", language).split()
    day = texts.text("calendar.date", language, date=since.day, month=months[since.month - 1], year=since.year)
    which = texts.text("search.all", language) if found.complete else texts.text("search.since", language, day=day)
    return {
        "since": when(found.since),
        "until": when(found.until),
        "complete": found.complete,
        "messages": found.messages,
        "customers": found.customers,
        "all_customers": found.all_customers,
        "sentence": which,
    }
