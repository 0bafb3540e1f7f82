"""The route that finds conversations by names and words, and says what it looked at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from chalice.app import Response

from console import sizes
from console.errors import ApiError, malformed
from console.http import Api, limit_of, now
from console.paging import read_cursor, write_cursor
from console.views import conversations as conversation_views
from conversations.text_search import LONGEST_QUERY, Query
from shared import settings, texts
from storage import search_index

api = Api(__name__)
PAGE = 20
LARGEST_PAGE = 50


@api.at("/api/search", "GET")
def find() -> Response:
    """Conversations whose customer's name, or what was said in them, holds all that is asked for."""
    asked = api.query("q", "limit", "cursor")
    words = asked.get("q", "")
    if not 0 < len(words) <= LONGEST_QUERY:
        raise malformed(f"q: 1 to {LONGEST_QUERY} characters")
    query = Query.of(words)
    if not query.terms:
        raise ApiError(422, "query_empty")
    filters = {"q": words}
    moment = now()
    before = read_cursor(
        "search", asked.get("cursor"), filters, lambda each: _moment(each, moment + search_index.AHEAD)
    )

    def build(limit: int) -> dict[str, Any]:
        found = search_index.search(query, moment, settings.retention_days(), limit, before)
        return {
            "items": [_hit(each, api.language()) for each in found.hits],
            "covers": _covers(found, api.language()),
            "cursor": None if found.complete else write_cursor("search", found.since, filters),
        }

    return Response(sizes.within(build, limit_of(asked.get("limit"), PAGE, LARGEST_PAGE)))


def _moment(value: Any, latest: int) -> int | None:
    """A time in milliseconds up to the latest one; None for anything else."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and 0 <= value <= latest else None


def _hit(hit: search_index.Hit, language: str) -> dict[str, Any]:
    return {
        "conversation": conversation_views.conversation(hit.head, language),
        "matches": [
            {
                "message_id": match.message_id,
                "at": conversation_views.when(match.at),
                "author": conversation_views.person(match.author),
                "snippet": match.snippet,
                "ranges": match.ranges,
            }
            for match in hit.matches
        ],
    }


def _covers(found: search_index.Found, language: str) -> dict[str, Any]:
    """Return the range that was searched, for programs and as a sentence."""
    since = datetime.fromtimestamp(found.since / 1000, UTC)
    months = texts.text("calendar.months", language).split()
    day = texts.text("calendar.date", language, date=since.day, month=months[since.month - 1], year=since.year)
    which = texts.text("search.all", language) if found.complete else texts.text("search.since", language, day=day)
    return {
        "since": conversation_views.when(found.since),
        "until": conversation_views.when(found.until),
        "complete": found.complete,
        "messages": found.messages,
        "customers": found.customers,
        "all_customers": found.all_customers,
        "sentence": which,
    }
