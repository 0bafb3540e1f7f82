"""The number's webhook: its body as Meta writes it, and its signature."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from infra.square.core.webhook import Webhook

if TYPE_CHECKING:
    from infra.square.platforms.whatsapp.account import WhatsAppAccount


class WhatsAppWebhook(Webhook):
    """Delivers changes, several in a call."""

    def __init__(self, account: WhatsAppAccount) -> None:
        self.account = account

    def callback_url(self) -> str | None:
        return self.account.hook.get("url") if self.account.extra["subscribed"] else None

    def compose(self, updates: list[dict[str, Any]]) -> bytes:
        """Slashes are escaped and letters beyond ASCII are, too; each update is a change."""
        body = {
            "object": "whatsapp_business_account",
            "entry": [{"id": self.account.config["waba_id"], "changes": updates}],
        }
        return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()

    def sign(self, body: bytes) -> dict[str, str]:
        key = self.account.config["app_secret"].encode()
        return {"X-Hub-Signature-256": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()}
