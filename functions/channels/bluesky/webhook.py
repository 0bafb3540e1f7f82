"""Reads what Bluesky reports: proof of origin, and one fact for each thing that happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from channels import _payload
from channels._payload import Events
from channels.base import (
    Credentials,
    PermanentFailure,
    Polled,
    Receiver,
    Request,
    json_object,
)
from channels.bluesky.api import get, has_chat
from channels.bluesky.chat import read_log
from channels.bluesky.polling import Logs, Mark, new_logs, new_notifications
from channels.bluesky.posts import Reader, display_name, notification
from conversations.facts import Fact, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable


CDN_URL = "https://cdn.bsky.app"


class BlueskyReceiver(Receiver):
    """Reads what Bluesky reports."""

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        """Read what ``poll`` got: ``notifications`` as the platform lists them, the chat's ``logs``, and its ``convos``
        by id."""
        document = _payload.document(request)
        return _read(document, credentials) if isinstance(document, dict) else []

    def poll(self, cursor: str, credentials: Credentials, now: int) -> Polled:
        mark = Mark.of(cursor)
        found = new_notifications(mark, credentials, now)
        logs, convos = new_logs(found.mark, credentials) if has_chat(credentials.options) else (Logs(), {})
        mark = replace(found.mark, log="" if logs.is_lost else logs.rev or found.mark.log)
        document = {"notifications": found.items, "logs": logs.items, "convos": convos}
        return Polled(_read(document, credentials), mark.text(), more=bool(mark.page) or logs.more)

    def profile_name(self, customer_id: str, credentials: Credentials) -> str | None:
        try:
            return display_name(get("app.bsky.actor.getProfile", credentials, {"actor": customer_id}))
        except PermanentFailure:
            return None


def _read(document: dict[str, Any], credentials: Credentials) -> Events:
    cdn = (credentials.options.get("cdn_url") or CDN_URL).rstrip("/")
    reader = Reader(credentials.account_id, cdn, json_object(document.get("convos")))
    events = _payload.read_list("bluesky", document, "notifications", _one, notification, reader)
    return events + _payload.read_list("bluesky", document, "logs", _one, read_log, reader)


def _one(item: dict[str, Any], read: Callable[[dict[str, Any], Reader], Fact | None], reader: Reader) -> Events:
    fact = read(item, reader)
    return [fact] if fact else []
