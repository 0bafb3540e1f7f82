"""Saved searches: making, changing, pausing and removing them, and trying one before it is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

import channels
from application import search_standing, search_trials
from application.commands import repeat_on_conflict
from console import authorization
from console.actions import replies
from console.errors import ApiError
from outreach.searches import Search
from shared import http_guard, names, settings
from storage import audit, connections, searches
from storage.audit import AuditEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from application.search_trials import Trial
    from console.authorization import Agent
    from console.bodies.searches import Change
    from outreach.search_precision import Precision
    from outreach.searches import Source
    from storage.searches import SourceCursor

MOST = 50


class Shown(Struct, frozen=True):
    """A search, its positions by the keys of its sources, and its precision."""

    search: Search
    cursors: Mapping[str, SourceCursor]
    precision: Precision


def every(agent: Agent) -> list[Shown]:
    """Return the searches of the teams that an agent sees."""
    closed = authorization.closed_to(agent)
    return [_shown(search) for search in searches.every() if search.team not in closed]


def read(agent: Agent, search: str) -> Shown:
    """Return a search; raises a 404."""
    return _shown(_find(agent, search))


def create(agent: Agent, new: Search, now: int) -> Shown:
    """Save a search; raises a 404 or 422."""
    _check(agent, new.team, new.sources)
    there = searches.every()
    if len(there) >= MOST and new.id not in {search.id for search in there}:
        raise ApiError(422, "too_many_searches", limit=MOST)
    made = searches.create(new)
    if replace(made, created_at=0) != replace(new, created_at=0, version=made.version):
        raise ApiError(422, "idempotency_mismatch")
    search_standing.count_marks(replace(made, marks=()), made, now)
    audit.put(AuditEvent.SEARCH, agent.author, new.id, now, team=new.team)
    return _shown(made)


def change(agent: Agent, search: str, wanted: Change, now: int) -> Shown:
    """Change a search; raises a 404, or a 422. Where somebody was faster, it is decided again."""
    return repeat_on_conflict(lambda: _changed(agent, search, wanted, now))


def _changed(agent: Agent, search: str, wanted: Change, now: int) -> Shown:
    """Refusals until it is let go on count no more."""
    before = _find(agent, search)
    after = wanted.of(before)
    if wanted.fields.keys() & {"team", "sources"}:
        _check(agent, after.team, after.sources)
    if "paused" in wanted.fields or after.sources != before.sources:
        after = search_standing.let_go_on(after) if not after.paused else replace(after, pause_reason="")
    if after != before:
        search_standing.count_marks(before, after, now)
        after = searches.change(before, after)
        audit.put(AuditEvent.SEARCH, agent.author, search, now, fields=sorted(wanted.fields))
    return _shown(after)


def remove(agent: Agent, search: str, now: int) -> None:
    """Remove a search; raises a 404."""
    _find(agent, search)
    searches.remove(search)
    audit.put(AuditEvent.SEARCH_DELETED, agent.author, search, now)


def try_out(agent: Agent, search: Search, clock: Callable[[], int]) -> Trial:
    """Return what a search finds in the last seven days, and stores nothing; raises a 404 or 422."""
    _check(agent, search.team, search.sources)
    http_guard.permit(settings.network())
    return search_trials.run(search, clock)


def _find(agent: Agent, search: str) -> Search:
    found = searches.read(search)
    if found is None or found.team in authorization.closed_to(agent):
        raise ApiError(404, "no_search")
    return found


def _shown(search: Search) -> Shown:
    return Shown(search, searches.cursors(search.id), search_standing.precision(search))


def _check(agent: Agent, team: str, sources: Sequence[Source]) -> None:
    """Raise a 404 for a team that is not there, and a 422 for a source that cannot be searched."""
    if replies.team(team) in authorization.closed_to(agent):
        raise ApiError(404, "no_team")
    for source in sources:
        if source.feed:
            continue
        if channels.searcher_of(source.channel) is None:
            raise ApiError(422, "search_channel", detail=source.channel)
        is_name = names.is_connection(source.channel, source.connection)
        if not is_name or not connections.connection(source.channel, source.connection).account_id:
            raise ApiError(422, "search_connection", detail=f"{source.channel}/{source.connection}")
