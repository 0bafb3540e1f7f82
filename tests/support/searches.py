"""Searches of a channel in the square, read to their end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from channels._search import SearchRequest
    from channels.base import Channel, Credentials
    from outreach.found_posts import FoundPost


def found_by(
    channel: Channel, credentials: Credentials, request: SearchRequest, cursor: str = ""
) -> tuple[list[FoundPost], str]:
    """Return the posts of all pages of a search, and the cursor behind them."""
    assert channel.searcher
    posts: list[FoundPost] = []
    while True:
        page = channel.searcher.search(request, cursor, credentials, time.time_ns() // 1_000_000)
        posts, cursor = [*posts, *page.posts], page.cursor
        if not page.more:
            return posts, cursor


def assert_pages_and_news_are_found(
    say: Callable[[str], dict[str, Any]], found: Callable[..., tuple[list[FoundPost], str]], posts: int
) -> None:
    """Let a stranger write more posts than a page has, and assert that a search finds all, and then what is new."""
    said = {say(f"Ich suche Kopfhörer {count}")["message_id"] for count in range(posts)}
    first, cursor = found()
    assert {post.id for post in first} == said
    later = say("Ich suche noch immer ein Headset")
    assert later["message_id"] in {post.id for post in found(cursor)[0]}
