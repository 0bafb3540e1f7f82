"""The route of moderation: hiding, deleting, editing, liking and accepting messages, and blocking their authors."""

from __future__ import annotations

from chalice.app import Response

from console.actions import moderation
from console.actions.moderation import Wish
from console.bodies import fields
from console.bodies.json_types import Body
from console.errors import ApiError
from console.http import Api, now
from console.views import conversations as conversation_views
from conversations.actions import Moderation

api = Api(__name__)


@api.at("/api/conversations/{conversation_id}/moderations", "POST")
def moderate(conversation_id: str) -> Response:
    """Like, accept, edit, hide, show or delete a message, or block or admit its author; it goes out like a message."""
    wish = _read(api.body())
    done = moderation.carry_out(api.agent(), conversation_id, wish, api.unique(conversation_id), now())
    return Response(conversation_views.conversation(done.conversation.head, api.language()), status_code=201)


def _read(body: Body) -> Wish:
    action, message_id = body["action"], body.get("message_id")
    if action != Moderation.EDIT:
        if body.get("text") is not None:
            raise ApiError(422, "moderation_refused")
        return Wish(Moderation(action), message_id)
    if body.get("text") is None:
        raise ApiError(422, "text_empty")
    return Wish(Moderation(action), message_id, fields.text_of(body))
