"""Delivery of forwards: by a mail connection of the team, whatever platform the conversation is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import channels
from application import loading
from application.forwards import forwarded_text
from channels.base import Outbound
from conversations.actions import Action, Envelope
from conversations.send_options import Way
from reply.delivery import Delivery
from storage import connections, forwards

if TYPE_CHECKING:
    from conversations.conversation import Conversation

CHANNEL = "email"


class ForwardDelivery(Delivery):
    """The delivery of one forward."""

    def __init__(
        self, conversation_id: str, head: Conversation, receives: int, now: int, resumed: bool, connection: str
    ) -> None:
        super().__init__(conversation_id, head, receives, now, resumed)
        self.channel = channels.get(CHANNEL)
        self.connection = connections.Connection(CHANNEL, connection)

    def outbound(self, action: Action, others: frozenset[str] = frozenset()) -> Outbound:
        """Return the mail: the agent's comment, the signature, and the messages as they are now."""
        conversation = loading.load(self.conversation)
        return Outbound(
            id=action.id,
            way=Way.PRIVATE_MESSAGE,
            text=action.text,
            thread_id=forwards.reference_of(self.conversation, action.id),
            attempted_at=action.attempted_at,
            others=others,
            files=self.files,
            envelope=Envelope(action.to, action.cc, action.subject),
            signature=action.signature,
            quotation=forwarded_text(conversation, action) if conversation else None,
            is_forward=True,
        )

    def remember(self, platform_id: str) -> None:
        """Note nothing: an answer is found by the reference alone, and never by the mail's id."""
