"""Searches a forum: its public posts by words, within categories and tags.

Sources: github.com/discourse/discourse ``app/controllers/search_controller.rb`` (``q``, ``page`` up to 10),
``lib/search.rb`` (``order:latest``, ``after:``, ``#category``, ``tags:``, quotation marks; 50 posts on a page, one of
each topic), ``app/serializers/search_post_serializer.rb`` (a part of the text alone),
``app/controllers/posts_controller.rb`` (``by_number``), ``app/serializers/post_serializer.rb`` (``reply_to_user``, not
where it was quoted), ``app/serializers/topic_view_details_serializer.rb`` (``created_by``), docs.discourse.org.

A search shows the beginning of a post and not its author's number, so that each post is asked for by its id; a page of
the search is read in parts, as all keys of a forum share 60 calls a minute. All words must be there, each as a
beginning; there is no "or" and no "not".
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from msgspec.structs import replace

from channels._payload import UnreadableUpdate
from channels._search import MOST_ANSWERS, Searcher, Surroundings
from channels._search_cursor import Found, SearchCursor, next_page, quoted, requests
from channels._search_facts import fact_of, found_post, oldest_first, parts_of, path_on
from channels._values import as_count, as_id, as_millis, whole_number
from channels.base import PermanentFailure, Reason, json_list, json_object
from channels.discourse.api import get, text_or_none
from channels.discourse.posts import Place, number_of, read_created
from conversations.facts import Author, Fact, Visibility
from outreach import accounts_above

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channels._search import SearchPage, SearchRequest
    from channels.base import Credentials
    from outreach.found_posts import FoundPost

    Topics = dict[str | None, dict[str, Any]]

PAGE = 50
PART = 10
"""Posts that are asked for by their ids in one step."""
LAST_PAGE = 10
_POST = re.compile(r"/(?:t/(?:[^/]+/)?([0-9]{1,15})/([0-9]{1,9})|p/([0-9]{1,15}))(?:/[^/]*)?/?")


class Position(NamedTuple):
    """A page of the search, and the number of its posts that were read."""

    page: int = 1
    begin: int = 0

    @classmethod
    def of(cls, text: str) -> Position:
        """Return a stored position."""
        page, _, begin = text.partition(".")
        return cls(max(whole_number(page, 1), 1), whole_number(begin, 0))


class DiscourseSearcher(Searcher):
    """Searches a forum."""

    seconds = 600
    page_size = PART

    def search(self, request: SearchRequest, cursor: str, credentials: Credentials, now: int) -> SearchPage:
        at = SearchCursor.of(cursor, request.since)
        queries, position = _queries(request), Position.of(at.page)
        day = datetime.fromtimestamp(at.from_time // 1000, UTC)
        query = f"{queries[min(at.step, len(queries) - 1)]} after:{day:%Y-%m-%d} order:latest"
        response = get("search.json", credentials, {"q": query, "page": str(position.page)})
        items = [item for item in json_list(response.get("posts")) if isinstance(item, dict)]
        topics = {as_id(topic.get("id")): topic for topic in map(json_object, json_list(response.get("topics")))}
        part = items[position.begin : position.begin + PART]
        fresh = [item for item in part if (as_millis(item.get("created_at")) or 0) >= at.from_time]
        posts = [post for item in fresh if (post := _whole(item, topics, credentials))]
        others = [post for post in posts if post.author.id != credentials.account_id]
        reached = (as_millis(part[-1].get("created_at")) or 0) if part else 0
        is_more = json_object(response.get("grouped_search_result")).get("more_full_page_results") is True
        onward = _onward(position, len(items), is_more=is_more)
        return next_page(at, Found(others, onward, reached), steps=len(queries), now=now)

    def answers(self, post: FoundPost, credentials: Credentials) -> Sequence[FoundPost]:
        """Posts that came later in the topic: answers in a forum stand below each other."""
        return self.surroundings(post, credentials).answers

    def surroundings(self, post: FoundPost, credentials: Credentials) -> Surroundings:
        """The topic says who began it; who wrote a post that was answered, the answer says, see ``_read``."""
        path = f"t/{quote(post.thread_id, safe='')}"
        topic = get(f"{path}.json", credentials)
        ids = [
            found for each in json_list(json_object(topic.get("post_stream")).get("stream")) if (found := as_id(each))
        ]
        later = ids[ids.index(post.id) + 1 :][:MOST_ANSWERS] if post.id in ids else []
        above = () if post.id in ids[:1] else accounts_above.digests_of(_people(topic.get("details"), "created_by"))
        if not later:
            return Surroundings([], above)
        response = get(f"{path}/posts.json", credentials, {"post_ids[]": later, "include_raw": "true"})
        items = map(json_object, json_list(json_object(response.get("post_stream")).get("posts")))
        read = oldest_first(filter(None, (_read(item, topic, credentials) for item in items)))
        return Surroundings(read, above)

    def fact(self, post: FoundPost) -> Fact:
        return replace(fact_of(post), may_move=True)

    def post_url(self, post_id: str, below: FoundPost, credentials: Credentials) -> str:
        """The forum leads on from an address with a post's id alone."""
        base = credentials.options.get("base_url", "").rstrip("/")
        return f"{base}/p/{post_id}" if base else ""

    def own_post_id(self, url: str, credentials: Credentials | None = None) -> str | None:
        """An address has the number of a post within its topic, so that the forum is asked for its id."""
        path = path_on((), url, credentials)
        match = _POST.fullmatch(path) if path else None
        if not match or not credentials:
            return None
        path = f"posts/{match[3]}.json" if match[3] else f"posts/by_number/{match[1]}/{match[2]}.json"
        try:
            post = get(path, credentials)
        except PermanentFailure as failure:
            if failure.reason is not Reason.GONE:
                raise
            return None
        return as_id(post.get("id")) if as_id(post.get("user_id")) == credentials.account_id else None


def _queries(request: SearchRequest) -> list[str]:
    """Return a query for each alternative, and within each place if there are any."""
    places = [_place(place) for place in request.places] or [""]
    texts = [" ".join(map(quoted, terms)) for terms in requests(request.query)]
    return [f"{text} {place}".strip() for text in texts for place in places]


def _place(name: str) -> str:
    """Return the operator for a category (``#audio``, ``#audio:kaufberatung``) or a tag (``tag:hifi``)."""
    kind, _, tag = name.partition(":")
    plain = "".join((tag if kind == "tag" else name.removeprefix("#")).split())
    return f"tags:{plain}" if kind == "tag" else f"#{plain}"


def _onward(position: Position, count: int, *, is_more: bool) -> str:
    if position.begin + PART < count:
        return f"{position.page}.{position.begin + PART}"
    return f"{position.page + 1}.0" if is_more and count and position.page < LAST_PAGE else ""


def _whole(item: dict[str, Any], topics: Topics, credentials: Credentials) -> FoundPost | None:
    """Return a post of a search with its whole text; None for one that is gone meanwhile."""
    post_id = number_of(item.get("id"))
    if post_id is None:
        return None
    try:
        whole = get(f"posts/{post_id}.json", credentials)
    except PermanentFailure as failure:
        if failure.reason is not Reason.GONE:
            raise
        return None
    return _read(whole, topics.get(as_id(whole.get("topic_id")), {}), credentials)


def _people(within: object, name: str) -> list[Author]:
    """Return a user that a topic or a post names, who may have no number there."""
    user = json_object(json_object(within).get(name))
    return [Author(number_of(user.get("id")), text_or_none(user.get("name")), text_or_none(user.get("username")))]


def _read(item: dict[str, Any], topic: dict[str, Any], credentials: Credentials) -> FoundPost | None:
    base = credentials.options.get("base_url", "").rstrip("/")
    about = {"topic_title": topic.get("title"), "topic_slug": topic.get("slug") or item.get("topic_slug")}
    place = Place(credentials.account_id, base, Visibility.PUBLIC)
    try:
        facts = read_created({**item, **about, "topic_archetype": topic.get("archetype")}, place)
    except UnreadableUpdate:
        return None
    fact = next((each for each in facts if isinstance(each, Fact)), None)
    if fact is None or fact.visibility is not Visibility.PUBLIC or text_or_none(item.get("deleted_at")):
        return None
    is_first = whole_number(item.get("post_number"), 0) == 1
    posts = as_count(topic.get("posts_count"))
    name = credentials.options.get("api_username", "")
    return replace(
        found_post("discourse", fact),
        place=parts_of(base).netloc,
        replies=max(posts - 1, 0) if is_first and posts is not None else as_count(item.get("reply_count")),
        may_reply=False if topic.get("closed") is True or topic.get("archived") is True else None,
        above=accounts_above.digests_of(_people(item, "reply_to_user")),
        mentions_us=bool(name) and re.search(rf"@{re.escape(name)}\b", fact.text or "", re.IGNORECASE) is not None,
    )
