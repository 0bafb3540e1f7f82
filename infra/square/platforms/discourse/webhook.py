"""The forum's webhook: its headers and its signature."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from infra.square.core.webhook import Webhook

if TYPE_CHECKING:
    from infra.square.platforms.discourse.account import DiscourseAccount


class DiscourseWebhook(Webhook):
    """Delivers one event in each call."""

    def __init__(self, account: DiscourseAccount) -> None:
        self.account = account

    def callback_url(self) -> str | None:
        return self.account.hook.get("payload_url") if self.account.hook.get("active") else None

    def compose(self, updates: list[dict[str, Any]]) -> bytes:
        return json.dumps(updates[0].get("body", {}), separators=(",", ":")).encode()

    def headers(self, updates: list[dict[str, Any]]) -> dict[str, str]:
        self.account.event_count += 1
        return {
            "User-Agent": "Discourse/2026.11",
            "X-Discourse-Instance": self.account.address(),
            "X-Discourse-Event-Id": str(self.account.event_count),
            "X-Discourse-Event-Type": str(updates[0].get("type", "")),
            "X-Discourse-Event": str(updates[0].get("event", "")),
        }

    def sign(self, body: bytes) -> dict[str, str]:
        key = str(self.account.hook.get("secret", "")).encode()
        digest = hmac.new(key, body, hashlib.sha256).hexdigest() if key else ""
        return {"X-Discourse-Event-Signature": f"sha256={digest}"} if digest else {}
