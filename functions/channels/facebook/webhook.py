"""Reads what Facebook reports: proof of origin, and one fact for each thing that happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from channels import _meta, _payload
from channels._messenger import USER_REF
from channels._meta_context import post_of
from channels._meta_receiver import MetaReceiver, read_entries
from channels._values import as_count, as_id, as_millis, as_text
from channels.base import (
    Credentials,
    Lost,
    PermanentFailure,
    Polled,
    Request,
    json_object,
)
from channels.facebook.changes import read_entry
from channels.facebook.chats import written_since
from channels.facebook.polling import missed
from conversations.facts import Fact, Unreadable, Visibility

if TYPE_CHECKING:
    from conversations.message_context import Post

LEEWAY = 2_000
"""Milliseconds before the first poll from which on posts are news: the platform tells whole seconds."""
OVERLAP = 600_000
"""Milliseconds that are asked for twice, since clocks differ and the platform shows some things late."""


NUMBERS = "shares,reactions.limit(0).summary(total_count),comments.filter(stream).limit(0).summary(total_count)"
"""Fields of a post that count: https://developers.facebook.com/docs/graph-api/reference/page-post/"""


class FacebookReceiver(MetaReceiver):
    """Reads what Facebook reports."""

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        payload = _payload.document(request)
        return read_entries("facebook", "page", payload, read_entry, credentials.account_id)

    def poll(self, cursor: str, credentials: Credentials, now: int) -> Polled:
        """Posts and comments of the last posts that are newer than ``cursor`` (milliseconds, in digits)."""
        since = as_millis(cursor)
        if since is None:
            return Polled([], str(now - LEEWAY))
        found, missing_until = missed(since, credentials)
        lost = (Lost(Visibility.PUBLIC, since, missing_until),) if missing_until else ()
        return Polled(found, str(now - OVERLAP), lost=lost)

    def recover(self, since: int, until: int, credentials: Credentials) -> Polled:
        """Read back posts and comments, and the chats where the Page's token permits it."""
        found, missing_until = missed(since, credentials)
        lost = [Lost(Visibility.PUBLIC, since, missing_until)] if missing_until else []
        try:
            chats = written_since(since, credentials)
        except PermanentFailure:
            return Polled(found, "", lost=(*lost, Lost(Visibility.PRIVATE, since, until)))
        lost += [Lost(Visibility.PRIVATE, since, chats.missing_until)] if chats.missing_until else []
        return Polled([*found, *chats.events], "", lost=tuple(lost))

    def own_post(self, thread_id: str, credentials: Credentials) -> Post | None:
        """A post that begins with the Page's id is on the Page, though perhaps a visitor's."""
        page, _, post = thread_id.partition("_")
        if page != credentials.account_id or not post:
            return None
        fields = {"fields": f"from,message,permalink_url,full_picture,{NUMBERS}"}
        found = _meta.get(_meta.node(thread_id), credentials, fields)
        if as_id(json_object(found.get("from")).get("id")) not in (None, page):
            return None
        return _with_numbers(post_of(found, "message", "permalink_url", "full_picture"), found)

    def profile_name(self, customer_id: str, credentials: Credentials) -> str | None:
        if customer_id.startswith(USER_REF):
            return None
        try:
            person = _meta.get(_meta.node(customer_id), credentials, {"fields": "first_name,last_name,name"})
        except PermanentFailure:
            return None
        names = (as_text(person.get("first_name")), as_text(person.get("last_name")))
        return " ".join(name for name in names if name) or as_text(person.get("name")) or None


def _with_numbers(post: Post, found: dict[str, Any]) -> Post:
    """Return a post with its numbers, as far as they are told: one that nobody shared has no ``shares``."""
    likes, comments = (json_object(json_object(found.get(edge)).get("summary")) for edge in ("reactions", "comments"))
    return replace(
        post,
        likes=as_count(likes.get("total_count")),
        comments=as_count(comments.get("total_count")),
        shares=as_count(json_object(found.get("shares")).get("count")),
    )
