"""The bot's webhook: one update in each call, with the secret token it was set up with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from infra.square.core.webhook import Webhook

if TYPE_CHECKING:
    from infra.square.platforms.telegram.account import TelegramAccount


class TelegramWebhook(Webhook):
    """Delivers the bot's updates."""

    def __init__(self, account: TelegramAccount) -> None:
        self.account = account

    def compose(self, updates: list[dict[str, Any]]) -> bytes:
        """One update in each call."""
        return json.dumps(updates[0], ensure_ascii=True, separators=(",", ":")).encode()

    def sign(self, body: bytes) -> dict[str, str]:
        token = self.account.hook.get("secret_token")
        return {"X-Telegram-Bot-Api-Secret-Token": token} if token else {}
