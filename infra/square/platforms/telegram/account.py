"""The company's bot, and what the platform keeps of it."""

from __future__ import annotations

import secrets
from typing import Any

from infra.square.core.account import Account


class TelegramAccount(Account):
    """One bot of the company."""

    def state(self) -> dict[str, Any]:
        return dict(self.extra)

    def restore_state(self, stored: dict[str, Any]) -> None:
        self.extra: dict[str, Any] = {"update_id": 881000, "migrated": {}, "answered": [], **stored}

    def new_id(self, kind: str) -> str:
        return str(5_000_000_000 + secrets.randbelow(10**9))
