"""The one message of others that an agent answers in a public thread, or says something of."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from application.addressing import chosen
from console.errors import ApiError
from conversations.facts import Visibility

if TYPE_CHECKING:
    from application.addressing import Chosen
    from application.loading import LoadedConversation
    from conversations.messages import Message


def of(conversation: LoadedConversation, message_id: str) -> Message:
    """Return a message of others in a public thread; raises a 404, or a 422 that says what it is instead.

    An id in an address is encoded, and what hands the address on may encode it once more.
    """
    if conversation.head.identity.visibility == Visibility.PRIVATE:
        raise ApiError(422, "message_private")
    names = {message_id, unquote(message_id), unquote(unquote(message_id))}
    message = next((each for each in conversation.messages() if names & {each.id, each.platform_id}), None)
    if message is None:
        raise ApiError(404, "no_message")
    if message.direction != "inbound":
        raise ApiError(422, "message_ours")
    if message.deleted:
        raise ApiError(422, "message_removed")
    return message


def answered(conversation: LoadedConversation, message_id: str, visibility: Visibility | None) -> Chosen:
    """Return the message that is answered; raises as ``of`` does, and a 422 for an answer that is not public."""
    message = of(conversation, message_id)
    if visibility == Visibility.PRIVATE:
        raise ApiError(422, "message_private")
    return chosen(conversation.head, message)
