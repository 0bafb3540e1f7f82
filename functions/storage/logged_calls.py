"""Writes of a call or visit that an agent logs: its fact, its head and what was done, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from storage import customers, keys, mapping, table, writes
from storage.writes import expires_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.actions import Action
    from conversations.conversation import Conversation
    from conversations.facts import Fact
    from storage.writes import Write


def put(new: Conversation, fact: Fact, actions: Sequence[Action], now: int, *further: Write) -> None:
    """Store a logged call; raises ``Conflict`` where it was stored before. ``now`` in milliseconds."""
    identity = new.identity
    conversation, expires = keys.id_of(identity), expires_at(new.last_message.at, now)
    table.transact(
        writes.put(mapping.head_item(replace(new, version=1), expires), "attribute_not_exists(pk)"),
        writes.put(mapping.fact_item(identity.channel, identity.connection, fact, expires_at(fact.at, now))),
        customers.remembered(
            identity.channel, identity.connection, new.customer.id or "", conversation, expires_at(fact.at, now)
        ),
        *(writes.put(mapping.action_item(conversation, each, expires)) for each in actions),
        *further,
    )
