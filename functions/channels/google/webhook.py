"""Reads what Google reports: proof of origin, and one fact for each thing that happened."""

from __future__ import annotations

import binascii
import json
import re
import time
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING, Any

from channels import _payload
from channels._payload import Events
from channels.base import (
    Credentials,
    Polled,
    Receiver,
    Request,
    json_object,
)
from channels.google.api import YOUTUBE, service_of
from channels.google.push import verify_push
from channels.google.reviews import poll_reviews, read_review
from channels.google.youtube import own_video, poll_youtube, read_thread
from conversations.facts import Event, Nudge, Unreadable

if TYPE_CHECKING:
    from conversations.message_context import Post

_LOCATION = re.compile(r"accounts/[^/\s]+/locations/[^/\s]+")


class GoogleReceiver(Receiver):
    """Reads what Google reports."""

    def verify(self, request: Request, credentials: Credentials) -> None:
        """A push of Pub/Sub carries a token that Google signed; what it says is only a hint to look."""
        verify_push(request, credentials, time.time())

    def parse(self, request: Request, credentials: Credentials) -> list[Event]:
        payload = _payload.document(request)
        if isinstance(payload, dict) and "message" in payload:
            return [_read_push(payload)]
        return [*_read(payload, credentials.account_id)]

    def own_post(self, thread_id: str, credentials: Credentials) -> Post | None:
        """The video that comments stand below; reviews stand below nothing."""
        return own_video(thread_id, credentials) if service_of(credentials.options) == YOUTUBE else None

    def poll(self, cursor: str, credentials: Credentials, now: int) -> Polled:
        ask = poll_youtube if service_of(credentials.options) == YOUTUBE else poll_reviews
        body, after, more, pause = ask(_read_cursor(cursor), credentials, now)
        events = _read(body, credentials.account_id) if cursor else []
        return Polled(events, json.dumps(after, separators=(",", ":")), more and bool(cursor), pause)


def _read(payload: object, account: str) -> Events:
    """Return what the body of an answer tells, as ``poll`` put it together."""
    if not isinstance(payload, dict):
        return []
    if "items" in payload:
        return _payload.read_list("google", payload, "items", read_thread, payload, account, beside=("known",))
    return _payload.read_list("google", payload, "reviews", read_review, payload, account, beside=("known",))


def _read_push(payload: dict[str, Any]) -> Unreadable | Nudge:
    """A push names a review or a location, which is asked for then. What names neither is looked at by a person."""
    data = str(json_object(payload.get("message")).get("data") or "").rstrip("=")
    try:
        padded = data.replace("+", "-").replace("/", "_") + "=" * (-len(data) % 4)
        text = urlsafe_b64decode(padded).decode("utf-8", "replace")
    except (ValueError, binascii.Error):
        return _payload.unreadable("malformed", payload)
    return Nudge() if _LOCATION.search(text) else _payload.unreadable("unknown_push", payload)


def _read_cursor(cursor: str) -> dict[str, Any]:
    try:
        return json_object(json.loads(cursor or "{}"))
    except ValueError:
        return {}
