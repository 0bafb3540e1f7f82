"""Reads what Instagram reports: proof of origin, and one fact for each thing that happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from channels import _meta, _payload
from channels._messenger import as_string
from channels._meta_context import post_of, still_of
from channels._meta_receiver import MetaReceiver
from channels._values import as_count, as_millis, as_text, is_invented
from channels.base import (
    Credentials,
    Lost,
    PermanentFailure,
    Polled,
    Reason,
    Request,
    json_object,
)
from channels.instagram.changes import read_payload
from channels.instagram.flavours import graph_of, is_ours
from channels.instagram.polling import missed
from conversations.facts import Author, Fact, Kind, Unreadable, Visibility

if TYPE_CHECKING:
    from conversations.message_context import Post

LEEWAY = 2_000
"""Milliseconds before the first poll from which on posts are news: the platform tells whole seconds."""
OVERLAP = 600_000
"""Milliseconds that are asked for twice, since clocks differ and the platform shows some things late."""


class InstagramReceiver(MetaReceiver):
    """Reads what Instagram reports."""

    signing_secrets = ("app_secret", "instagram_app_secret")

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        payload = _payload.document(request)
        payloads = payload if isinstance(payload, list) else [payload]
        return [event for each in payloads for event in read_payload(each, credentials)]

    def complete(self, fact: Fact, credentials: Credentials) -> Fact | None:
        """Return what a webhook only announced, under the same ids: the text of a mention, or of a new message.

        None if the platform shows no more. Raises ``TransientFailure``.
        """
        if fact.kind is not Kind.MESSAGE or fact.text or fact.own or is_invented(fact.message_id):
            return None
        try:
            return _message_of(fact, credentials) if fact.customer_id else _mention_of(fact, credentials)
        except PermanentFailure:
            return None

    def poll(self, cursor: str, credentials: Credentials, now: int) -> Polled:
        """The comments on the last posts that are newer than ``cursor`` (milliseconds, in digits)."""
        since = as_millis(cursor)
        events = [] if since is None else list(missed(since, credentials))
        return Polled(events, str(now - (LEEWAY if since is None else OVERLAP)))

    def recover(self, since: int, until: int, credentials: Credentials) -> Polled:
        """Read back the comments; private messages are not read back."""
        lost = (Lost(Visibility.PRIVATE, since, until),)
        return Polled(list(missed(since, credentials)), "", lost=lost)

    def own_post(self, thread_id: str, credentials: Credentials) -> Post | None:
        fields = {"fields": "caption,permalink,media_type,media_url,thumbnail_url,username,like_count,comments_count"}
        found = _meta.get(_meta.node(thread_id), credentials, fields, graph_of(credentials))
        if credentials.options.get("username") and not is_ours(found, credentials):
            return None
        post = post_of(found, "caption", "permalink", "thumbnail_url", *still_of(found))
        numbers = (as_count(found.get(each)) for each in ("like_count", "comments_count"))
        return replace(post, likes=next(numbers), comments=next(numbers))

    def profile(self, customer_id: str, credentials: Credentials) -> Author:
        fields = {"fields": "name,username"}
        try:
            person = _meta.get(_meta.node(customer_id), credentials, fields, graph_of(credentials))
        except PermanentFailure:
            return Author(customer_id)
        handle = as_text(person.get("username")) or None
        return Author(customer_id, as_text(person.get("name")) or handle, handle)

    def profile_name(self, customer_id: str, credentials: Credentials) -> str | None:
        return self.profile(customer_id, credentials).name


def _mention_of(fact: Fact, credentials: Credentials) -> Fact | None:
    if fact.branch_id:
        field, key, text = f"mentioned_comment.comment_id({fact.message_id})", "mentioned_comment", "text"
        wanted = "id,text,timestamp"
    else:
        field, key, text = f"mentioned_media.media_id({fact.message_id})", "mentioned_media", "caption"
        wanted = "id,caption,timestamp,permalink"
    mention = _looked_up(field, key, wanted, credentials)
    name = as_string(mention.get("username"))
    if not as_text(mention.get(text)) and not name:
        return None
    return replace(
        fact,
        at=as_millis(mention.get("timestamp")) or fact.at,
        author=Author(None, name),
        text=as_text(mention.get(text)) or None,
        permalink=as_string(mention.get("permalink")),
    )


def _looked_up(field: str, key: str, wanted: str, credentials: Credentials) -> dict[str, Any]:
    """Return what the account may read of a foreign comment or post. Not every version tells who wrote it."""
    path = _meta.node(credentials.account_id)
    try:
        body = _meta.get(path, credentials, {"fields": f"{field}{{{wanted},username}}"}, graph_of(credentials))
    except PermanentFailure as failed:
        if failed.reason is not Reason.BAD:
            raise
        body = _meta.get(path, credentials, {"fields": f"{field}{{{wanted}}}"}, graph_of(credentials))
    return json_object(body.get(key))


def _message_of(fact: Fact, credentials: Credentials) -> Fact | None:
    path, fields = _meta.node(fact.message_id), {"fields": "id,message,created_time"}
    text = as_text(_meta.get(path, credentials, fields, graph_of(credentials)).get("message"))
    return replace(fact, text=text) if text else None
