"""The routes of saved searches."""

from __future__ import annotations

import hashlib
import os

from chalice.app import Response

from console.actions import searches
from console.authorization import LEADS
from console.bodies import searches as search_bodies
from console.http import Api, now
from console.paging import page_of
from console.views import searches as search_views
from conversations import identity

api = Api(__name__)
_ID_BYTES = 8


@api.at("/api/searches", "GET")
def list_searches() -> Response:
    """The searches of the teams that this agent sees."""
    query = api.query("cursor")
    items = [search_views.search(each) for each in searches.every(api.agent())]
    return Response(page_of("searches", items, query.get("cursor")))


@api.at("/api/searches", "POST", LEADS)
def create_search() -> Response:
    """Save a search."""
    new = search_bodies.new(api.body(), _new_id(), now(), needs_name=True)
    return _answer(searches.create(api.agent(), new, now()))


@api.at("/api/searches/try", "POST", LEADS)
def try_search() -> Response:
    """See what a search finds."""
    search = search_bodies.new(api.body(), "", now(), needs_name=False)
    return Response(search_views.trial(searches.try_out(api.agent(), search, now)))


@api.at("/api/searches/{search_id}", "GET")
def read_search(search_id: str) -> Response:
    """One search."""
    return _answer(searches.read(api.agent(), search_id))


@api.at("/api/searches/{search_id}", "PATCH", LEADS)
def change_search(search_id: str) -> Response:
    """Change a search, pause it or let it go on, or mark what it found."""
    return _answer(searches.change(api.agent(), search_id, search_bodies.changes(api.body()), now()))


@api.at("/api/searches/{search_id}", "DELETE", LEADS)
def delete_search(search_id: str) -> Response:
    """Remove a search."""
    api.no_body()
    searches.remove(api.agent(), search_id, now())
    return Response({"deleted": True})


def _answer(shown: searches.Shown) -> Response:
    return Response(search_views.search(shown))


def _new_id() -> str:
    """Return the id of a new search; a repeated request has the same."""
    unique = api.unique("").key
    return identity.base32(hashlib.sha256(unique.encode()).digest()[:_ID_BYTES] if unique else os.urandom(_ID_BYTES))
