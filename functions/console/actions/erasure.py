"""Erasing a conversation, or a customer with all conversations that they began."""

from __future__ import annotations

from console.actions.replies import find
from conversations.conversation import proven_customer
from storage import conversations, customer_cards, customers, erased_conversations, profiles, writes


def erase(conversation_id: str, now: int) -> int:
    """Forget a conversation; how many were forgotten."""
    conversation = find(conversation_id)
    who, customer_id = conversation.head.identity, proven_customer(conversation.head)
    erased_conversations.erase(conversation.id, now)
    if customer_id:
        profiles.forget(who.channel, who.connection, customer_id)
    return 1


def erase_customer(conversation_id: str, now: int) -> int:
    """Forget all conversations that the customer of this one began; how many were forgotten.

    Where nobody vouches for the customer it is this one alone: the others are those of somebody else, or may be.
    """
    conversation = find(conversation_id)
    who, proven = conversation.head.identity, proven_customer(conversation.head)
    others = 0
    if proven:
        owner = customer_cards.owner(who.channel, who.connection, proven)
        others = erase_owner(owner, now, but=conversation.id)
    return erase(conversation.id, now) + others


def erase_owner(owner: tuple[str, str, str], now: int, but: str = "") -> int:
    """Erase a customer (channel, connection and id) with their conversations except ``but``; returns how many of these.

    Dispatch sees it, and removes the rest.
    """
    theirs = conversations.heads([each for each in customers.conversations_of(*owner) if each != but])
    for conversation in theirs:
        erased_conversations.erase(conversation, now)
    customers.erase(*owner, now, writes.expires_at(now, now))
    return len(theirs)
