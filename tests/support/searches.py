"""Searches of a channel in the square, read to their end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
