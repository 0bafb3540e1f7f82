"""Searches of a channel in the square, read to their end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from outreach.accounts_above import are_any_of
from outreach.searches import Query

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


def assert_accounts_above_are_told(
    channel: Channel, credentials: Credentials, request: SearchRequest, say: Callable[..., dict[str, Any]]
) -> None:
    """Let a stranger ask below an answer to a company, and assert who is told to have written what stands above."""
    assert channel.searcher
    begun = say("Rival Audio", "Unsere neuen Modelle sind da")
    below = say("Ole", "Sehen gut aus", to=begun["message_id"])
    say("Runa", "Ich suche Kopfhörer", to=below["message_id"])
    (post,), _ = found_by(channel, credentials, request)
    (answered,), _ = found_by(channel, credentials, replace(request, query=Query(all=("Sehen",))))
    around = channel.searcher.surroundings(post, credentials)
    assert are_any_of(post.above, (answered.author.id or "",))
    assert are_any_of(around.above, ("Rival Audio",)) and not are_any_of(around.above, ("Runa",))
    assert list(around.answers) == []
