"""The route that finds conversations by names and words, and says what it looked at."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from console import sizes
from console.actions import search
from console.errors import ApiError, malformed
from console.http import Api, limit_of, now
from console.paging import read_cursor, write_cursor
from console.views import search as search_views
from conversations.text_search import LONGEST_QUERY, Query

api = Api(__name__)
PAGE = 20
LARGEST_PAGE = 50


@api.at("/api/search", "GET")
def find() -> Response:
    """Conversations whose customer's name, or what was said in them, holds all that is asked for."""
    parameters = api.query("q", "limit", "cursor")
    words = parameters.get("q", "")
    if not 0 < len(words) <= LONGEST_QUERY:
        raise malformed(f"q: 1 to {LONGEST_QUERY} characters")
    query = Query.of(words)
    if not query.terms:
        raise ApiError(422, "query_empty")
    filters = {"q": words}
    moment = now()
    before = read_cursor("search", parameters.get("cursor"), filters, lambda each: search.place_of(each, moment))

    def build(limit: int) -> dict[str, Any]:
        found = search.find(api.agent(), query, moment, limit, before)
        return {
            "items": [search_views.hit(each, api.language()) for each in found.hits],
            "covers": search_views.covers(found, api.language()),
            "cursor": None if found.complete else write_cursor("search", found.since, filters),
        }

    return Response(sizes.within(build, limit_of(parameters.get("limit"), PAGE, LARGEST_PAGE)))
