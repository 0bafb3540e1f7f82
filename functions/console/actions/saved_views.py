"""Saved views of the inbox, with how many conversations are in them."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from console import authorization
from console.actions import reading, replies
from console.actions.conversations import wanted_by
from console.authorization import LEADS
from console.errors import ApiError
from conversations import inbox_order
from conversations.conversation import Status
from storage import inbox_index, saved_views, team_names
from storage.inbox_index import Wanted
from storage.saved_views import View

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.authorization import Agent
    from console.bodies.list_filters import Filters
    from conversations.conversation import Conversation

MOST = 50
"""Views of one agent, and of one team."""
LOOKED_AT = 500
"""Open conversations per partition of the inbox that are looked at to count them."""
WORKERS = 8
_ID_BYTES = 8


class Counted(Struct, frozen=True):
    """A view, and the number of open conversations in it; None for one of another state."""

    view: View
    count: int | None
    is_complete: bool
    """There are no more than were counted."""


def every(agent: Agent) -> list[View]:
    """Return the views of an agent, then those of teams whose conversations they see."""
    own = saved_views.of(agent.id)
    return [*own, *(view for team in authorization.own_teams(agent) for view in saved_views.of(agent.id, team))]


def counted(agent: Agent, filters_of: Callable[[View], Filters], now: int) -> list[Counted]:
    """Return the views of an agent, each with a count, for which the open conversations are read once."""
    views = every(agent)
    if not views:
        return []
    states = reading.marks_of(agent, now)
    wanted = {view.id: wanted_by(agent, filters_of(view), states, now) for view in views}
    heads, is_complete = (
        _open_heads(agent) if any(each.status == Status.OPEN for each in wanted.values()) else ([], True)
    )
    return [
        Counted(view, _count(view, wanted[view.id], heads), is_complete)
        if wanted[view.id].status == Status.OPEN
        else Counted(view, None, True)
        for view in views
    ]


def put(agent: Agent, name: str, filters: dict[str, Any], team: str) -> View:
    """Keep a view under a name, in the place of the one that had it; raises a 403, 404 or 422.

    Only leads share a view with a team.
    """
    if team:
        _must_lead(agent, team)
    scope = f"team {team}" if team else f"agent {agent.id}"
    view_id = hashlib.blake2s(f"{scope}\0{name}".encode(), digest_size=_ID_BYTES).hexdigest()
    there = saved_views.of(agent.id, team)
    if len(there) >= MOST and view_id not in {view.id for view in there}:
        raise ApiError(422, "too_many_views", limit=MOST)
    view = View(view_id, name, filters, team)
    saved_views.put(agent.id, view)
    return view


def remove(agent: Agent, view_id: str) -> None:
    """Remove a view; raises a 404, and a 403 for one of a team where the agent is no lead."""
    view = next((each for each in every(agent) if each.id == view_id), None)
    if view is None:
        raise ApiError(404, "no_view")
    if view.team:
        _must_lead(agent, view.team)
    saved_views.remove(agent.id, view)


def _must_lead(agent: Agent, team: str) -> None:
    if not agent.has(LEADS):
        raise ApiError(403, "forbidden")
    if replies.team(team) in authorization.closed_to(agent):
        raise ApiError(404, "no_team")


def _open_heads(agent: Agent) -> tuple[list[Conversation], bool]:
    names = authorization.visible(agent, team_names.names())
    partitions = [partition for team in names for partition in inbox_order.partitions(team)]
    wanted = Wanted(status=Status.OPEN)
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        parts = list(pool.map(lambda name: inbox_index.inbox_part(name, LOOKED_AT, None, wanted), partitions))
    return [head for found, _ in parts for _, head in found], all(more is None for _, more in parts)


def _count(view: View, wanted: Wanted, heads: list[Conversation]) -> int:
    team = view.filters.get("team") or ""
    return sum(wanted.matches(head) for head in heads if not team or head.identity.team == team)
