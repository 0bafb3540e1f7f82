"""Searches Threads: public posts by words or by topics, newest first.

Sources: developers.facebook.com/documentation/threads/keyword-search (of 2026-01-21: ``q``, ``search_type``,
``search_mode``, ``since``, ``limit``, permissions, 2,200 queries in 24 hours), …/threads/threads-web-intents (no
address takes a post that is answered), …/threads/retrieve-and-manage-replies/create-replies (who may answer).

No operators are documented, so that words are sent as they are, and each alternative is a request of its own. An app
without the approved permission ``threads_keyword_search`` finds its own posts alone, without an error. Queries that
find nothing do not count; others count for the user, in all apps together. What is answered beyond 2,200 is in no
document (looked up on 2026-11-30), and taken for any limit of Meta's; words that Threads calls sensitive find nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from channels import _meta
from channels._messenger import as_string, word
from channels._payload import UnreadableUpdate
from channels._search import MOST_ANSWERS, Searcher
from channels._search_cursor import Found, SearchCursor, next_page, requests
from channels._search_facts import fact_of, found_post, oldest_first, path_on
from channels._values import as_id, as_millis, as_text
from channels.base import json_list, json_object
from channels.threads.posts import FIELDS, is_our_name, read_post
from conversations.facts import Author
from outreach import accounts_above

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channels._search import SearchPage, SearchRequest
    from channels.base import Credentials
    from conversations.facts import Fact
    from outreach.found_posts import FoundPost

PAGE = 100
FIRST_DAY = 1_688_540_400
"""Seconds: the platform refuses an earlier ``since``."""
SEARCHED = f"{FIELDS},has_replies,reply_audience"
OWN_PAGES = 2
"""Pages of our own answers that are looked through for an address."""
_NAMES = re.compile(r"@([a-z0-9_](?:[a-z0-9_.]{0,28}[a-z0-9_])?)", re.IGNORECASE | re.ASCII)
SITES = frozenset({"threads.com", "www.threads.com", "threads.net", "www.threads.net"})


class ThreadsSearcher(Searcher):
    """Searches Threads."""

    seconds = 900
    page_size = PAGE

    def search(self, request: SearchRequest, cursor: str, credentials: Credentials, now: int) -> SearchPage:
        at = SearchCursor.of(cursor, request.since)
        queries = _queries(request)
        params = {**queries[min(at.step, len(queries) - 1)], "search_type": "RECENT", "fields": SEARCHED}
        params |= {"limit": str(PAGE), "since": str(max(at.from_time // 1000, FIRST_DAY))}
        params |= {"after": at.page} if at.page else {}
        body = _meta.get("keyword_search", credentials, params, _meta.THREADS)
        items = [item for item in json_list(body.get("data")) if isinstance(item, dict)]
        posts = [post for item in items if (post := _read(item, credentials)) and not _is_ours(post, credentials)]
        paging = json_object(body.get("paging"))
        onward = as_string(json_object(paging.get("cursors")).get("after")) if paging.get("next") else None
        return next_page(at, Found(posts, onward or ""), steps=len(queries), now=now)

    def answers(self, post: FoundPost, credentials: Credentials) -> Sequence[FoundPost]:
        """The platform documents this for posts of ours; below those of others it may be refused."""
        params = {"fields": FIELDS, "limit": str(MOST_ANSWERS), "reverse": "false"}
        body = _meta.get(_meta.node(post.id, "conversation"), credentials, params, _meta.THREADS)
        items = (_read(item, credentials) for item in json_list(body.get("data")) if isinstance(item, dict))
        return oldest_first(filter(None, items))

    def fact(self, post: FoundPost) -> Fact:
        return replace(fact_of(post, thread_is_guess=True), by_arrival=post.sent_at % 1000 == 0)

    def own_post_id(self, url: str, credentials: Credentials | None = None) -> str | None:
        """An address has a code in the place of the id, so that our own answers are looked through."""
        path = path_on(SITES, url, credentials)
        names = (path or "").strip("/").split("/")
        is_ours = credentials and names[1:2] == ["post"] and is_our_name(names[0].removeprefix("@"), credentials)
        if not credentials or not is_ours or len(names) != 3:
            return None
        params = {"fields": "id,permalink,shortcode", "limit": str(PAGE)}
        own = _meta.pages("me/replies", credentials, params, OWN_PAGES, _meta.THREADS, must_end=False)
        return next((as_id(item.get("id")) for page in own for item in page if _code(item) == names[2]), None)


def _queries(request: SearchRequest) -> list[dict[str, str]]:
    """Return the query for each alternative, or for each topic; within a topic, the caller matches the words."""
    if request.places:
        return [{"q": place.removeprefix("#"), "search_mode": "TAG"} for place in request.places]
    return [{"q": " ".join(terms), "search_mode": "KEYWORD"} for terms in requests(request.query)]


def _read(item: dict[str, Any], credentials: Credentials) -> FoundPost | None:
    try:
        fact = read_post(item, None, credentials)
    except UnreadableUpdate:
        return None
    if not as_millis(item.get("timestamp")):
        return None
    return replace(
        found_post("threads", fact),
        replies=0 if item.get("has_replies") is False else None,
        may_reply=_may_reply(word(item, "reply_audience")),
        above=accounts_above.digests_of(_who_began(item)),
        mentions_us=any(is_our_name(name, credentials) for name in _NAMES.findall(fact.text or "")),
    )


def _who_began(item: dict[str, Any]) -> list[Author]:
    """Return who began the thread; webhooks tell it, and no document says that a search does."""
    root = json_object(item.get("root_post"))
    return [Author(as_id(root.get("owner_id")), handle=as_string(root.get("username")))] if root else []


def _may_reply(audience: str) -> bool | None:
    """Return what the author set; whom they follow or mention is not told."""
    if audience == "EVERYONE":
        return True
    return False if audience == "PARENT_POST_AUTHOR_ONLY" else None


def _is_ours(post: FoundPost, credentials: Credentials) -> bool:
    return is_our_name(post.author.name, credentials)


def _code(item: dict[str, Any]) -> str:
    address = as_text(item.get("permalink")) or ""
    return as_text(item.get("shortcode")) or address.rstrip("/").rpartition("/")[2]
