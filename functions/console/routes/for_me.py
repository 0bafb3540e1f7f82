"""The route of what is an agent's own business."""

from __future__ import annotations

from chalice.app import Response

from console.actions import for_me
from console.http import Api, now
from console.views import for_me as for_me_views

api = Api(__name__)


@api.at("/api/for-me", "GET")
def list_for_me() -> Response:
    """Mentions, assignments, and follow-ups that this agent promised."""
    api.query()
    return Response(for_me_views.for_me(for_me.read(api.agent(), now()), api.language()))
