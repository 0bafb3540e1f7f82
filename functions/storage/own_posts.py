"""Posts of the company's own, below which customers comment: read from the platform once each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversations.message_context import Post
from storage import table
from storage.schema import Schema
from storage.writes import DAY, expires_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.keys import Key

NOTHING = Post()
"""A post that is another's, or gone, or that says nothing."""
NOTHING_KEPT = DAY
"""Milliseconds for which it is not asked again for a post that could not be shown."""
POST = Schema(
    Post, keep=("likes", "comments", "shares"), text="x", url="l", picture="p", likes="li", comments="co", shares="sh"
)
READ_AT = "at"
"""Time of the reading, in milliseconds."""


def read(channel: str, connection: str, thread_id: str) -> Post | None:
    """Return the post of a thread; ``NOTHING`` for one that cannot be shown, None for one that nobody asked for."""
    item = table.get(*_key(channel, connection, thread_id))
    return POST.read(item) if item else None


def read_many(posts: Sequence[tuple[str, str, str]]) -> dict[tuple[str, str, str], Post]:
    """Return the posts of several threads (channel, connection, thread) as far as they were read."""
    posts_by_key = {_key(*each): each for each in posts}
    return {posts_by_key[key]: POST.read(item) for key, item in table.get_many(posts_by_key).items()}


def put(channel: str, connection: str, thread_id: str, post: Post, now: int) -> None:
    """Store a post; ``now`` in milliseconds."""
    expires = expires_at(now, now) if post != NOTHING else (now + NOTHING_KEPT) // 1000
    table.put(POST.item(_key(channel, connection, thread_id), post, expires, **{READ_AT: now}))


def read_at(channel: str, connection: str, thread_id: str) -> int:
    """Return when a post was read (milliseconds); 0 for never, or where an earlier version read it."""
    item = table.get(*_key(channel, connection, thread_id))
    return int(item.get(READ_AT, 0)) if item else 0


def _key(channel: str, connection: str, thread_id: str) -> Key:
    return f"post#{channel}/{connection}", thread_id
