"""Customers in the table, as far as asking them is concerned: how often they were asked, and whether they mind.

A customer is an identity on one connection. The key is a digest, so what stays after an erasure (that somebody does not
want to be asked) says nothing of who it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from conversations import table

if TYPE_CHECKING:
    from collections.abc import Mapping

RECORD = "#"
_MONTH = "m"
"""What the attribute that counts a month begins with."""


@dataclass(frozen=True, slots=True)
class Customer:
    """Whom we may ask."""

    declined_at: int = 0
    """Since when the customer does not want to be asked (milliseconds); 0 for who did not say so."""
    asked: Mapping[str, int] = field(default_factory=dict)
    """How often the customer was asked, by month."""


def read(channel: str, connection: str, customer_id: str | None) -> Customer:
    """What is known of a customer; of one whom the platform does not name, nothing."""
    found = table.get(_key(channel, connection, customer_id), RECORD) if customer_id else None
    if found is None:
        return Customer()
    months = {name[1:]: count for name, count in found.items() if name.startswith(_MONTH)}
    return Customer(found.get("declined", 0), months)


def claim(
    channel: str, connection: str, customer_id: str | None, month: str, cap: int, expires: int
) -> list[dict[str, Any]]:
    """The part of a transaction that counts a question, and fails for who was asked enough or does not want it."""
    if not customer_id:
        return []
    condition = "attribute_not_exists(declined)"
    values: dict[str, Any] = {"one": 1, "expires": expires}
    if cap:
        condition += " AND (attribute_not_exists(#month) OR #month < :cap)"
        values["cap"] = cap
    key = (_key(channel, connection, customer_id), RECORD)
    expression = "SET expires = :expires ADD #month :one"
    return [{"Update": table.update_request(key, expression, condition, {"#month": _MONTH + month}, **values)}]


def decline(channel: str, connection: str, customer_id: str, at: int) -> None:
    """The customer does not want to be asked, from now on and for good."""
    key = (_key(channel, connection, customer_id), RECORD)
    table.update(key, "SET declined = if_not_exists(declined, :at) REMOVE expires", at=at)


def permit(channel: str, connection: str, customer_id: str, expires: int) -> None:
    """It was a mistake: the customer may be asked after all; ``expires`` in seconds since 1970."""
    key = (_key(channel, connection, customer_id), RECORD)
    table.update(key, "SET expires = :expires REMOVE declined", expires=expires)


def remember(channel: str, connection: str, customer_id: str, conversation: str, expires: int) -> None:
    """Note that a conversation is a customer's; ``expires`` in seconds since 1970."""
    table.put({"pk": _key(channel, connection, customer_id), "sk": conversation, "expires": expires})


def conversations_of(channel: str, connection: str, customer_id: str) -> list[str]:
    """The conversations a customer began."""
    found = table.query("pk = :pk", pk=_key(channel, connection, customer_id))
    return [item["sk"] for item in found if item["sk"] != RECORD]


def _key(channel: str, connection: str, customer_id: str) -> str:
    name = f"{channel}\0{connection}\0{customer_id}"
    return f"customer#{blake2b(name.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"
