"""Searches Mastodon: posts of people who let themselves be found, by words or by tags.

Sources: docs.joinmastodon.org/methods/search (``read:search``; a server without Elasticsearch finds none),
…/methods/timelines#tag, …/user/network (search operators), …/entities/Account (``noindex``, ``discoverable``, ``bot``),
github.com/mastodon/mastodon ``app/services/statuses_search_service.rb`` (newest first, ``offset``) and
``app/lib/search_query_transformer.rb`` (``in:public``, ``language:``, ``after:``, ``-``, quotation marks),
docs.joinmastodon.org/entities/Status (``uri`` is the same on all servers, ``id`` is the server's own,
``in_reply_to_account_id``, whose account is among the ``mentions``), …/entities/Context (``ancestors``),
docs.joinmastodon.org/methods/accounts#relationships (``read:follows``), …/entities/Relationship (``blocked_by``),
docs.gotosocial.org/en/latest/api/swagger (``interaction_policy``).

Search finds posts of those alone who opted in to it. Timelines of tags have everybody, so that people who
opted out of search engines, or say so in their profile, are left out here.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from msgspec.structs import replace

from channels import _html
from channels._payload import UnreadableUpdate
from channels._search import Searcher, Surroundings
from channels._search_cursor import Found, SearchCursor, next_page, quoted, requests
from channels._search_facts import fact_of, found_post, in_language, oldest_first, parts_of
from channels._values import as_count, as_id, as_words
from channels.base import json_list, json_object
from channels.mastodon.api import call
from channels.mastodon.statuses import PUBLIC, author_of, message
from conversations.facts import Author
from outreach import accounts_above

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channels._search import SearchPage, SearchRequest
    from channels.base import Credentials
    from conversations.facts import Fact
    from outreach.found_posts import FoundPost

PAGE = 40
_OPT_OUT = re.compile(r"#(?:nobot|nobots|noindex|nosearch|noscrape)\b", re.IGNORECASE)
_POST = re.compile(r"/(?:@[^/]+|web/@[^/]+|users/[^/]+/statuses|deck/@[^/]+)/([0-9]+)/?")


class MastodonSearcher(Searcher):
    """Searches a Mastodon server."""

    seconds = 60
    page_size = PAGE
    tells_blocks = True

    def search(self, request: SearchRequest, cursor: str, credentials: Credentials, now: int) -> SearchPage:
        at = SearchCursor.of(cursor, request.since)
        steps = [f"#{place.removeprefix('#')}" for place in request.places] or _queries(request)
        step = steps[min(at.step, len(steps) - 1)]
        items = _tagged(step, at.page, credentials) if request.places else _matching(step, at, credentials)
        onward = _onward(items, at.page) if request.places else str(int(at.page or 0) + PAGE)
        found = Found(_posts(items, credentials), onward if len(items) >= PAGE else "", _oldest(items, credentials))
        return next_page(at, found, steps=len(steps), now=now)

    def answers(self, post: FoundPost, credentials: Credentials) -> Sequence[FoundPost]:
        return self.surroundings(post, credentials).answers

    def surroundings(self, post: FoundPost, credentials: Credentials) -> Surroundings:
        response = json_object(call("GET", f"v1/statuses/{quote(post.id, safe='')}/context", credentials))
        read = [_read(json_object(each), credentials) for each in json_list(response.get("descendants"))]
        above = (author_of(json_object(each.get("account"))) for each in _objects(response.get("ancestors")))
        return Surroundings(oldest_first(filter(None, read)), accounts_above.digests_of(above))

    def blocked_by(self, people: Sequence[str], credentials: Credentials) -> set[str]:
        relationships = _objects(call("GET", "v1/accounts/relationships", credentials, params={"id[]": [*people]}))
        return {as_id(each.get("id")) or "" for each in relationships if each.get("blocked_by") is True}

    def fact(self, post: FoundPost) -> Fact:
        return replace(fact_of(post, thread_is_guess=True), by_arrival=post.sent_at % 1000 == 0)

    def post_url(self, post_id: str, below: FoundPost, credentials: Credentials) -> str:
        home = parts_of(credentials.options.get("base_url", ""))
        name = credentials.options.get("handle", "").strip("@").partition("@")[0]
        root = f"{home.scheme}://{home.netloc}{home.path.rstrip('/')}"
        return f"{root}/@{name}/{post_id}" if home.netloc and name else ""

    def own_post_id(self, url: str, credentials: Credentials | None = None) -> str | None:
        """Only the account's own server calls a post by its own id."""
        home = parts_of(credentials.options.get("base_url", "") if credentials else "")
        parts = parts_of(url)
        match = _POST.fullmatch(parts.path.removeprefix(home.path.rstrip("/")))
        return match[1] if match and (not home.netloc or parts.netloc == home.netloc) else None


def _queries(request: SearchRequest) -> list[str]:
    """Return a query for each way to match; the server knows no "or", and takes one language."""
    beside = [f"-{quoted(word)}" for word in request.query.none]
    beside += [f"language:{request.languages[0]}"] if len(request.languages) == 1 else []
    return [" ".join([*map(quoted, terms), *beside]) for terms in requests(request.query)]


def _matching(query: str, at: SearchCursor, credentials: Credentials) -> list[dict[str, Any]]:
    # What is of the day that the operator names is not after it; the day is that of the account's own time zone.
    day = datetime.fromtimestamp(max(at.from_time // 1000 - 2 * 86_400, 0), UTC)
    params = {"q": f"{query} in:public after:{day:%Y-%m-%d}", "type": "statuses", "limit": str(PAGE)}
    if at.page:
        params["offset"] = at.page
    return _objects(json_object(call("GET", "v2/search", credentials, params=params)).get("statuses"))


def _tagged(tag: str, page: str, credentials: Credentials) -> list[dict[str, Any]]:
    params = {"limit": str(PAGE)} | ({"max_id": page} if page else {})
    return _objects(call("GET", f"v1/timelines/tag/{quote(tag[1:], safe='')}", credentials, params=params))


def _objects(value: object) -> list[dict[str, Any]]:
    return [item for item in json_list(value) if isinstance(item, dict)]


def _onward(items: Sequence[dict[str, Any]], page: str) -> str:
    last = as_id(items[-1].get("id")) if items else None
    return last if last and last != page else ""


def _oldest(items: Sequence[dict[str, Any]], credentials: Credentials) -> int:
    """Return when the last item was written, also where it is none that may be found."""
    last = _message(items[-1], credentials) if items else None
    return last.at if last else 0


def _posts(items: Sequence[dict[str, Any]], credentials: Credentials) -> list[FoundPost]:
    posts = ((item, _read(item, credentials)) for item in items if not item.get("reblog") and _may_be_found(item))
    return [post for _, post in posts if post and post.author.id != credentials.account_id]


def _may_be_found(item: dict[str, Any]) -> bool:
    person = json_object(item.get("account"))
    if person.get("noindex") is True or person.get("discoverable") is False or person.get("indexable") is False:
        return False
    fields = (json_object(each) for each in json_list(person.get("fields")))
    about = [person.get("note"), *(text for each in fields for text in (each.get("name"), each.get("value")))]
    return not _OPT_OUT.search(" ".join(_html.text_of(text) for text in about if isinstance(text, str)))


def _message(item: dict[str, Any], credentials: Credentials) -> Fact | None:
    try:
        return message(item, credentials.account_id) if as_words(item.get("visibility")) in PUBLIC else None
    except UnreadableUpdate:
        return None


def _read(item: dict[str, Any], credentials: Credentials) -> FoundPost | None:
    fact = _message(item, credentials)
    if fact is None:
        return None
    person = json_object(item.get("account"))
    quoted_author = json_object(json_object(json_object(item.get("quote")).get("quoted_status")).get("account"))
    named = [each for each in (*_objects(item.get("mentions")), quoted_author) if each]
    post = replace(
        found_post("mastodon", fact),
        place=parts_of(as_words(person.get("url")) or "").netloc,
        replies=as_count(item.get("replies_count")),
        audience=as_count(person.get("followers_count")),
        may_reply=_may_reply(item),
        mentions_us=credentials.account_id in {as_id(each.get("id")) for each in named},
        uri=as_words(item.get("uri")) or "",
        is_bot=person.get("bot") is True,
        named=frozenset(_full_name(each, credentials) for each in named),
        above=accounts_above.digests_of(_answered(item)),
    )
    return in_language(post, item.get("language"))


def _answered(item: dict[str, Any]) -> list[Author]:
    """Return whom a post answers: the account's id, and its address where the post still mentions it."""
    answered = as_id(item.get("in_reply_to_account_id"))
    mentioned = [author_of(each) for each in _objects(item.get("mentions")) if as_id(each.get("id")) == answered]
    return [*mentioned, Author(answered)] if answered else []


def _full_name(person: dict[str, Any], credentials: Credentials) -> str:
    """Return how all servers call an account: the server that is asked leaves its own name out."""
    name, _, server = (as_words(person.get("acct")) or "").lower().partition("@")
    home = credentials.options.get("handle", "").strip("@").lower().partition("@")[2]
    return f"{name}@{server or home}"


def _may_reply(item: dict[str, Any]) -> bool | None:
    """Return what the author permits, on servers where they can say so."""
    rule = json_object(json_object(item.get("interaction_policy")).get("can_reply"))
    return "public" in json_list(rule.get("always")) if rule else None
