"""A platform's webhook: where it goes, how updates become a body, and how a body is signed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infra.square.core.account import Account


class Webhook:
    """Delivers one update in each call, unsigned; a platform overrides what it does otherwise."""

    batches = False
    """Several updates come in one call."""
    repeats = True
    """A call that did not get through is made again."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def callback_url(self) -> str | None:
        """Return where calls go; None while nobody listens."""
        return self.account.hook.get("url")

    def compose(self, updates: list[dict[str, Any]]) -> bytes:
        """Return the body of a call."""
        return json.dumps(updates[0]).encode()

    def sign(self, body: bytes) -> dict[str, str]:
        """Return the headers that prove where a body comes from."""
        return {}

    def headers(self, updates: list[dict[str, Any]]) -> dict[str, str]:
        """Return further headers of a call."""
        return {}
