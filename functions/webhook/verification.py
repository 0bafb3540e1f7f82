"""Verification and reading of webhook requests: each channel together with the secrets of its connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import channels
from aws import secrets
from channels.base import Credentials, InvalidSignature, MalformedPayload
from webhook import known_connections

if TYPE_CHECKING:
    from collections.abc import Callable

    import chalice.app

    from channels.base import Channel, Received, Request

MOST_UPDATES = 1000
"""Updates that one call may report, Meta's documented maximum: so one call fills ten batches of the stream."""
T = TypeVar("T")


def body_of(request: chalice.app.Request) -> bytes:
    """Return the bytes that came in; raises ``MalformedPayload`` for what is none in the encoding that it names."""
    try:
        body = request.raw_body
    except ValueError:
        raise MalformedPayload from None
    assert isinstance(body, bytes)
    return body


def handshake(channel: str, connection: str, request: Request) -> str | None:
    """Return the answer to the platform's challenge; raises ``InvalidSignature``, or what ``receive`` raises."""
    return _with_secrets(channel, connection, lambda spoken, found: spoken.receiver.handshake(request, found))


def receive(channel: str, connection: str, request: Request) -> Received:
    """Return what the platform reports; raises ``InvalidSignature``, ``MalformedPayload`` or ``UnknownConnection``.

    Raises ``secrets.Unavailable`` or ``table.NotStored`` where it cannot be told at the moment who calls.
    """
    return _with_secrets(channel, connection, lambda spoken, found: spoken.receiver.receive(request, found))


def _with_secrets(channel: str, connection: str, use: Callable[[Channel, Credentials], T]) -> T:
    """Use the secrets of a connection; if they do not fit, try once more with those of a rotation a moment ago.

    A channel that is not there is an unknown connection: the caller learns no more.
    """
    if channel not in channels.names() or not known_connections.is_known(channel, connection):
        raise secrets.UnknownConnection
    spoken = channels.get(channel)
    try:
        return use(spoken, Credentials.of(secrets.read(channel, connection)))
    except InvalidSignature:
        rotated = secrets.read_rotated(channel, connection)
        if rotated is None:
            raise
        return use(spoken, Credentials.of(rotated))
