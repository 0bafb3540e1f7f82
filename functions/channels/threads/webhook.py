"""Reads what Threads reports, by webhook or when polled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels import _meta, _payload
from channels._messenger import as_string
from channels._meta_context import post_of, still_of
from channels._meta_receiver import MetaReceiver
from channels._values import as_id, as_millis
from channels.base import Credentials, Media, Polled, Request
from channels.threads.polling import missed
from channels.threads.posts import is_our_name, read_webhook

if TYPE_CHECKING:
    from conversations.facts import Attachment, Fact, Unreadable
    from conversations.message_context import Post

LEEWAY = 2_000
"""Milliseconds before the first poll from which on posts are news: the platform tells whole seconds."""
OVERLAP = 600_000
"""Milliseconds that are asked for twice, since clocks differ and the platform shows some things late."""


class ThreadsReceiver(MetaReceiver):
    """Reads what Threads reports."""

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        """The payload is flat: one change, or (undocumented) a list of them, without entries."""
        payload = _payload.document(request)
        found: list[Fact | Unreadable] = []
        for call in payload if isinstance(payload, list) else [payload]:
            values = call.get("values") if isinstance(call, dict) else None
            for change in values if isinstance(values, list) else [values]:
                if change is not None:
                    sent_at = as_millis(call.get("time"))
                    told = (sent_at, as_id(call.get("target_id")), credentials)
                    events = _payload.read_each("threads", [change], read_webhook, *told)
                    shell = _payload.without_lists(call)
                    found += _payload.within(events, lambda change, shell=shell: {**shell, "values": [change]})
        return found

    def poll(self, cursor: str, credentials: Credentials, now: int) -> Polled:
        """Return what names us, what we wrote elsewhere, and answers to our last posts, newer than ``cursor`` (ms,
        digits).
        """
        since = as_millis(cursor)
        events = [] if since is None else list(missed(since, credentials))
        return Polled(events, str(now - (LEEWAY if since is None else OVERLAP)))

    def media(self, attachment: Attachment, credentials: Credentials) -> Media | None:
        """Asked for each time; an album's pictures are seen on the platform."""
        if attachment.type not in ("image", "video", "audio") or not attachment.id:
            return None
        found = _meta.get(_meta.node(attachment.id), credentials, {"fields": "media_url"}, _meta.THREADS)
        url = as_string(found.get("media_url"))
        return Media(url) if url else None

    def own_post(self, thread_id: str, credentials: Credentials) -> Post | None:
        fields = {"fields": "username,text,permalink,media_type,media_url,thumbnail_url"}
        found = _meta.get(_meta.node(thread_id), credentials, fields, _meta.THREADS)
        if not is_our_name(found.get("username"), credentials):
            return None
        return post_of(found, "text", "permalink", "thumbnail_url", *still_of(found))
