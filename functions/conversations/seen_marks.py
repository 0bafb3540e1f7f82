"""Marks of how much somebody has read: the last message, and how many messages and changes there were then. Pure.

The id of the last message does not tell of what arrives later and is older: platforms deliver late and in any order.
With the counts beside it, that is noticed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from conversations.conversation import Conversation

_MARK = re.compile(r"(.+)~([0-9]{1,7})\.([0-9]{1,7})\.([0-9]{1,7})", re.DOTALL)


class SeenMark(Struct, frozen=True):
    """One who has read up to a message, when there were so many of others, of the customer, and changes of them."""

    last_id: str
    inbound: int
    heard: int
    edits: int


def write(head: Conversation, last_id: str) -> str:
    """Return the mark of who has read a conversation as it is, up to its last message."""
    return f"{last_id}~{head.inbound}.{head.heard}.{head.edits}"


def read(text: str) -> SeenMark | None:
    """Return what a mark says; None for a text that is none, such as an id."""
    match = _MARK.fullmatch(text)
    return SeenMark(match[1], *map(int, match.groups()[1:])) if match else None
