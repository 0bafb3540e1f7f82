"""Reads what E-Mail reports: proof of origin, and one fact for each thing that happened."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any

from channels import _payload
from channels._payload import Events
from channels.base import (
    Credentials,
    Receiver,
    Request,
    json_object,
)
from channels.email.events import read_event
from channels.email.incoming import read_mail
from channels.email.mails import notification_kind, receipt_of, refused
from conversations.facts import Fact, Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping


class EmailReceiver(Receiver):
    """Reads what E-Mail reports."""

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        notification = _payload.document(request)
        if not isinstance(notification, dict):
            return []
        if notification_kind(notification) != "Received":
            return heard(notification, credentials)
        return received(notification, _content(notification), credentials)


def received(notification: Mapping[str, Any], raw: bytes, credentials: Credentials) -> Events:
    """Return what a mail tells that came in; ``raw`` is its MIME as SES stored it."""
    return _guarded(read_mail, dict(notification), raw, credentials)


def heard(event: Mapping[str, Any], credentials: Credentials) -> Events:
    """Return what became of a mail of ours, as an event of the configuration set tells it."""
    return _guarded(read_event, dict(event), b"", credentials)


def _guarded(read: Any, notification: dict[str, Any], raw: bytes, credentials: Credentials) -> Events:
    """Return the location of an unreadable mail, whose text is stored in one place only and expires there."""

    def keep(reason: str, update: dict[str, Any]) -> Unreadable:
        return refused(reason, update, raw)

    return _payload.read_each("email", [notification], read, raw, credentials, keep=keep)


def _content(notification: Mapping[str, Any]) -> bytes:
    content = notification.get("content")
    if not isinstance(content, str):
        return b""
    if str(json_object(receipt_of(notification).get("action")).get("encoding")).upper() != "BASE64":
        return content.encode("utf-8", "surrogateescape" if content.isascii() else "replace")
    try:
        return b64decode(content)
    except ValueError:
        return b""
