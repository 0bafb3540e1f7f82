"""Open comments below posts of the company's: what the lists of posts hold of each conversation. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from conversations.conversation import Status
from conversations.facts import Visibility

if TYPE_CHECKING:
    from conversations.conversation import Conversation


class OpenComments(Struct, frozen=True):
    """The open comments of one conversation below a post."""

    team: str
    channel: str
    connection: str
    thread_id: str
    branch_id: str
    count: int
    """Number of messages of others that nobody has dealt with."""
    since: int
    """Time since which the first of them waits (milliseconds)."""


class ListComments(Struct, frozen=True):
    """Have the list of posts say what a conversation has open below its post: an effect."""

    before: OpenComments | None
    after: OpenComments | None


def open_comments(head: Conversation | None) -> OpenComments | None:
    """Return the open comments of a conversation; None where it has none, or does not stand below a post."""
    if head is None or head.status != Status.OPEN or not head.unread:
        return None
    identity = head.identity
    if identity.visibility != Visibility.PUBLIC or not identity.branch_id:
        return None
    place = identity.team, identity.channel, identity.connection, identity.thread_id, identity.branch_id
    return OpenComments(*place, head.unread, head.waiting_since)
