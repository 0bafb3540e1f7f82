"""Moderation of messages on the platform, recorded as the platform will report it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversations.actions import Moderation
from conversations.facts import Author, Fact, Kind, Visibility
from storage import received_facts

if TYPE_CHECKING:
    from channels.base import Credentials
    from conversations.actions import Action
    from conversations.conversation import Conversation

TOLD = {
    Moderation.HIDE: Kind.HIDDEN,
    Moderation.SHOW: Kind.SHOWN,
    Moderation.DELETE: Kind.REMOVED,
    Moderation.EDIT: Kind.EDITED,
    Moderation.LIKE: Kind.REACTION,
    Moderation.UNLIKE: Kind.UNREACTION,
    Moderation.ACCEPT: Kind.SOLVED,
}
"""Kinds of facts that the platform reports for each moderation."""
LIKED = "👍"


def note(head: Conversation, credentials: Credentials, action: Action, now: int) -> None:
    """Note what was done to a message as the platform will report it, which may take its time or not happen."""
    if kind := TOLD.get(action.moderation) if action.moderation else None:
        who = head.identity
        fact = Fact(
            kind,
            who.visibility,
            who.thread_id,
            now,
            action.target,
            who.branch_id,
            author=Author(credentials.account_id or None),
            own=True,
            text=action.text if kind == Kind.EDITED else None,
            payload=LIKED if kind == Kind.REACTION else None,
            customer_id=head.customer.id if who.visibility == Visibility.PRIVATE else None,
        )
        received_facts.add(who.channel, who.connection, [fact], now)
