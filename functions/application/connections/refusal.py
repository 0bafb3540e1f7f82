"""Reasons for which a connection cannot be as it is wanted."""

from __future__ import annotations

from enum import StrEnum


class Why(StrEnum):
    """Reasons for refusing a connection's registration or change."""

    NO_CHANNEL = "no_channel"
    NO_CONNECTION = "no_connection"
    NAME = "name"
    EXISTS = "exists"
    CONNECTED = "connected"
    """The account is connected under another name."""
    OTHER_ACCOUNT = "other_account"
    """The new secrets belong to another account."""
    UNKNOWN = "unknown"
    MISSING = "missing"
    ADDRESS = "address"
    TOO_LARGE = "too_large"
    BUSY = "busy"
    """Its token is being renewed at this moment."""
    NO_SIGN_IN = "no_sign_in"
    """There is no such sign-in of this administrator, it was finished, or it has ended."""
    NO_ACCOUNT = "no_account"
    """The platform allowed it for no account that can be connected."""
    REFUSED = "refused"
    """The platform does not take the secrets, or does not answer."""


class Refused(Exception):
    """A connection cannot be as it is wanted. ``detail`` names fields, never what stands in them."""

    def __init__(self, why: Why, detail: str = "", reason: str = "", code: str = "") -> None:
        super().__init__(f"{why} {detail or reason} {code}".strip())
        self.why = why
        self.detail = detail
        self.reason = reason
        """Of the platform, where it refused."""
        self.code = code
