"""Cards of customers whose conversations go on: they are kept as long. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from conversations.conversation import proven_customer

if TYPE_CHECKING:
    from conversations.conversation import Conversation

WEEK = 7 * 86_400_000


class KeepCard(Struct, frozen=True):
    """Keep the customer's card as long as a conversation that goes on; once a week."""

    channel: str
    connection: str
    customer_id: str
    newest: int
    """Time of the last message (milliseconds)."""


def kept_cards(old: Conversation | None, new: Conversation) -> list[KeepCard]:
    """Return the card that is kept longer, where somebody wrote for the first time in a week."""
    known = proven_customer(new)
    if not known or (old and old.last_message.at // WEEK >= new.last_message.at // WEEK):
        return []
    return [KeepCard(new.identity.channel, new.identity.connection, known, new.last_message.at)]
