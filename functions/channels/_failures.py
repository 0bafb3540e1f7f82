"""The errors of channels, three of which decide everything.

::

    ChannelError
    ├── InvalidSignature      not from the platform: answer 401, store nothing
    ├── MalformedPayload      authentic, but not what it says it is (no JSON): answer 400
    ├── PermanentFailure      mark the message failed, acknowledge     .reason
    ├── TransientFailure      not sent; try again                      .reason .retry_after
    └── UnconfirmedSend       perhaps sent: never blindly again, look first
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Reasons for which a message was not sent, distinguished by the person or clock that must act on it."""

    RETRY = "retry"
    """A passing fault of the platform."""
    RATE = "rate"
    """Too many requests: wait until the platform's time."""
    AUTH = "auth"
    """The token is expired or revoked: the connection stops until it gets a new one."""
    PERMISSION = "permission"
    """A permission or feature of the app is missing."""
    WINDOW = "window"
    """The time in which the platform permits this message is over."""
    GONE = "gone"
    """The customer cannot be reached, or what was answered is deleted."""
    BAD = "bad"
    """The platform does not take this content."""
    POLICY = "policy"
    """The account is restricted: the connection stops."""


class ChannelError(Exception):
    """Any error a channel raises on purpose."""


class InvalidSignature(ChannelError):
    """The request does not come from the platform."""


class MalformedPayload(ChannelError):
    """The signature is right and the body is not JSON."""


class PermanentFailure(ChannelError):
    """The platform will not take this message, now or later."""

    def __init__(self, reason: Reason, code: str = "") -> None:
        super().__init__(f"{reason} {code}".strip())
        self.reason = reason
        self.code = code
        """The platform's own code, such as ``10/2018278``; never its text."""


class TransientFailure(ChannelError):
    """The platform did not take the message this time. ``retry_after`` is in seconds, where the platform tells."""

    def __init__(self, reason: Reason, code: str = "", retry_after: float | None = None) -> None:
        super().__init__(f"{reason} {code}".strip())
        self.reason = reason
        self.code = code
        self.retry_after = retry_after


class UnconfirmedSend(ChannelError):
    """The request went out and no clear answer came back: the message may stand on the platform."""
