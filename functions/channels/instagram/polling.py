"""Asks Instagram what is new, from a cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from channels import _meta, _payload
from channels._messenger import Entry
from channels._payload import Events
from channels._values import as_millis
from channels.base import (
    Credentials,
    json_list,
    json_object,
)
from channels.instagram.changes import read_comment
from channels.instagram.flavours import graph_of
from conversations.facts import Fact, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator


MEDIA_PAGES = 2
"""Of 25 posts: what is looked through for missed ones."""
_SHOWN = "id,text,timestamp,from,username,parent_id"
_MEDIA = f"id,permalink,comments.limit(50){{{_SHOWN},replies.limit(50){{{_SHOWN}}}}}"


def missed(since: int, credentials: Credentials) -> Iterator[Fact | Unreadable]:
    """The comments below the last posts, under the ids by which a webhook tells them."""
    entry = Entry(credentials.account_id, None, credentials.account_id)

    def read(value: dict[str, Any], entry: Entry) -> Events:
        return read_comment(value, entry, credentials)

    params, path = {"fields": _MEDIA, "limit": "25"}, _meta.node(credentials.account_id, "media")
    for page in _meta.pages(path, credentials, params, MEDIA_PAGES, graph_of(credentials), must_end=False):
        for media in page:
            for value in _below(media):
                if (as_millis(value.get("timestamp")) or 0) >= since:
                    events = _payload.read_each("instagram", [value], read, entry)
                    yield from _payload.within(events, lambda value: _as_webhook(value, credentials.account_id))


def _as_webhook(value: Any, account: str) -> dict[str, Any]:
    """Return the webhook call that would have told of a comment."""
    return {"object": "instagram", "entry": [{"id": account, "changes": [{"field": "comments", "value": value}]}]}


def _below(media: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The comments on a post and their answers, shaped as a webhook's values."""
    shared = {"media": {"id": media.get("id")}, "permalink": media.get("permalink")}
    for comment in _data(media.get("comments")):
        yield {**comment, **shared}
        for answer in _data(comment.get("replies")):
            yield {**answer, "parent_id": answer.get("parent_id") or comment.get("id"), **shared}


def _data(edge: object) -> Iterator[dict[str, Any]]:
    return (json_object(item) for item in json_list(json_object(edge).get("data")))
