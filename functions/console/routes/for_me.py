"""The route of what is an agent's own business."""

from __future__ import annotations

from chalice.app import Response

from console.actions import for_me, outreach_waiting
from console.http import Api, now
from console.views import for_me as for_me_views

api = Api(__name__)


@api.at("/api/for-me", "GET")
def list_for_me() -> Response:
    """Mentions, assignments, follow-ups that this agent promised, and what waits in active dialogue."""
    api.query()
    agent, at = api.agent(), now()
    shown = for_me_views.for_me(for_me.read(agent, at), api.language())
    return Response(shown | for_me_views.waiting(outreach_waiting.read(agent, at)))
