"""Routes of one message of others in a public thread: who speaks, which one is the solution, and thanks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalice.app import Response

from console.actions import speakers
from console.bodies import fields
from console.http import Api, now
from console.views import attachments as attachment_views
from console.views import conversations as conversation_views
from console.views import speakers as speaker_views

if TYPE_CHECKING:
    from application.commands import Executed
    from conversations.messages import Message

api = Api(__name__)
_ONE = "/api/conversations/{conversation_id}/messages/{message_id}"


@api.at(_ONE + "/speaker", "PUT")
def put_speaker(conversation_id: str, message_id: str) -> Response:
    """Say who speaks in a message."""
    agent, speaker = api.agent(), api.body().get("speaker") or ""
    return _message(*speakers.correct(agent, conversation_id, message_id, speaker, api.unique(conversation_id), now()))


@api.at(_ONE + "/solution", "PUT")
def put_solution(conversation_id: str, message_id: str) -> Response:
    """Mark a message as the solution."""
    api.no_body()
    return _message(*speakers.solve(api.agent(), conversation_id, message_id, api.unique(conversation_id), now()))


@api.at(_ONE + "/solution", "DELETE")
def delete_solution(conversation_id: str, message_id: str) -> Response:
    """Take the mark of the solution off."""
    api.no_body()
    return _message(*speakers.unsolve(api.agent(), conversation_id, message_id, api.unique(conversation_id), now()))


@api.at(_ONE + "/thanks", "POST")
def post_thanks(conversation_id: str, message_id: str) -> Response:
    """Thank who helped, in public."""
    body = api.body()
    text = None if body.get("text") is None else fields.text_of(body)
    hold = (body.get("hold_seconds") or 0) * 1000
    request = api.unique(conversation_id)
    done = speakers.thank(api.agent(), conversation_id, message_id, text, hold, request, now())
    return _message(done, done.message(), 201)


def _message(done: Executed, message: Message, status: int = 200) -> Response:
    language, conversation = api.language(), done.conversation
    shown = attachment_views.Shown(conversation, language)
    speaker = speaker_views.of_one(conversation.head, message, conversation.messages())
    return Response(conversation_views.message(message, language, shown) | speaker, status_code=status)
