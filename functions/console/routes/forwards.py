"""The route that forwards a conversation to somebody without a seat."""

from __future__ import annotations

from chalice.app import Response

from console.actions import forwards as forward_actions
from console.bodies import forwards as forward_bodies
from console.http import Api, now
from console.views import attachments as attachment_views
from console.views import conversations as conversation_views

api = Api(__name__, conversation_views.message)


@api.at("/api/conversations/{conversation_id}/forwards", "POST")
def forward(conversation_id: str) -> Response:
    """Forward the conversation, or one message of it."""
    new = forward_bodies.forward(api.body())
    done = forward_actions.forward(api.agent(), conversation_id, new, api.unique(conversation_id), now())
    shown = attachment_views.Shown(done.conversation, api.language())
    return Response(conversation_views.message(done.message(), api.language(), shown), status_code=201)
