"""Reads webhook calls of Meta's platforms: their proof, and their entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from channels import _meta, _payload
from channels.base import Receiver

if TYPE_CHECKING:
    from collections.abc import Callable

    from channels._payload import Events
    from channels.base import Credentials, Request


class MetaReceiver(Receiver):
    """Proves webhook calls as all of Meta's platforms sign them."""

    signing_secrets: tuple[str, ...] = ("app_secret",)

    def handshake(self, request: Request, credentials: Credentials) -> str:
        return _meta.handshake(request, credentials)

    def verify(self, request: Request, credentials: Credentials) -> None:
        _meta.verify(request, credentials, self.signing_secrets)


def read_entries(channel: str, kind: str, payload: object, read_entry: Callable[..., Events], *context: Any) -> Events:
    """Return what the entries of a payload report, which is about one kind of object."""
    if not isinstance(payload, dict):
        return []
    if payload.get("object") not in (None, kind):
        return [_payload.unreadable("unknown_object", payload)]
    return _payload.read_list(channel, payload, "entry", read_entry, *context)
