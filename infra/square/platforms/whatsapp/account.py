"""The company's phone number, and what the platform keeps of it."""

from __future__ import annotations

import secrets
from base64 import b64encode
from typing import Any

from infra.square.core.account import Account


class WhatsAppAccount(Account):
    """One phone number of the company."""

    def state(self) -> dict[str, Any]:
        return dict(self.extra)

    def restore_state(self, stored: dict[str, Any]) -> None:
        self.extra: dict[str, Any] = {"uploads": {}, "blocked": [], "subscribed": False, **stored}

    def new_id(self, kind: str) -> str:
        if kind == "person":
            return f"DE.73{secrets.randbelow(10**14):014d}"
        if kind == "thread":
            return secrets.token_hex(8)
        return "wamid." + b64encode(secrets.token_bytes(24)).decode()
