"""The routes of an agent's read state."""

from __future__ import annotations

from chalice.app import Response

from console.actions import reading
from console.http import Api, now
from console.views import reading as reading_views

api = Api(__name__)
_READ = "/api/conversations/{conversation_id}/read"


@api.at(_READ, "PUT")
def mark_read(conversation_id: str) -> Response:
    """Note that this agent has read the conversation."""
    seen = api.body().get("seen")
    return Response(reading_views.read_state(reading.mark(api.agent(), conversation_id, seen, now())))


@api.at(_READ, "DELETE")
def mark_unread(conversation_id: str) -> Response:
    """Show the conversation as unread to this agent."""
    api.no_body()
    return Response(reading_views.read_state(reading.unmark(api.agent(), conversation_id, now())))
