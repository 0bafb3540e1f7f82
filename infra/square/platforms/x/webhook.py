"""The app's webhook: its body and its signature (X Activity API)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from infra.square.core.webhook import Webhook

if TYPE_CHECKING:
    from infra.square.platforms.x.account import XAccount


class XWebhook(Webhook):
    """One event is one call, and is tried once."""

    repeats = False

    def __init__(self, account: XAccount) -> None:
        self.account = account

    def callback_url(self) -> str | None:
        return self.account.hook.get("url") if self.account.hook.get("valid") else None

    def compose(self, updates: list[dict[str, Any]]) -> bytes:
        """One event is one call; signs of HTML are escaped, and so is what is not ASCII."""
        text = json.dumps(updates[0], separators=(",", ":"))
        return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").encode()

    def sign(self, body: bytes) -> dict[str, str]:
        return {"x-twitter-webhooks-signature": self.signature(body)}

    def signature(self, content: bytes) -> str:
        digest = hmac.digest(str(self.account.config["consumer_secret"]).encode(), content, hashlib.sha256)
        return "sha256=" + base64.b64encode(digest).decode()
