"""The company's account, its tokens and its rate limit."""

from __future__ import annotations

import secrets
from typing import Any

from infra.square.core.account import Account

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class RedditAccount(Account):
    """One account of the company."""

    def state(self) -> dict[str, Any]:
        return {"tokens": self.tokens, "flags": self.flags, "number": self.number}

    def restore_state(self, stored: dict[str, Any]) -> None:
        self.tokens: dict[str, list[int]] = stored.get("tokens", {})
        self.flags: dict[str, Any] = {"generation": 0, "remaining": 996.0, **stored.get("flags", {})}
        self.number: int = stored.get("number", 36**5)

    def set_token(self, *, expired: bool, subcode: int) -> None:
        """Tokens made until now are over; one that is made then is good."""
        super().set_token(expired=expired, subcode=subcode)
        self.flags["generation"] += expired

    def new_id(self, kind: str) -> str:
        self.number += 1 + secrets.randbelow(50)
        prefix = {"person": "t2_", "thread": "t4_", "post": "t3_", "comment": "t1_"}[kind]
        number, letters = self.number, ""
        while number:
            number, digit = divmod(number, 36)
            letters = DIGITS[digit] + letters
        return prefix + letters
