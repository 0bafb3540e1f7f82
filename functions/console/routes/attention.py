"""The route of the state of one message: whether it needs something."""

from __future__ import annotations

from chalice.app import Response

from console.actions import attention
from console.bodies import attention as attention_bodies
from console.http import Api, now
from console.views import conversations as conversation_views

api = Api(__name__, conversation_views.message)


@api.at("/api/conversations/{conversation_id}/messages/{message_id}/attention", "PUT")
def put_attention(conversation_id: str, message_id: str) -> Response:
    """State whether a message of others needs something."""
    statement = attention_bodies.statement(api.body())
    done = attention.state(api.agent(), conversation_id, message_id, statement, api.unique(conversation_id), now())
    return Response(conversation_views.conversation(done.conversation.head, api.language()))
