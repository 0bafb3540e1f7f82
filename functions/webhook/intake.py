"""What a request says, once it is certain who says it: the joins between a channel and its connection's secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import channels
from channels.base import Credentials, InvalidSignature
from shared import credentials

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from channels.base import Channel, Request
    from conversations.model import Fact, Nudge, Unreadable

T = TypeVar("T")


def handshake(channel: str, connection: str, request: Request) -> str | None:
    """The answer to the platform's challenge; raises ``InvalidSignature`` or ``UnknownConnection``."""
    return _with_secrets(channel, connection, lambda spoken, found: spoken.handshake(request, found))


def events(channel: str, connection: str, request: Request) -> Sequence[Fact | Unreadable | Nudge]:
    """What the platform reports; raises ``InvalidSignature``, ``MalformedPayload`` or ``UnknownConnection``."""

    def verified(spoken: Channel, found: Credentials) -> Sequence[Fact | Unreadable | Nudge]:
        spoken.verify(request, found)
        return spoken.parse(request, found)

    return _with_secrets(channel, connection, verified)


def acknowledgement(channel: str, connection: str, request: Request) -> str | None:
    """What the platform is to read in our answer to a call that was stored; None for nothing in particular."""
    return _with_secrets(channel, connection, lambda spoken, found: spoken.acknowledge(request, found))


def _with_secrets(channel: str, connection: str, use: Callable[[Channel, Credentials], T]) -> T:
    """Use the secrets of a connection; if they do not fit, perhaps they were just rotated, and fit when read anew.

    A channel that is not there is an unknown connection: the caller learns no more.
    """
    if channel not in channels.names():
        raise credentials.UnknownConnection
    spoken = channels.get(channel)
    try:
        return use(spoken, Credentials.of(credentials.read(channel, connection)))
    except InvalidSignature:
        rotated = credentials.read_anew(channel, connection)
        if rotated is None:
            raise
        return use(spoken, Credentials.of(rotated))
