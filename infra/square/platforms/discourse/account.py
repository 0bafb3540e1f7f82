"""The company's user on the forum, and what the forum keeps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from infra.square.core.account import Account


class DiscourseAccount(Account):
    """One forum, on which the company is a user with an administrator's key."""

    @property
    def username(self) -> str:
        return str(self.config["username"])

    def state(self) -> dict[str, Any]:
        return {"last": self.last, "settings": self.settings, "pending": self.pending, "solved": self.solved}

    def restore_state(self, stored: dict[str, Any]) -> None:
        self.last: int = stored.get("last", 100)
        """The last number that was given to a person, topic or post."""
        self.settings: dict[str, Any] = stored.get(
            "settings", {"min": 5, "max": 32_000, "approve": False, "staff": True, "old_feed": False}
        )
        self.pending: list[dict[str, Any]] = stored.get("pending", [])
        self.solved: dict[str, str] = stored.get("solved", {})
        """Topic → the post that is its solution."""
        self.remembered: dict[str, tuple[int, Any]] = {}
        self.event_count = 0

    def new_id(self, kind: str) -> str:
        self.last += 1
        return str(self.last)

    def address(self) -> str:
        return str(self.config.get("url", "http://forum.example"))


def iso(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"
