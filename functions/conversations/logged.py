"""Contacts that no platform reports: a phone call or a visit, which an agent logs as a conversation. Pure.

Nothing is ever sent there. The conversation's customer is a person of their own, or one whom a card names: then their
id says whose card it is, so that what is known, asked and erased of that customer holds here, too.
"""

from __future__ import annotations

PHONE, VISIT = "phone", "visit"
KINDS = (PHONE, VISIT)
"""The names that stand in the place of a channel."""
CONNECTION = "log"
"""The name that stands in the place of a connection."""
_OF_CARD = "customer:"


def customer_id_of(card: str) -> str:
    """Return the customer id of a logged contact with the customer of a card."""
    return f"{_OF_CARD}{card}"


def card_of(channel: str, customer_id: str) -> str | None:
    """Return the card that a logged contact's customer id names; None for any other id."""
    is_named = channel in KINDS and customer_id.startswith(_OF_CARD)
    return customer_id.removeprefix(_OF_CARD) if is_named else None
