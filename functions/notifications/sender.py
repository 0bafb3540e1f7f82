"""Tells one notice at one address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notifications import email, microsoft_teams, slack, webhook_client

if TYPE_CHECKING:
    from notifications.notice_texts import Words

HINT = 4
"""Characters of an address that are shown."""


def check(kind: str, address: str) -> None:
    """Raise ``ValueError`` for an address that nothing can be told at."""
    (email.check if kind == "email" else webhook_client.check)(address)


def tell(kind: str, address: str, words: Words) -> None:
    """Tell it, once. Raises ``line.Refused``, ``line.NotNow`` or ``line.Unsure``."""
    if kind == "email":
        email.send(address, words)
    else:
        webhook_client.post(address, (slack if kind == "slack" else microsoft_teams).body(words))


def hint(address: str) -> str:
    """Return the part of an address by which a person knows it again."""
    return address[-HINT:]
