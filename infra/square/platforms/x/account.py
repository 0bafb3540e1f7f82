"""The company's account on X, its app's webhook, and what the platform keeps of both."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from infra.square.core.account import Account

EPOCH = 1_288_834_974_657
DAY = 86_400_000


class XAccount(Account):
    """One account of the company."""

    last_id = 0

    @property
    def handle(self) -> str:
        return str(self.config["handle"])

    def state(self) -> dict[str, Any]:
        return self.kept

    def restore_state(self, stored: dict[str, Any]) -> None:
        self.kept: dict[str, Any] = {
            "access": str(self.config["access_token"]),
            "refresh": str(self.config["refresh_token"]),
            "subscriptions": [],
            "media": {},
            "newer": {},
            "told": [],
            "no_credits": False,
        } | stored

    def new_id(self, kind: str) -> str:
        self.last_id = max((self.clock.now() - EPOCH) << 22, self.last_id + 1)
        return str(self.last_id)

    def set_token(self, *, expired: bool, subcode: int) -> None:
        super().set_token(expired=expired, subcode=subcode)
        self.kept["access"] = "" if expired else str(self.config["access_token"])


def iso(at: int) -> str:
    """A moment (milliseconds) as the platform writes it: to the second, with three zeros."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
