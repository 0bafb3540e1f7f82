"""Checks right before a message leaves: whether it may still be sent, as much has changed since it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversations.actions import Verb
from conversations.fold import customer_wrote_since
from storage import conversations

if TYPE_CHECKING:
    from conversations.actions import Action
    from conversations.conversation import Conversation

CUSTOMER_WROTE = "customer_wrote"


def reason_against(action: Action, conversation_id: str, head: Conversation, now: int) -> str:
    """Return the reason for which a message is not sent after all; empty where nothing speaks against it.

    ``now`` in milliseconds. It is asked of questions and offers alone. A question is moot once the customer wrote; an
    offer is as tactless as when it was written.
    """
    thread = conversations.read(conversation_id)
    wrote = customer_wrote_since(action, head.identity, thread.facts, thread.actions)
    if action.verb == Verb.ASK or wrote:
        return CUSTOMER_WROTE if wrote else ""
    from reply import offer_checks  # it reads texts, and loads a vocabulary; nothing but offers needs it

    return offer_checks.reason_against(action, head, thread, now)
