"""The company's address, and what SES keeps of it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from infra.square.core.account import Account


class EmailAccount(Account):
    """One address of the company."""

    rule: dict[str, str] = {}

    def state(self) -> dict[str, Any]:
        return {
            "incoming": self.incoming,
            "events": self.sent_events,
            "left": self.left,
            "flags": sorted(self.flags),
            "rule": self.rule,
        }

    def restore_state(self, stored: dict[str, Any]) -> None:
        self.incoming: list[dict[str, Any]] = stored.get("incoming", [])
        self.sent_events: list[dict[str, Any]] = stored.get("events", [])
        self.left: int = stored.get("left", 50_000)
        self.flags: set[str] = set(stored.get("flags", []))
        # How SES is set up is no part of the play: a new day leaves it.
        self.rule = stored.get("rule", self.rule)

    def new_id(self, kind: str) -> str:
        if kind == "thread":
            return secrets.token_hex(8)
        return f"{secrets.token_hex(8)}@mail.example"

    @property
    def address(self) -> str:
        return str(self.config["account_id"])

    @property
    def region(self) -> str:
        return str(self.config["region"])


def iso(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"
