"""Messages that are moved from one thread to another on the platform: they are shown where they are now, alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from conversations.facts import Author, Fact, Kind
from storage import keys, table
from storage.references import REFERENCE, Reference
from storage.writes import expires_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.facts import Event
    from storage.attribute_values import StoredItem


def follow(channel: str, connection: str, events: Sequence[Event], now: int) -> tuple[list[Event], list[StoredItem]]:
    """Return events with the removals of messages from threads in which they are no more, and where each is now.

    Only messages that may be moved are looked up. In whatever order the events come, the newest tells where one is.
    """
    movable = {each.message_id for each in events if isinstance(each, Fact) and each.may_move}
    if not movable:
        return [*events], []
    by_key = {keys.reference_key(channel, connection, each): each for each in movable}
    found = {by_key[key]: REFERENCE.read(item) for key, item in table.get_many(by_key).items()}
    known = dict(found)
    followed: list[Event] = []
    for event in events:
        if isinstance(event, Fact) and event.may_move:
            followed.append(replace(event, may_move=False))
            followed += _moves(event, known)
        else:
            followed.append(event)
    notes = [
        REFERENCE.item(
            keys.reference_key(channel, connection, message_id), reference, expires_at(reference.at or now, now)
        )
        for message_id, reference in known.items()
        if reference != found.get(message_id)
    ]
    return followed, notes


def _moves(fact: Fact, known: dict[str, Reference]) -> list[Fact]:
    """Return that a message is no more in one thread, and is again in the other, if it was moved."""
    before = known.get(fact.message_id)
    if before is None or before.thread_id == fact.thread_id:
        known.setdefault(fact.message_id, Reference(fact.thread_id, at=fact.at))
        return []
    here = Fact(Kind.REMOVED, fact.visibility, fact.thread_id, before.at, fact.message_id, author=Author())
    here = replace(here, customer_id=fact.customer_id)
    if fact.at < before.at:
        return [here]
    known[fact.message_id] = Reference(fact.thread_id, at=fact.at)
    return [replace(here, thread_id=before.thread_id, at=fact.at), replace(here, kind=Kind.SHOWN, at=fact.at)]
