"""Facts about a thread as a whole, as facts about each of its messages; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from conversations.facts import Author, Fact, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence


def spread(fact: Fact, known: Sequence[Fact]) -> list[Fact]:
    """Return a fact once for each message that it holds for, of those that are known of its thread.

    A thread that is there again brings back what went with it, and not what had been removed before.
    """
    if not fact.is_of_all:
        return [fact]
    messages = {each.message_id for each in known if each.kind in (Kind.MESSAGE, Kind.EDITED)}
    if fact.kind == Kind.SHOWN:
        removed = {each.message_id: each.at for each in sorted(known, key=_time) if each.kind == Kind.REMOVED}
        last = max(removed.values(), default=0)
        messages &= {message for message, at in removed.items() if at == last}
    plain = replace(fact, is_of_all=False, author=Author())
    return [replace(plain, message_id=message) for message in sorted(messages)]


def _time(fact: Fact) -> int:
    return fact.at
