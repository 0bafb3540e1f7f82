"""Read state of a conversation for one agent, which says nothing of whether anybody answered. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from conversations.conversation import Conversation

DAY = 86_400_000
KEPT_DAYS = 14
"""Days for which marks are kept. What nobody wrote in for so long counts as read, unless the mark says otherwise."""


class ReadMark(Struct, frozen=True):
    """The part of a conversation that an agent has read, and when they last did."""

    count: int
    """Number of messages of others, and of changes of them, that were read; 0 where it was marked as unread."""
    at: int
    """Milliseconds."""


def count_of(inbound: int, edits: int) -> int:
    """Return what a mark counts. It is a number and no time: platforms deliver late and in any order."""
    return inbound + edits


def is_read(head: Conversation, mark: ReadMark | None, now: int) -> bool:
    """Return whether an agent has read all that others wrote; ``now`` in milliseconds."""
    if mark is None:
        return head.upto < now - KEPT_DAYS * DAY
    return 0 < mark.count >= count_of(head.inbound, head.edits)
