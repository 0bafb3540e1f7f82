"""The company's account on the server, and what the server keeps of it."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from infra.square.core.account import Account


@dataclass
class Note:
    """One notification of the company's account."""

    id: str
    type: str
    person_id: str
    post_id: str
    at: int


class MastodonAccount(Account):
    """One account of the company."""

    @property
    def username(self) -> str:
        return str(self.config["username"])

    def state(self) -> dict[str, Any]:
        return {
            "last": self.last,
            "notes": [asdict(note) for note in self.notes],
            "keys": self.keys,
            "settings": self.settings,
            "media": self.media,
            "apps": self.apps,
        }

    def restore_state(self, stored: dict[str, Any]) -> None:
        self.last: int = stored.get("last", 115_000_000_000_000_000)
        self.notes: list[Note] = [Note(**each) for each in stored.get("notes", [])]
        self.keys: dict[str, Any] = stored.get("keys", {})
        """Idempotency key → when it was used, and for which post."""
        self.settings: dict[str, Any] = stored.get("settings", {"max": 500, "several": True, "domain": "nord.example"})
        self.media: dict[str, Any] = stored.get("media", {})
        self.apps: dict[str, Any] = stored.get("apps", {})
        """Client id → name, redirect addresses and secret of an app."""

    def new_id(self, kind: str) -> str:
        self.last += 1 + secrets.randbelow(1000)
        return str(self.last)

    def address(self) -> str:
        return str(self.config.get("url", "https://nord.example"))


def iso(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"
