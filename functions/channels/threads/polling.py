"""Asks Threads for what no webhook told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels import _meta, _payload
from channels._values import as_id, as_millis
from channels.base import Credentials, json_list, json_object
from channels.threads.posts import FIELDS, read_change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conversations.facts import Fact, Unreadable

POLL_PAGES = 3
POSTS = 25
"""The last posts of ours whose answers are looked through for missed ones."""


def missed(since: int, credentials: Credentials) -> Iterator[Fact | Unreadable]:
    """Everything once, whichever way it is found."""
    seen: set[str | None] = set()
    params = {"fields": FIELDS, "limit": "50", "since": str(since // 1000)}
    edges = ["me/mentions", "me/replies", *(_meta.node(post, "conversation") for post in _own_posts(credentials))]
    for edge in edges:
        for page in _meta.pages(edge, credentials, params, POLL_PAGES, _meta.THREADS, must_end=False):
            for value in page:
                if (as_millis(value.get("timestamp")) or 0) >= since and as_id(value.get("id")) not in seen:
                    seen.add(as_id(value.get("id")))
                    change = {"field": "replies", "value": value}
                    events = _payload.read_each("threads", [change], read_change, None, credentials)
                    yield from _payload.within(events, lambda change: {"values": [change]})


def _own_posts(credentials: Credentials) -> list[str]:
    """The last posts of ours that somebody answered."""
    params = {"fields": "id,has_replies", "limit": str(POSTS)}
    posts = json_list(_meta.get("me/threads", credentials, params, _meta.THREADS).get("data"))
    found = [as_id(json_object(post).get("id")) for post in posts if json_object(post).get("has_replies") is not False]
    return [post_id for post_id in found if post_id]
