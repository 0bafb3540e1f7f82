"""Conversations of one message each, with which a table is filled before something in it is measured."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from conversations.facts import Author, Fact, Kind, Visibility
from conversations.fold import fold
from conversations.identity import Identity
from storage import attribute_values, mapping, writes
from tests.performance import events

DAY = 86_400_000


def items(conversations: int, now: int) -> Iterator[dict[str, Any]]:
    """Yield the encoded items of conversations; the first wait longest, so that any page shows them."""
    for number in range(conversations):
        yield from _conversation(number, now - 20 * DAY)


def _conversation(number: int, began_at: int) -> Iterator[dict[str, Any]]:
    customer, at = str(5_000_000_000_000_000 + number), began_at + number
    who = Identity("facebook", events.CONNECTION, Visibility.PRIVATE, f"{events.PAGE}:{customer}", team="service")
    author = Author(customer, f"Kim Beispiel {number}")
    fact = Fact(
        Kind.MESSAGE,
        who.visibility,
        who.thread_id,
        at,
        events.message_id(-number),
        author=author,
        text=events.words(200),
        customer_id=customer,
    )
    head = fold(who, [fact], [])
    assert head is not None
    expires = writes.expires_at(at, at)
    yield attribute_values.encode(mapping.fact_item(who.channel, who.connection, fact, expires))
    yield attribute_values.encode(mapping.head_item(replace(head, version=1), expires))
