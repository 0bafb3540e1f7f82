"""Bodies about saved searches, read into values."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from console.bodies.json_types import Body
from console.errors import ApiError
from conversations.normalization import single_line
from conversations.prices import CENT
from outreach.searches import Mark, Query, Search, Source, marked
from outreach.tact import OPTIONS
from storage.team_names import DEFAULT_TEAM

_LANGUAGE = re.compile("[a-z]{2}")
_ADDRESS = re.compile("https?://[!-~]{4,}")


class Change(Struct, frozen=True):
    """Changes of a search: the fields of ``Search`` that get another value, and marks that are added."""

    fields: dict[str, Any]
    marks: tuple[Mark, ...] = ()

    def of(self, search: Search) -> Search:
        """Return a search with the changes."""
        return replace(search, **self.fields, marks=marked(search.marks, self.marks))


def new(body: Body, search: str, now: int, *, needs_name: bool) -> Search:
    """The body of ``POST /searches`` and of ``POST /searches/try``; raises a 422."""
    change = changes(body)
    if needs_name and not change.fields.get("name"):
        raise ApiError(422, "search_name")
    empty = Search(search, "", DEFAULT_TEAM, Query(), (), created_at=now)
    return change.of(empty)


def changes(body: Body) -> Change:
    """The body of ``PATCH /searches/{search_id}``; raises a 422."""
    given = {name: read(body[name]) for name, read in _FIELDS.items() if body.get(name) is not None}
    if "limits" in given:
        given["options"] = given.pop("limits")
    return Change(
        given, tuple(Mark(each["post"], each["fit"], each.get("channel") or "") for each in body.get("marks") or ())
    )


def _name(value: str) -> str:
    name = single_line(value)
    if not name:
        raise ApiError(422, "search_name")
    return name


def _texts(values: list[str]) -> tuple[str, ...]:
    """Return texts, each once, as they can be seen."""
    return tuple(dict.fromkeys(filter(None, map(single_line, values))))


def _query(value: Body) -> Query:
    query = Query(*(_texts(value.get(name) or []) for name in ("all", "any", "none")))
    if not query.all and not query.any:
        raise ApiError(422, "search_query")
    return query


def _languages(values: list[str]) -> tuple[str, ...]:
    if not all(_LANGUAGE.fullmatch(value) for value in values):
        raise ApiError(422, "search_language")
    return tuple(dict.fromkeys(values))


def _sources(values: list[Body]) -> tuple[Source, ...]:
    return tuple({source.key: source for source in map(_source, values)}.values())


def _source(value: Body) -> Source:
    channel, connection, feed = (value.get(name) or "" for name in ("channel", "connection", "feed"))
    places = _texts(value.get("places") or [])
    is_feed = bool(feed) and not (channel or connection or places)
    if not (is_feed and _ADDRESS.fullmatch(feed)) and (feed or not channel or not connection):
        raise ApiError(422, "search_source")
    return Source(channel, connection, places, feed, 0 if feed else (value.get("daily_cents") or 0) * CENT)


def _limits(value: Body) -> dict[str, str]:
    return {name: str(value[name]) for name in OPTIONS if value.get(name) is not None}


_FIELDS: dict[str, Callable[[Any], Any]] = {
    "name": _name,
    "team": str,
    "query": _query,
    "languages": _languages,
    "sources": _sources,
    "excluded_accounts": _texts,
    "competitors": _texts,
    "brands": _texts,
    "note": str.strip,
    "needs_approval": bool,
    "limits": _limits,
    "paused": bool,
}
