"""Verification and reading of webhook requests: each channel together with the secrets of its connection."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any, TypeVar

import channels
from application import other_accounts
from aws import secrets
from channels.base import Credentials, InvalidSignature, MalformedPayload, Request
from webhook import known_connections

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from channels.base import Channel
    from storage.received_facts import Event as Reported

MOST_UPDATES = 1000
"""Updates that one call may report, Meta's documented maximum: so one call fills ten batches of the stream."""
T = TypeVar("T")
Event = dict[str, Any]
"""A request as API Gateway hands it on."""


def request_of(event: Event) -> Request:
    """Return the call that an event of API Gateway holds; raises ``MalformedPayload``."""
    headers = {name.lower(): value for name, value in (event["headers"] or {}).items()}
    query = event["multiValueQueryStringParameters"]
    last = {name: values[-1] for name, values in query.items()} if query else {}
    return Request(event["httpMethod"], headers, last, _body_of(event))


def _body_of(event: Event) -> bytes:
    """Return the bytes that came in; raises ``MalformedPayload`` for what is none in the encoding that it names."""
    body = event["body"] or ""
    try:
        return b64decode(body.encode("ascii")) if event.get("isBase64Encoded") else body.encode()
    except ValueError:
        raise MalformedPayload from None


def handshake(channel: str, connection: str, request: Request) -> str | None:
    """Return the answer to the platform's challenge; raises ``InvalidSignature``, or what ``receive`` raises."""
    return _with_secrets(
        channel, connection, lambda platform, credentials: platform.receiver.handshake(request, credentials)
    )


def receive(channel: str, connection: str, request: Request) -> tuple[dict[str, Sequence[Reported]], str | None]:
    """Return what the platform reports, by the connection it is stored under, and the answer that it expects.

    Raises ``InvalidSignature``, ``MalformedPayload`` or ``UnknownConnection``; ``secrets.Unavailable`` or
    ``table.NotStored`` where it cannot be told at the moment who calls.
    """
    received = _with_secrets(
        channel, connection, lambda platform, credentials: platform.receiver.receive(request, credentials)
    )
    parts: dict[str, Sequence[Reported]] = {connection: received.events}
    if received.is_mixed:
        parts |= _by_connection(channel, connection, request, received.events)
    return parts, received.acknowledgement


def _by_connection(
    channel: str, connection: str, request: Request, events: Sequence[Reported]
) -> dict[str, list[Reported]]:
    """Return events of several accounts, each with its own connection if that one takes the call for authentic, too."""
    receiver = channels.get(channel).receiver

    def is_authentic(other: Credentials) -> bool:
        try:
            receiver.verify(request, other)
        except InvalidSignature:
            return False
        return True

    return other_accounts.by_connection(channel, connection, events, is_authentic)


def _with_secrets(channel: str, connection: str, use: Callable[[Channel, Credentials], T]) -> T:
    """Use the secrets of a connection; if they do not fit, try once more with those of a rotation a moment ago.

    A channel that is not there is an unknown connection: the caller learns no more.
    """
    if channel not in channels.names() or not known_connections.is_known(channel, connection):
        raise secrets.UnknownConnection
    platform = channels.get(channel)
    try:
        return use(platform, Credentials.of(secrets.read(channel, connection)))
    except InvalidSignature:
        rotated = secrets.read_rotated(channel, connection)
        if rotated is None:
            raise
        return use(platform, Credentials.of(rotated))
