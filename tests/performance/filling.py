"""Conversations of one message each, with which a table is filled before something in it is measured.

The functions' own code makes one; the others are its text with other ids, times and keys. A million take a minute.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from conversations import inbox_order
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.fold import fold
from conversations.identity import Identity
from storage import attribute_values, keys, mapping, writes
from tests.performance import events

DAY = 86_400_000
TEAM = "service"
Item = dict[str, Any]


def items(conversations: int, now: int) -> Iterator[Item]:
    """Yield the encoded items of conversations; the first wait longest, so that any page shows them."""
    began_at = now - 20 * DAY
    of_model = _varying(0, began_at)
    # The longest first: a position contains a time.
    names = sorted(set(of_model), key=len, reverse=True)
    parts = re.split(f"({'|'.join(map(re.escape, names))})", json.dumps(conversation(0, began_at)))
    indexes = [of_model.index(name) for name in parts[1::2]]
    for number in range(conversations):
        values = _varying(number, began_at + number)
        parts[1::2] = [values[index] for index in indexes]
        yield from json.loads("".join(parts))


def conversation(number: int, at: int) -> list[Item]:
    """Return the encoded items of the conversation with this number, which began at a time (milliseconds)."""
    fact = _fact(number, at)
    who = Identity("facebook", events.CONNECTION, fact.visibility, fact.thread_id, team=TEAM)
    head = fold(who, [fact], [])
    assert head is not None
    expires = writes.expires_at(at, at)
    fact_item = mapping.fact_item(who.channel, who.connection, fact, expires)
    return [attribute_values.encode(each) for each in (fact_item, mapping.head_item(replace(head, version=1), expires))]


def _fact(number: int, at: int) -> Fact:
    customer = str(5_000_000_000_000_000 + number)
    return Fact(
        Kind.MESSAGE,
        Visibility.PRIVATE,
        f"{events.PAGE}:{customer}",
        at,
        events.message_id(-number),
        author=Author(customer, f"Kim Beispiel {number}"),
        text=events.words(200),
        customer_id=customer,
    )


def _varying(number: int, at: int) -> list[str]:
    """Return the parts of a conversation's items that are its own, always in the same order."""
    fact = _fact(number, at)
    thread, place = mapping.fact_key("facebook", events.CONNECTION, fact)
    shard = keys.shard_of(thread)
    return [
        thread,
        place.partition("#")[2],
        fact.message_id or "",
        fact.author.id or "",
        fact.author.name or "",
        keys.sort_time(at),
        str(writes.expires_at(at, at)),
        keys.said_in(at, shard),
        keys.named_in(shard),
        inbox_order.partition(TEAM, thread),
    ]
