"""Asks Facebook what is new, from a cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from channels import _meta, _payload
from channels._messenger import Entry
from channels._payload import Events
from channels._values import as_millis
from channels.base import (
    Credentials,
    json_list,
    json_object,
)
from channels.facebook.changes import read_comment, read_post
from conversations.facts import Fact, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


FEED_PAGES = 2
"""Of 25 posts: what is looked through for missed ones at least, as old posts have new comments."""
MOST_FEED_PAGES = 20
"""Pages that are looked through at most, to come to posts that are older than those that may be missed."""
COMMENT_PAGES = 10
"""Of 50 comments on one post, at most."""
_SHOWN = "id,from,message,created_time,attachment"
_FEED = (
    "id,from,message,created_time,permalink_url,attachments,"
    f"comments.limit(50).order(reverse_chronological).filter(stream){{{_SHOWN},parent{{id}}}}"
)


def missed(since: int, credentials: Credentials) -> tuple[list[Fact | Unreadable], int]:
    """The posts and comments since a time (milliseconds), told as a webhook would have told them, and up to when some
    may be missing (0: none). Only pictures have other addresses each time."""
    events: list[Fact | Unreadable] = []
    params, path = {"fields": _FEED, "limit": "25"}, _meta.node(credentials.account_id, "feed")
    for number, page in enumerate(_meta.pages(path, credentials, params, MOST_FEED_PAGES, must_end=False), start=1):
        for post in page:
            events += _of_post(post, since, credentials)
        oldest = min((_at(post) for post in page), default=0)
        if number >= FEED_PAGES and oldest < since:
            break
        if number == MOST_FEED_PAGES:
            return events, oldest
    return events, 0


def _of_post(post: dict[str, Any], since: int, credentials: Credentials) -> Iterator[Fact | Unreadable]:
    entry = Entry(credentials.account_id, None, credentials.account_id)
    shown = {"id": post.get("id"), "permalink_url": post.get("permalink_url")}
    event = {**_told(post, "status"), "post_id": post.get("id"), "post": shown}
    yield from _if_new(read_post, event, post, entry, since)
    for comment in _comments(post, since, credentials):
        parent = json_object(comment.get("parent")).get("id") or post.get("id")
        event = {**_told(comment, "comment"), "post_id": post.get("id"), "post": shown}
        event |= {"comment_id": comment.get("id"), "parent_id": parent}
        yield from _if_new(read_comment, event, comment, entry, since)


def _comments(post: dict[str, Any], since: int, credentials: Credentials) -> list[dict[str, Any]]:
    """Return the last comments on a post, and those before while they are not older than a time."""
    shown = json_object(post.get("comments"))
    comments = [json_object(item) for item in json_list(shown.get("data"))]
    if not json_object(shown.get("paging")).get("next") or min(map(_at, comments), default=0) < since:
        return comments
    comments, path = [], _meta.node(str(post.get("id")), "comments")
    params = {"fields": f"{_SHOWN},parent{{id}}", "filter": "stream", "order": "reverse_chronological", "limit": "50"}
    for page in _meta.pages(path, credentials, params, COMMENT_PAGES, must_end=False):
        comments += page
        if min(map(_at, page), default=0) < since:
            break
    return comments


def _at(item: dict[str, Any]) -> int:
    return as_millis(item.get("created_time")) or 0


def _told(item: dict[str, Any], kind: str) -> dict[str, Any]:
    told = {"item": kind, "verb": "add", **{name: item.get(name) for name in ("from", "message", "created_time")}}
    files = [item.get("attachment"), *json_list(json_object(item.get("attachments")).get("data"))]
    media = [json_object(json_object(file).get("media")) for file in files]
    told["photos"] = [json_object(each.get("image")).get("src") for each in media if not each.get("source")]
    told["video"] = next((each["source"] for each in media if each.get("source")), None)
    return told


def _if_new(
    read: Callable[[dict[str, Any], Entry], Events],
    event: dict[str, Any],
    item: dict[str, Any],
    entry: Entry,
    since: int,
) -> Events:
    """Return what is not older than ``since``; what says nothing that can be read is told as that."""
    if (as_millis(item.get("created_time")) or 0) < since:
        return []
    events = [
        replace(fact, unsupported=not (fact.text or fact.attachments)) if isinstance(fact, Fact) else fact
        for fact in _payload.read_each("facebook", [event], read, entry)
    ]
    return _payload.within(events, lambda event: _as_webhook(event, entry.account))


def _as_webhook(event: dict[str, Any], account: str) -> dict[str, Any]:
    """Return the webhook call that would have told of it."""
    return {"object": "page", "entry": [{"id": account, "changes": [{"field": "feed", "value": event}]}]}
