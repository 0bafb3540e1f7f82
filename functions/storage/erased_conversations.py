"""The erasure of conversations: a trace in the place of the head, and the removal of what is older than it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from conversations import identity
from storage import conversations, keys, table
from storage.schema import LeaveOut, Schema
from storage.writes import expires_at

if TYPE_CHECKING:
    from conversations.conversation import Conversation
    from storage.attribute_values import StoredItem

CLOCKS_APART = 60_000
"""Milliseconds by which the clock of a platform, or of another function, may be ahead of ours."""


class Trace(Struct, frozen=True):
    """Trace of an erased conversation."""

    at: int
    """Time of the erasure (milliseconds); entries that are older are not read any more."""


TRACE = Schema(Trace, leave_out=LeaveOut.NONE, at="t")


def erase(conversation: str, now: int) -> None:
    """Put a trace without personal data in the place of a head: what is older than it is gone, and stays gone.

    From this moment nobody finds the conversation; dispatch sees the trace and has the rest removed (``purge``).
    """
    table.put(erased_item(conversation, _last_said(conversation, now), expires_at(now, now)))


def replace_head(head: Conversation, at: int, now: int) -> None:
    """Put a trace in the place of a head of which all was erased; raises ``Conflict`` where it changed since."""
    conversation = keys.id_of(head.identity)
    table.put(erased_item(conversation, at, expires_at(now, now)), "v = :version", version=head.version)


def erased_item(conversation: str, at: int, expires: int) -> StoredItem:
    """Return what stays of an erased conversation: that there was one, and when (milliseconds) it was erased."""
    return TRACE.item(keys.head_key(conversation), Trace(at), expires)


def _last_said(conversation: str, now: int) -> int:
    """Return the time of the newest entry, at least now: the clock of its writer may be a little ahead."""
    thread, branch = identity.split_id(conversation)
    condition, values = conversations.range_of(thread, f"{branch}#" if branch else None)
    said = [keys.said_at(item) for item in table.query(condition, **values)]
    return max([now, *(at for at in said if at <= now + CLOCKS_APART)])


def purge(conversation: str, before: int) -> int:
    """Remove all of an erased conversation that was said up to a time; returns how many items that were."""
    thread, branch = identity.split_id(conversation)
    condition, values = conversations.range_of(thread, f"{branch}#" if branch else None)
    found = [(item["pk"], item["sk"]) for item in table.query(condition, **values) if keys.said_at(item) <= before]
    table.remove(found)
    return len(found)
