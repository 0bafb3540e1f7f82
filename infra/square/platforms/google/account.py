"""The company's consent: its tokens and quota, the location and the channel."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from infra.square.core.account import Account
from infra.square.core.world import Post

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    Handler = Callable[[Request, dict[str, Any]], dict[str, Any] | None]


DAILY_UNITS = 10_000
OF_OTHERS = "of_others"
"""Trait of a video on another channel than the company's."""


class GoogleAccount(Account):
    """One Business Profile location and one YouTube channel, with one consent for both."""

    def state(self) -> dict[str, Any]:
        return {"tokens": self.tokens, "setting": self.setting, "left": self.left, "flags": sorted(self.flags)}

    def restore_state(self, stored: dict[str, Any]) -> None:
        self.tokens: list[str] = stored.get("tokens", [])
        self.setting: dict[str, Any] = stored.get("setting", {})
        self.left: int = stored.get("left", DAILY_UNITS)
        self.flags: set[str] = set(stored.get("flags", []))

    def set_token(self, *, expired: bool, subcode: int) -> None:
        """Access tokens end after an hour; the refresh token gives a new one."""
        if expired:
            self.tokens = []

    def new_id(self, kind: str) -> str:
        if kind == "person":
            return f"UC{secrets.token_urlsafe(16)}"
        return f"Ugx{secrets.token_urlsafe(16)}4AaABAg"

    @property
    def location(self) -> str:
        return str(self.config["account_id"])

    @property
    def channel(self) -> str:
        return str(self.config["channel_id"])


def is_review(post: Post) -> bool:
    return "/reviews/" in post.id


def is_top(post: Post) -> bool:
    return not is_review(post) and post.parent_id is None


def iso(milliseconds: int) -> str:
    """A time as Google writes it."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"
