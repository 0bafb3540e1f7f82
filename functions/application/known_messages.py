"""Messages that are stored already: told in the words of another interface, one would count twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversations.facts import Event, Fact, Kind
from storage import received_facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channels.base import Channel


def left_out(channel: Channel, connection: str, events: Sequence[Event]) -> list[Event]:
    """Return events without the messages that are stored, on a channel that is told of them by webhook as well."""
    if not channel.receives:
        return list(events)
    messages = {id(event): event for event in events if isinstance(event, Fact) and event.kind == Kind.MESSAGE}
    threads = (fact.thread_id for fact in messages.values())
    known = received_facts.known_messages(channel.name, connection, threads)
    return [event for event in events if id(event) not in messages or messages[id(event)].message_id not in known]
