"""Asks Discourse what is new, from a cursor."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from channels import _payload
from channels._payload import Events
from channels._values import as_millis, whole_number
from channels.base import (
    Credentials,
    json_list,
    json_object,
)
from channels.discourse.api import get
from channels.discourse.posts import Feed, Place, edited, number_of, read_feed, read_subject

PAGES = 4
"""Pages of a feed that one poll reads; a longer gap is closed by the next ones."""
WINDOW = 50
"""Older forums look for ``before`` among the 50 ids below it alone, so that a page may be empty in between."""


class _Walk(NamedTuple):
    """The position up to which a feed was read: all up to ``done``, and edits up to ``changed`` (milliseconds); and
    while a gap is closed, its upper end and the position to continue at."""

    done: int
    changed: int = 0
    top: int = 0
    before: int = 0


def walks_of(cursor: str) -> dict[str, _Walk]:
    """The cursor's content; one that is not ours is none."""
    try:
        kept = json_object(json.loads(cursor or "{}"))
    except (ValueError, RecursionError):
        return {}
    rows = {root: [_long(each) for each in json_list(walk)[:4]] for root, walk in kept.items()}
    return {root: _Walk(*row) for root, row in rows.items() if row}


def read_on(feed: Feed, walk: _Walk | None, credentials: Credentials, place: Place, events: Events) -> _Walk:
    """Read a feed from its newest post down to what is known; the first time, what stands is not news.

    The newest page tells of edits as well, since it has older posts on it.
    """
    if walk is None:
        page = feed_page(feed, 0, credentials)
        return _Walk(max(map(_id, page), default=0), _last_change(page))
    done, changed, top, before = walk
    found: Events = []
    for _ in range(PAGES):
        page = feed_page(feed, before, credentials)
        ids = [_id(post) for post in page]
        if not before:
            top = max(ids, default=done)
            found = _edits(page, done, changed, feed, place)
            changed = max(changed, _last_change(page))
        fresh = [post for post in page if _id(post) > done and (not before or _id(post) < before)]
        found = [*read_feed(fresh, feed, place), *found]
        lowest = min(ids, default=before)
        before = before - WINDOW if before and lowest >= before else lowest
        if before <= done + 1:
            top, before, done = 0, 0, max(top, done)
            break
    events += found
    return _Walk(done, changed, top, before)


def _edits(page: list[dict[str, Any]], done: int, changed: int, feed: Feed, place: Place) -> Events:
    """The edits of known posts that no webhook told of."""
    found: Events = []
    for post in page:
        updated = as_millis(post.get("updated_at")) or 0
        if 0 < _id(post) <= done and updated > changed and whole_number(post.get("version"), 1) > 1:
            events = read_subject(edited, post, post, place._replace(feed=feed.visibility))
            found += _payload.within(events, lambda post: {feed.root: [post]})
    return found


def _last_change(page: list[dict[str, Any]]) -> int:
    return max((as_millis(post.get("updated_at")) or 0 for post in page), default=0)


def feed_page(feed: Feed, before: int, credentials: Credentials) -> list[dict[str, Any]]:
    body = get(feed.path, credentials, {"before": str(before)} if before else {})
    return [post for post in json_list(body.get(feed.root)) if isinstance(post, dict)]


def _id(post: dict[str, Any]) -> int:
    return _long(post.get("id"))


def _long(value: object) -> int:
    number = number_of(value)
    return int(number) if number and len(number) < 16 else 0
