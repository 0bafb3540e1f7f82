"""Moderation of messages, as far as the platform permits.

Every agent may like, accept as the solution, and edit or delete what we wrote. To hide or delete what others wrote,
and to block its author, is for leads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

import channels
from console.actions import replies
from console.authorization import LEADS
from console.errors import ApiError
from conversations.actions import Moderation, State, Verb
from conversations.conversation import proven_customer
from storage import audit
from storage.audit import AuditEvent

if TYPE_CHECKING:
    from application.commands import Context, Executed, Request
    from application.loading import LoadedConversation
    from console.authorization import Agent
    from conversations.actions import Action
    from conversations.messages import Message

OF_AUTHORS = frozenset({Moderation.BLOCK, Moderation.UNBLOCK})
FRIENDLY = frozenset({Moderation.LIKE, Moderation.UNLIKE, Moderation.ACCEPT})
"""Moderations that every agent may apply to any message."""
OF_OURS = frozenset({Moderation.EDIT, Moderation.DELETE})
"""Moderations that every agent may apply to a message of ours."""


class Wish(Struct, frozen=True):
    """A moderation and its message; one of a person is for the message's author, or the customer without a message."""

    moderation: Moderation
    message_id: str | None
    text: str = ""
    """The new text of an edited message."""


def carry_out(agent: Agent, conversation_id: str, wish: Wish, request: Request, at: int) -> Executed:
    """Put it into the outbox; raises a 403 for what is for leads, a 404 for what is not there, and a 422 for what the
    platform does not permit."""
    _must_be_lead(agent, wish.moderation not in FRIENDLY | OF_OURS)

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        message = _meant(conversation, wish)
        _must_be_lead(agent, wish.moderation in OF_OURS and message.direction == "inbound")
        if wish.moderation not in channels.get(conversation.head.identity.channel).sender.moderations(message):
            raise ApiError(422, "moderation_refused")
        if wish.moderation == Moderation.EDIT:
            _fits(conversation, message, wish.text, context.at)
        target = message.author.id if wish.moderation in OF_AUTHORS else message.platform_id or message.id
        moderated = replace(
            replies.new_action(conversation, agent, Verb.MODERATE, context.at),
            moderation=wish.moderation,
            target=target or "",
            text=wish.text,
            state=State.QUEUED,
        )
        return [moderated]

    # Neither the message nor its author is named: what a deleted conversation was about is nobody's business.
    entry = audit.entry(AuditEvent.MODERATION, agent.author, conversation_id, at, moderation=wish.moderation)
    return replies.execute(conversation_id, decide, at, request, [] if wish.moderation in FRIENDLY else [entry])


def _must_be_lead(agent: Agent, must: bool) -> None:
    if must and not agent.has(LEADS):
        raise ApiError(403, "forbidden")


def _fits(conversation: LoadedConversation, message: Message, text: str, now: int) -> None:
    """Raise a 422 unless the platform takes the text where the message stands."""
    ways = replies.routes(conversation.head, now)
    replies.fits(conversation.head, next((way for way in ways if way.visibility == message.visibility), None), text)


def _meant(conversation: LoadedConversation, wish: Wish) -> Message:
    """The message that is meant, or the customer's last one."""
    messages = [each for each in conversation.messages() if each.direction != "note"]
    if wish.message_id is None and wish.moderation in OF_AUTHORS:
        inbound = [each for each in messages if each.direction == "inbound"]
        theirs = [each for each in inbound if each.author.id and each.author.id == proven_customer(conversation.head)]
        if not theirs:
            raise ApiError(404, "no_customer")
        return theirs[-1]
    named = next((each for each in messages if each.id == wish.message_id), None)
    if named is None:
        raise ApiError(404, "no_message")
    return named
