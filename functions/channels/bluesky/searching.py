"""Searches Bluesky: public posts by words, newest first.

Sources: the lexicons app.bsky.feed.searchPosts (``since``, ``lang``, ``cursor``), app.bsky.feed.getPostThread
(``parentHeight``, by default 80; a parent may be ``notFoundPost`` or ``blockedPost``),
app.bsky.actor.getProfiles (``actors``, at most 25), app.bsky.actor.defs (``viewer.blockedBy``),
app.bsky.feed.defs (``viewer.replyDisabled``, ``threadgate``) of github.com/bluesky-social/atproto.

A search has no "or": each alternative is a request of its own. The cursor may end before the results do, so that each
pass begins at a time. An author's reply gate is in the view; the server says if it holds for our account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from channels._payload import UnreadableUpdate
from channels._search import Searcher, Surroundings
from channels._search_cursor import Found, SearchCursor, next_page, quoted, requests
from channels._search_facts import fact_of, found_post, in_language, oldest_first, parts_of
from channels._values import as_count, as_id
from channels.base import json_list, json_object
from channels.bluesky.api import get, moment, repository_of, string
from channels.bluesky.posts import POST, Reader, display_name, handle_of, permalink, read_post
from conversations.facts import Author
from outreach import accounts_above

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from channels._search import SearchPage, SearchRequest
    from channels.base import Credentials
    from conversations.facts import Fact
    from outreach.found_posts import FoundPost

PAGE = 100
DEPTH = 6
"""Levels of answers that are read."""
HEIGHT = 80
"""Posts above that are read."""
CDN_URL = "https://cdn.bsky.app"
MENTION = "app.bsky.richtext.facet#mention"
SITES = frozenset({"bsky.app", "www.bsky.app"})


class BlueskySearcher(Searcher):
    """Searches Bluesky."""

    seconds = 60
    page_size = PAGE
    tells_blocks = True

    def search(self, request: SearchRequest, cursor: str, credentials: Credentials, now: int) -> SearchPage:
        at = SearchCursor.of(cursor, request.since)
        queries = _queries(request)
        params = {"q": queries[min(at.step, len(queries) - 1)], "sort": "latest", "limit": str(PAGE)}
        params["since"] = moment(at.from_time)
        if len(request.languages) == 1:
            params["lang"] = request.languages[0]
        if at.page:
            params["cursor"] = at.page
        response = get("app.bsky.feed.searchPosts", credentials, params)
        items = [item for item in json_list(response.get("posts")) if isinstance(item, dict)]
        posts = [post for item in items if (post := _read(item, credentials))]
        others = [post for post in posts if post.author.id != credentials.account_id]
        found = Found(others, (string(response.get("cursor")) or "") if items else "")
        return next_page(at, found, steps=len(queries), now=now)

    def answers(self, post: FoundPost, credentials: Credentials) -> Sequence[FoundPost]:
        return oldest_first(self._answers_in(_thread(post, 0, credentials), credentials))

    def surroundings(self, post: FoundPost, credentials: Credentials) -> Surroundings:
        thread = _thread(post, HEIGHT, credentials)
        answers = oldest_first(self._answers_in(thread, credentials))
        return Surroundings(answers, accounts_above.digests_of(_authors_above(thread)))

    def _answers_in(self, thread: dict[str, Any], credentials: Credentials) -> Iterator[FoundPost]:
        return (post for item in _below(thread, DEPTH) if (post := _read(item, credentials)))

    def blocked_by(self, people: Sequence[str], credentials: Credentials) -> set[str]:
        response = get("app.bsky.actor.getProfiles", credentials, {"actors": [*people]})
        profiles = [json_object(each) for each in json_list(response.get("profiles"))]
        return {each["did"] for each in profiles if string(each.get("did")) and _is_blocking(each)}

    def fact(self, post: FoundPost) -> Fact:
        return fact_of(post, thread_is_guess=bool(post.branch_id) or post.thread_id == post.id)

    def post_url(self, post_id: str, below: FoundPost, credentials: Credentials) -> str:
        return permalink(post_id) or ""

    def own_post_id(self, url: str, credentials: Credentials | None = None) -> str | None:
        """An address calls our account by its handle or by its id."""
        parts = parts_of(url)
        names = parts.path.strip("/").split("/")
        if parts.hostname not in SITES or len(names) != 4 or (names[0], names[2]) != ("profile", "post"):
            return None
        is_ours = credentials and names[1].lower() == credentials.options.get("handle", "").lower()
        author = credentials.account_id if credentials and is_ours else names[1]
        return f"at://{author}/{POST}/{names[3]}" if author.startswith("did:") and names[3] else None


def _queries(request: SearchRequest) -> list[str]:
    """Return a query for each alternative, and within each tag if there are any."""
    tags = [f"#{place.removeprefix('#')}" for place in request.places] or [""]
    texts = [" ".join(map(quoted, terms)) for terms in requests(request.query)]
    return [f"{text} {tag}".strip() for text in texts for tag in tags]


def _thread(post: FoundPost, height: int, credentials: Credentials) -> dict[str, Any]:
    params = {"uri": post.id, "depth": str(DEPTH), "parentHeight": str(height)}
    return json_object(get("app.bsky.feed.getPostThread", credentials, params).get("thread"))


def _authors_above(thread: dict[str, Any]) -> Iterator[Author]:
    """Yield who wrote the posts above, the nearest first; of one that is not shown, the account that its name has."""
    for _ in range(HEIGHT):
        thread = json_object(thread.get("parent"))
        if not thread:
            return
        profile = json_object(json_object(thread.get("post")).get("author"))
        account = as_id(profile.get("did")) or repository_of(string(thread.get("uri")) or "")
        yield Author(account, display_name(profile), handle_of(profile))


def _answered(record: dict[str, Any]) -> Iterator[Author]:
    """Yield whose post another one answers and who began the thread: an address names its account by the id alone."""
    reply = json_object(record.get("reply"))
    for name in ("root", "parent"):
        yield Author(repository_of(as_id(json_object(reply.get(name)).get("uri")) or ""))


def _below(thread: dict[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    for reply in map(json_object, json_list(thread.get("replies"))):
        if isinstance(post := reply.get("post"), dict):
            yield post
        if depth > 1:
            yield from _below(reply, depth - 1)


def _read(item: dict[str, Any], credentials: Credentials) -> FoundPost | None:
    cdn = (credentials.options.get("cdn_url") or CDN_URL).rstrip("/")
    try:
        fact = read_post(item, Reader(credentials.account_id, cdn, {}))
    except UnreadableUpdate:
        return None
    record, author = json_object(item.get("record")), json_object(item.get("author"))
    labels = (json_object(label).get("val") for label in json_list(author.get("labels")))
    post = replace(
        found_post("bluesky", fact),
        replies=as_count(item.get("replyCount")),
        audience=as_count(author.get("followersCount")),
        may_reply=_may_reply(item, author),
        mentions_us=_names(record, fact, credentials.account_id),
        is_bot="bot" in labels,
        above=accounts_above.digests_of(_answered(record)),
    )
    return in_language(post, next(iter(json_list(record.get("langs"))), None))


def _may_reply(item: dict[str, Any], author: dict[str, Any]) -> bool | None:
    viewer, relation = item.get("viewer"), json_object(author.get("viewer"))
    gate = json_object(json_object(item.get("threadgate")).get("record"))
    is_closed = isinstance(gate.get("allow"), list) and not gate["allow"]
    if is_closed or relation.get("blockedBy") is True or as_id(relation.get("blocking")):
        return False
    return json_object(viewer).get("replyDisabled") is not True if isinstance(viewer, dict) else None


def _is_blocking(profile: dict[str, Any]) -> bool:
    return json_object(profile.get("viewer")).get("blockedBy") is True


def _names(record: dict[str, Any], fact: Fact, account: str) -> bool:
    """Return whether a post mentions or quotes our account, or answers it."""
    features = (
        json_object(feature)
        for facet in json_list(record.get("facets"))
        for feature in json_list(json_object(facet).get("features"))
    )
    if any(feature.get("$type") == MENTION and feature.get("did") == account for feature in features):
        return True
    quoted_posts = (attachment.id or "" for attachment in fact.attachments if attachment.type == "share")
    return any(repository_of(uri) == account for uri in (*quoted_posts, fact.parent_id or ""))
