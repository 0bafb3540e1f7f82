"""Searches X: public posts of the last seven days, each of which is paid for.

Sources: docs.x.com/x-api/posts/search (recent: ``since_id``, ``start_time``, ``next_token``, 512 characters for
self-serve tiers), …/integrate/operators (``OR`` binds less than "and", ``-``, ``lang:``, ``-is:retweet``),
docs.x.com/x-api/fundamentals/rate-limits, docs.x.com/x-api/pricing (each post that is read costs).

Whom a self-serve app may answer is in the rules of permission: only people who mention or quote our account
(``mentions_us``).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from msgspec.structs import replace

from channels._payload import UnreadableUpdate
from channels._search import Searcher, Surroundings
from channels._search_cursor import Found, SearchCursor, combined, next_page, quoted
from channels._search_facts import fact_of, found_post, in_language, oldest_first, path_on
from channels._values import as_count, as_id, as_text
from channels.base import PermanentFailure, Reason, json_list, json_object
from channels.x.api import get
from channels.x.posts import EPOCH, Place, post_fact
from channels.x.sign_in import PAGE_URL
from channels.x.webhook import MEDIA_FIELDS, POST_FIELDS, place_of_page
from conversations.facts import Author, Fact
from outreach import accounts_above

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from channels._search import SearchPage, SearchRequest
    from channels.base import Credentials
    from outreach.found_posts import FoundPost

PAGE, LEAST = 100, 10
"""Posts of a page: the most, and the least that can be asked for."""
LONGEST_QUERY = 512
WEEK = 7 * 86_400_000
SLACK = 60_000
"""Milliseconds that are kept clear of the end of the week, and of the present."""
SITES = frozenset({"x.com", "www.x.com", "twitter.com", "www.twitter.com"})
_POST = re.compile(r"/(?:(\w{1,50})|i/web)/status/([0-9]{1,19})(?:/.*)?", re.ASCII)
FIELDS = {
    "tweet.fields": f"{POST_FIELDS},lang,public_metrics,reply_settings",
    "expansions": "author_id,attachments.media_keys,referenced_tweets.id",
    "user.fields": "name,username,public_metrics",
    "media.fields": MEDIA_FIELDS,
}


class XSearcher(Searcher):
    """Searches X."""

    seconds = 60
    page_size = PAGE

    def search(self, request: SearchRequest, cursor: str, credentials: Credentials, now: int) -> SearchPage:
        at = SearchCursor.of(cursor, request.since)
        queries = _queries(request)
        earliest = now - WEEK + SLACK
        begin = {"since_id": at.mark} if _time_of(at.mark) > earliest else {}
        if not begin:
            begin = {"start_time": _moment(max(at.since, earliest))}
        page = {"next_token": at.page} if at.page else {}
        most = min(max(request.most, LEAST), PAGE) if request.most else PAGE
        params = {"query": queries[min(at.step, len(queries) - 1)], "max_results": str(most), "sort_order": "recency"}
        body = get("tweets/search/recent", credentials, {**params, **begin, **page, **FIELDS})
        meta = json_object(body.get("meta"))
        # The platform begins where we say, so that nothing is read, and paid for, twice.
        posts = _posts(body, credentials)
        onward, newest = as_id(meta.get("next_token")) or "", as_id(meta.get("newest_id")) or ""
        is_left_out = bool(request.most and onward)
        found = Found(posts, "" if request.most else onward, read=len(json_list(body.get("data"))), mark=newest)
        answer = next_page(at, found, steps=len(queries), now=now)
        is_old = bool(cursor) and not at.page and at.since < earliest
        return replace(answer, has_gap=True) if is_old or is_left_out else answer

    def answers(self, post: FoundPost, credentials: Credentials) -> Sequence[FoundPost]:
        params = {"query": f"conversation_id:{post.thread_id}", "max_results": str(PAGE), **FIELDS}
        body = get("tweets/search/recent", credentials, params)
        return oldest_first(each for each in _read(body, credentials) if each.id != post.id)

    def surroundings(self, post: FoundPost, credentials: Credentials) -> Surroundings:
        """The search for answers finds what stands above as well, where it is of the last seven days."""
        answers = self.answers(post, credentials)
        return Surroundings(answers, accounts_above.digests_of(_authors_above(post, answers)))

    def fact(self, post: FoundPost) -> Fact:
        return replace(fact_of(post, thread_is_guess=bool(post.branch_id)), unaddressed=not post.mentions_us)

    def compose_url(self, post: FoundPost, text: str, options: Mapping[str, str] | None = None) -> str:
        base = ((options or {}).get("base_url") or PAGE_URL).rstrip("/")
        return f"{base}/intent/post?{urlencode({'in_reply_to': post.id, 'text': text})}"

    def post_url(self, post_id: str, below: FoundPost, credentials: Credentials) -> str:
        return f"https://x.com/i/web/status/{quote(post_id, safe='')}"

    def own_post_id(self, url: str, credentials: Credentials | None = None) -> str | None:
        """An address names its author, who must be our account where that is known."""
        path = path_on(SITES, url, credentials)
        match = _POST.fullmatch(path) if path else None
        ours = credentials.options.get("handle", "").lower().removeprefix("@") if credentials else ""
        is_ours = match and (not ours or not match[1] or match[1].lower() in (ours, "i"))
        return match[2] if match and is_ours else None


def _queries(request: SearchRequest) -> list[str]:
    """Return the query, or several where its alternatives are too many for one. Raises ``PermanentFailure``."""
    query = request.query
    beside = [f"-{quoted(word)}" for word in query.none] + ["-is:retweet"]
    languages = [f"lang:{language}" for language in request.languages]
    beside += [f"({' OR '.join(languages)})"] if len(languages) > 1 else languages
    fixed = " ".join([*map(quoted, query.all), *beside])
    room = LONGEST_QUERY - len(fixed) - len("() ")
    if room < 0 or any(len(quoted(word)) > room for word in query.any):
        raise PermanentFailure(Reason.BAD, "query_too_long")
    return [f"({text}) {fixed}" for text in combined(query.any, longest=room)] or [fixed]


def _posts(body: dict[str, Any], credentials: Credentials) -> list[FoundPost]:
    return [post for post in _read(body, credentials) if post.author.id != credentials.account_id]


def _read(body: dict[str, Any], credentials: Credentials) -> list[FoundPost]:
    place = place_of_page(json_object(body.get("includes")), credentials.account_id)
    posts: list[FoundPost] = []
    for item in map(json_object, json_list(body.get("data"))):
        try:
            facts = [fact for fact in post_fact(item, place) if isinstance(fact, Fact)]
        except UnreadableUpdate:
            continue
        person = place.people.get(as_id(item.get("author_id")) or "", {})
        for fact in facts:
            post = replace(
                found_post("x", fact),
                replies=as_count(json_object(item.get("public_metrics")).get("reply_count")),
                audience=as_count(json_object(person.get("public_metrics")).get("followers_count")),
                may_reply=_may_reply(item, credentials.account_id),
                mentions_us=_names(item, fact, place.posts, credentials.account_id),
                above=accounts_above.digests_of(_answered(item, place)),
            )
            posts.append(in_language(post, item.get("lang")))
    return posts


def _answered(item: dict[str, Any], place: Place) -> list[Author]:
    """Return whom a post answers: the id, and the handle, which mentions tell where nobody took it out."""
    answered = as_id(item.get("in_reply_to_user_id"))
    handles = [as_text(each.get("username")) for each in _entities(item) if as_id(each.get("id")) == answered]
    return [place.author(answered), *(Author(answered, handle=handle) for handle in handles)] if answered else []


def _authors_above(post: FoundPost, thread: Sequence[FoundPost]) -> list[Author]:
    """Return who wrote the posts above one, as far as they were read, and who began the thread."""
    by_id = {each.id: each for each in thread}
    names = [post.thread_id]
    while post.parent_id and post.parent_id not in names[1:]:
        names.append(post.parent_id)
        post = by_id.get(post.parent_id, post)
    return [by_id[name].author for name in names if name in by_id]


def _mentions(item: dict[str, Any]) -> set[str | None]:
    return {as_id(each.get("id")) for each in _entities(item)}


def _entities(item: dict[str, Any]) -> list[dict[str, Any]]:
    entities = json_object(json_object(item.get("note_tweet")).get("entities")) or json_object(item.get("entities"))
    return [json_object(each) for each in json_list(entities.get("mentions"))]


def _may_reply(item: dict[str, Any], account: str) -> bool | None:
    """Return what the author set; of people whom they follow, nobody tells who is one."""
    setting = as_text(item.get("reply_settings"))
    if setting == "everyone":
        return True
    if setting == "mentionedUsers":
        return account in _mentions(item)
    return None


def _names(item: dict[str, Any], fact: Fact, posts: Any, account: str) -> bool:
    quotes = (attachment.id or "" for attachment in fact.attachments if attachment.type == "share")
    is_quote = any(as_id(posts.get(quote, {}).get("author_id")) == account for quote in quotes)
    return is_quote or account in _mentions(item)


def _time_of(post_id: str) -> int:
    return (int(post_id) >> 22) + EPOCH if post_id.isdecimal() else 0


def _moment(millis: int) -> str:
    return datetime.fromtimestamp(millis / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
