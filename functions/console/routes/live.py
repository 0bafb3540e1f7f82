"""The route with which the page opens its live connection."""

from __future__ import annotations

from chalice.app import Response

from console.actions import live
from console.http import Api, now
from console.times import when
from shared import settings

api = Api(__name__)


@api.at("/api/live/ticket", "POST")
def issue_ticket() -> Response:
    """Return a one-time ticket for a live connection, and where to present it."""
    api.no_body()
    until = api.session_end()
    ticket = live.issue(api.agent(), api.request().headers.get("origin", ""), until, now())
    answer = {"ticket": ticket, "url": settings.live_url(), "seconds": live.TICKET_SECONDS, "ends_at": when(until)}
    return Response(answer, status_code=201, headers={"Cache-Control": "no-store"})
