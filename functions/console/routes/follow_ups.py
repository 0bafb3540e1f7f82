"""The routes of follow-ups across conversations: what is due, plans, bulk."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

import channels
from console import sizes
from console.actions import follow_up_bulk, follow_ups, replies
from console.authorization import LEADS
from console.bodies import conversations as conversation_bodies
from console.errors import ApiError, malformed
from console.http import Api, limit_of, name_of, now
from console.paging import read_cursor, write_cursor
from console.views import conversations as conversation_views
from console.views import follow_up_plan
from storage import follow_up_index, team_names
from storage.audit import AuditEvent

api = Api(__name__)


@api.at("/api/follow-ups", "GET")
def list_follow_ups() -> Response:
    """A page of the follow-ups in one state."""
    query = api.query("state", "team", "limit", "cursor")
    state = query.get("state", "planned")
    if state not in follow_up_index.STATES:
        raise malformed(f"state: {', '.join(follow_up_index.STATES)}")
    team = name_of(query, "team")
    filters = {"state": state, "team": team}
    teams, moment = [team] if team else team_names.names(), now()
    start = read_cursor("follow-ups", query.get("cursor"), filters, follow_up_index.cursor_reader(state, moment))

    def build(limit: int) -> dict[str, Any]:
        page, cursor = follow_up_index.page(teams, state, limit, moment, start)
        shown = [conversation_views.conversation(head, api.language()) for head in page]
        return {"items": shown, "cursor": write_cursor("follow-ups", cursor, filters)}

    return Response(sizes.within(build, limit_of(query.get("limit"))))


@api.at("/api/follow-ups/plan", "POST")
def plan() -> Response:
    """Return the plan for a follow-up."""
    body = api.body()
    conversation, wish = body["conversation"], conversation_bodies.follow_up(body)
    return Response(follow_up_plan.plan(follow_ups.look(api.agent(), conversation, wish, now()), api.language()))


@api.at("/api/follow-ups/bulk/preview", "POST", LEADS)
def preview_bulk() -> Response:
    """Return the customers whom a bulk would ask, with time and text."""
    chosen, wish, per_hour = conversation_bodies.selection(api.body())
    if chosen.team and not team_names.exists(chosen.team):
        raise ApiError(422, "no_team")
    if chosen.channel and chosen.channel not in channels.names():
        raise malformed("channel: " + ", ".join(channels.names()))
    return _entries(follow_up_bulk.preview(api.agent(), chosen, wish, per_hour, now()))


@api.at("/api/follow-ups/bulk", "POST", LEADS)
def make_bulk() -> Response:
    """Promise to ask many."""
    wanted = conversation_bodies.bulk(api.body())
    made = follow_up_bulk.make(api.agent(), wanted, now())
    api.record(
        AuditEvent.BULK, wanted.batch, promised=sum(each.planned is not None for each in made), position=wanted.position
    )
    return _entries(made)


@api.at("/api/follow-ups/bulk/{batch}", "DELETE", LEADS)
def undo_bulk(batch: str) -> Response:
    """Take a bulk back, as far as nobody was asked yet."""
    query = api.query("after")
    after = query.get("after", "")
    if "after" in query and not replies.is_id(after):
        raise malformed("after: that of the answer before")
    released, after = follow_up_bulk.undo(api.agent(), conversation_bodies.batch(batch), after, now())
    api.record(AuditEvent.BULK_UNDONE, batch, released=released)
    return Response({"released": released, "after": after})


def _entries(entries: list[follow_up_bulk.Entry]) -> Response:
    return Response(follow_up_plan.entries(entries, api.language()))
