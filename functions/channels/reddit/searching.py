"""Searches Reddit: posts everywhere or in named subreddits; comments are not searched.

Sources: reddit.com/dev/api#GET_search (``restrict_sr``, ``sort``, ``t``, 512 characters),
github.com/reddit-archive/reddit/wiki/API (60 calls a minute). ``AND``, ``OR``, ``NOT`` and quotation marks are in no
document for developers (looked up on 2026-11-30). The help that others cite, reddit.com/wiki/search, could be read
as a copy alone, of a search engine that was replaced in 2017. Whether ``NOT`` leaves posts out is unsure: what comes
back is matched again.

A subreddit's own rules on advertising are confirmed by a person, and are no part of this. Locked and archived posts
take no answers; neither do subreddits that the account cannot write in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from msgspec.structs import replace

from channels._payload import UnreadableUpdate
from channels._search import MOST_ANSWERS, Searcher
from channels._search_cursor import Found, SearchCursor, combined, next_page, quoted
from channels._search_facts import fact_of, found_post, oldest_first, parts_of
from channels._values import as_count, as_millis, as_text
from channels.base import json_object
from channels.reddit.api import Client
from channels.reddit.items import COMMENT, POST, SITE_URL, data_of, is_erased, items_of, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from channels._search import SearchPage, SearchRequest
    from channels.base import Credentials
    from conversations.facts import Fact
    from outreach.found_posts import FoundPost

PAGE = 100
LONGEST_QUERY = 500
DAY, WEEK = 86_400_000, 7 * 86_400_000
_PATH = re.compile(r"/(?:r|user)/[\w-]{1,50}/comments/([a-z0-9]{1,20})(?:/[^/]*/([a-z0-9]{1,20})|/[^/]*)?/?")


class RedditSearcher(Searcher):
    """Searches Reddit."""

    seconds = 600
    page_size = PAGE

    def search(self, request: SearchRequest, cursor: str, credentials: Credentials, now: int) -> SearchPage:
        at = SearchCursor.of(cursor, request.since)
        steps = [(place, text) for place in request.places or ("",) for text in _queries(request)]
        place, text = steps[min(at.step, len(steps) - 1)]
        client = Client(credentials)
        age = now - at.from_time
        params = {"q": text, "sort": "new", "limit": str(PAGE), "type": "link", "include_over_18": "off"}
        params["t"] = "day" if age < DAY else "week" if age < WEEK else "month"
        params |= {"restrict_sr": "1"} if place else {}
        params |= {"after": at.page} if at.page else {}
        path = f"/r/{quote(place.removeprefix('r/'), safe='')}/search" if place else "/search"
        response = json_object(client.get(path, params).get("data"))
        items = list(items_of({"data": response}))
        posts = [post for item in items if (post := _read(item, credentials))]
        reached = (as_millis(data_of(items[-1]).get("created_utc")) or 0) if items else 0
        found = Found(posts, as_text(response.get("after")) or "" if items else "", reached)
        return replace(next_page(at, found, steps=len(steps), now=now), pause=client.pause)

    def answers(self, post: FoundPost, credentials: Credentials) -> Sequence[FoundPost]:
        path = f"/comments/{quote(post.thread_id.removeprefix(f'{POST}_'), safe='')}"
        params = {"limit": str(MOST_ANSWERS), "depth": "4", "sort": "old"}
        listings = Client(credentials).get_listings(path, params)
        below = [item for listing in listings[1:] for item in _below(listing, 4)]
        return oldest_first(each for item in below if (each := _read(item, credentials)))

    def fact(self, post: FoundPost) -> Fact:
        return fact_of(post, thread_is_guess=True)

    def post_url(self, post_id: str, below: FoundPost, credentials: Credentials) -> str:
        post = _PATH.fullmatch(parts_of(below.url).path)
        comment = post_id.removeprefix(f"{COMMENT}_")
        return f"{SITE_URL}/r/{below.place}/comments/{post[1]}/_/{comment}/" if post and below.place else ""

    def own_post_id(self, url: str, credentials: Credentials | None = None) -> str | None:
        """The address of a comment has its own id behind that of its post."""
        parts = parts_of(url)
        is_site = (parts.hostname or "").removeprefix("www.").removeprefix("old.").removeprefix("new.") == "reddit.com"
        match = _PATH.fullmatch(parts.path) if is_site else None
        return f"{COMMENT}_{match[2]}" if match and match[2] else None


def _queries(request: SearchRequest) -> list[str]:
    query = request.query
    beside = [f"NOT {quoted(word)}" for word in query.none]
    room = LONGEST_QUERY - len(" AND ".join([*map(quoted, query.all), *beside])) - 10
    texts = [f"({text})" for text in combined(query.any, longest=max(room, 50))] or [""]
    fixed = " AND ".join(map(quoted, query.all))
    return [" ".join([" AND ".join(filter(None, [fixed, text])), *beside]).strip() for text in texts]


def _below(listing: object, depth: int) -> Iterator[dict[str, Any]]:
    for item in items_of(listing):
        yield item
        if depth > 1:
            yield from _below(data_of(item).get("replies"), depth - 1)


def _read(item: dict[str, Any], credentials: Credentials) -> FoundPost | None:
    if item.get("kind") not in (POST, COMMENT) or is_erased(item):
        return None
    try:
        fact = message(item, credentials)
    except UnreadableUpdate:
        return None
    if fact is None:
        return None
    data = data_of(item)
    is_closed = any(data.get(mark) is True for mark in ("locked", "archived", "quarantine"))
    is_barred = data.get("user_is_banned") is True or data.get("subreddit_type") in ("private", "gold_only")
    post = found_post("reddit", fact)
    return replace(
        post,
        url=post.url or f"{SITE_URL}/comments/{fact.thread_id.removeprefix(f'{POST}_')}",
        place=as_text(data.get("subreddit")) or "",
        replies=as_count(data.get("num_comments")),
        may_reply=False if is_closed or is_barred else None,
        mentions_us=f"u/{credentials.account_id}".lower() in f"{fact.title} {fact.text}".lower(),
        is_bot=(fact.author.name or "").lower() == "automoderator",
    )
