"""What needs attention first: the order of the inbox, as a key that sorts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversations.identity import LATEST, clamp
from conversations.model import FollowUpState, Status

if TYPE_CHECKING:
    from conversations.model import Conversation

SHARDS = 4
"""Partitions of the inbox per team, so that a busy team does not heat one key. A page reads all of them at once."""
LETTERS = {Status.OPEN: "a", Status.WAITING: "b", Status.SNOOZED: "c", Status.RESOLVED: "d"}


def partition(team: str, thread: str) -> str:
    """The inbox partition of a conversation."""
    return f"{team}#{ord(thread[0]) % SHARDS}"


def partitions(team: str) -> list[str]:
    """All inbox partitions of a team."""
    return [f"{team}#{shard}" for shard in range(SHARDS)]


def key(head: Conversation) -> str:
    """The sort key: status first; of the open ones broken promises, then what did not arrive, then who waits longest.

    It does not move with every message, only when what needs doing changes: each move costs a write more.
    """
    letter = LETTERS[head.status]
    if head.status == Status.OPEN:
        rank, since = _open(head)
        return f"{letter}{rank}{clamp(since):013d}"
    return f"{letter}{LATEST - clamp(head.done_at):013d}"


def _open(head: Conversation) -> tuple[int, int]:
    follow_up = head.follow_up
    if follow_up and follow_up.outcome and head.unread:
        return 0, head.waiting_since
    if head.undelivered or (follow_up and follow_up.state == FollowUpState.TASK):
        return 1, head.done_at
    return 2, head.waiting_since or head.done_at
