"""Asks Threads for what no webhook told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from channels import _meta, _payload
from channels._values import as_id, as_millis
from channels.base import Credentials, json_list, json_object
from channels.threads.posts import FIELDS, read_change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conversations.facts import Fact, Unreadable

POLL_PAGES = 3
POSTS = 25
"""The last posts and answers of ours whose answers are looked through for missed ones."""


def missed(since: int, credentials: Credentials) -> Iterator[Fact | Unreadable]:
    """Everything once, whichever way it is found."""
    seen: set[str | None] = set()
    params = {"fields": FIELDS, "limit": "50", "since": str(since // 1000)}
    edges = ["me/mentions", "me/replies", *_below_ours(credentials)]
    for edge in edges:
        for page in _meta.pages(edge, credentials, params, POLL_PAGES, _meta.THREADS, must_end=False):
            for value in page:
                if (as_millis(value.get("timestamp")) or 0) >= since and as_id(value.get("id")) not in seen:
                    seen.add(as_id(value.get("id")))
                    change = {"field": "replies", "value": value}
                    events = _payload.read_each("threads", [change], read_change, None, credentials)
                    yield from _payload.within(events, lambda change: {"values": [change]})


def _below_ours(credentials: Credentials) -> Iterator[str]:
    """The edges below the last posts of ours that somebody answered, and below our last answers to posts of others."""
    posts = _last("me/threads", credentials)
    yield from (_meta.node(post_id, "conversation") for post_id, post in posts.items() if _is_answered(post))
    for answer_id, answer in _last("me/replies", credentials).items():
        root = as_id(json_object(answer.get("root_post")).get("id"))
        if _is_answered(answer) and root not in posts:
            yield _meta.node(answer_id, "replies")


def _last(edge: str, credentials: Credentials) -> dict[str, dict[str, Any]]:
    params = {"fields": "id,has_replies,root_post", "limit": str(POSTS)}
    posts = map(json_object, json_list(_meta.get(edge, credentials, params, _meta.THREADS).get("data")))
    return {post_id: post for post in posts if (post_id := as_id(post.get("id")))}


def _is_answered(post: dict[str, Any]) -> bool:
    return post.get("has_replies") is not False
