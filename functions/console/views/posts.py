"""Posts of the company's as the API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from console.times import when
from storage.own_posts import NOTHING

if TYPE_CHECKING:
    from conversations.message_context import Post
    from conversations.post_comments import OpenComments


def post(post_id: str, content: Post, entries: list[OpenComments]) -> dict[str, Any]:
    """Return a post with what is open below it."""
    first = entries[0]
    return {
        "id": post_id,
        "channel": first.channel,
        "connection": first.connection,
        "post": None if content == NOTHING else asdict(content),
        "open_messages": sum(each.count for each in entries),
        "conversations": len(entries),
        "waiting_since": when(min(each.since for each in entries)),
        "teams": sorted({each.team for each in entries}),
    }
