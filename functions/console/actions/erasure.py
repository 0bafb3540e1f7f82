"""Erasing a conversation, or a customer with all conversations that they began."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from application import opt_outs
from console.actions.replies import find
from conversations.conversation import proven_customer
from storage import conversations, customer_cards, customers, erased_conversations, profiles, writes

if TYPE_CHECKING:
    from collections.abc import Callable

    from application.loading import LoadedConversation
    from conversations.facts import Author


def erase(conversation_id: str, now: int) -> int:
    """Forget a conversation; how many were forgotten."""
    conversation = find(conversation_id)
    identity, customer_id = conversation.head.identity, proven_customer(conversation.head)
    erased_conversations.erase(conversation.id, now)
    if customer_id:
        profiles.forget(identity.channel, identity.connection, customer_id)
    return 1


def erase_customer(conversation_id: str, clock: Callable[[], int], *, keep_out: bool = False) -> int:
    """Forget all conversations that the customer of this one began; how many were forgotten.

    With ``keep_out`` their opt-out stays, as digests that name nobody, so that searches do not find them again. Where
    nobody vouches for the customer it is this one alone: the others are those of somebody else, or may be.
    """
    conversation, now = find(conversation_id), clock()
    identity, proven = conversation.head.identity, proven_customer(conversation.head)
    if proven and keep_out:
        opt_outs.decline_customer(identity, _by_all_names(conversation, proven), clock)
    others = 0
    if proven:
        owner = customer_cards.owner(identity.channel, identity.connection, proven)
        others = erase_owner(owner, now, but=conversation.id)
    return erase(conversation.id, now) + others


def _by_all_names(conversation: LoadedConversation, customer: str) -> Author:
    """Return the customer with the names by which other servers know them, as far as a message tells."""
    authors = (each.author for each in conversation.messages() if each.author.id == customer and each.author.handle)
    return next(authors, replace(conversation.head.customer, id=customer))


def erase_owner(owner: tuple[str, str, str], now: int, but: str = "") -> int:
    """Erase a customer (channel, connection and id) with their conversations except ``but``; returns how many of these.

    Dispatch sees it, and removes the rest.
    """
    theirs = conversations.heads([each for each in customers.conversations_of(*owner) if each != but])
    for conversation in theirs:
        erased_conversations.erase(conversation, now)
    customers.erase(*owner, now, writes.expires_at(now, now))
    return len(theirs)
