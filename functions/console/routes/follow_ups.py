"""The routes of follow-ups across conversations: what is due, plans, bulk."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from console import sizes
from console.actions import follow_up_bulk, follow_ups, replies
from console.authorization import LEADS
from console.bodies import conversations as conversation_bodies
from console.errors import malformed
from console.http import Api, limit_of, name_of, now
from console.paging import read_cursor, write_cursor
from console.views import conversations as conversation_views
from console.views import follow_up_plan

api = Api(__name__)


@api.at("/api/follow-ups", "GET")
def list_follow_ups() -> Response:
    """A page of the follow-ups in one state."""
    query = api.query("state", "team", "limit", "cursor")
    state = query.get("state", "planned")
    if state not in follow_ups.STATES:
        raise malformed(f"state: {', '.join(follow_ups.STATES)}")
    team = name_of(query, "team")
    filters = {"state": state, "team": team}
    listed = follow_ups.Listed.of(api.agent(), team, state, now())
    start = read_cursor("follow-ups", query.get("cursor"), filters, listed.place_of)

    def build(limit: int) -> dict[str, Any]:
        page, cursor = listed.page(limit, start)
        shown = [conversation_views.conversation(head, api.language()) for head in page]
        return {"items": shown, "cursor": write_cursor("follow-ups", cursor, filters)}

    return Response(sizes.within(build, limit_of(query.get("limit"))))


@api.at("/api/follow-ups/plan", "POST")
def plan() -> Response:
    """Return the plan for a follow-up."""
    body = api.body()
    wish, answer = conversation_bodies.follow_up(body), body.get("answer") or ""
    plan = follow_ups.look(api.agent(), body["conversation"], wish, answer, now())
    return Response(follow_up_plan.plan(plan, api.reader()))


@api.at("/api/follow-ups/bulk/preview", "POST", LEADS)
def preview_bulk() -> Response:
    """Return the customers whom a bulk would ask, with time and text."""
    chosen, wish, per_hour = conversation_bodies.selection(api.body())
    return _entries(follow_up_bulk.preview(api.agent(), chosen, wish, per_hour, now()))


@api.at("/api/follow-ups/bulk", "POST", LEADS)
def make_bulk() -> Response:
    """Promise to ask many."""
    return _entries(follow_up_bulk.make(api.agent(), conversation_bodies.bulk(api.body()), now()))


@api.at("/api/follow-ups/bulk/{batch}", "DELETE", LEADS)
def undo_bulk(batch: str) -> Response:
    """Take a bulk back, as far as nobody was asked yet."""
    query = api.query("after")
    after = query.get("after", "")
    if "after" in query and not replies.is_id(after):
        raise malformed("after: that of the answer before")
    released, after = follow_up_bulk.undo(api.agent(), conversation_bodies.batch(batch), after, now())
    return Response({"released": released, "after": after})


def _entries(entries: list[follow_up_bulk.Entry]) -> Response:
    return Response(follow_up_plan.entries(entries, api.reader()))
