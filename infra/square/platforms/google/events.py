"""Announcements of reviews, by name only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.world import Events, Post
from infra.square.platforms.google.account import is_review

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    Handler = Callable[[Request, dict[str, Any]], dict[str, Any] | None]
    from infra.square.platforms.google.account import GoogleAccount


class GoogleEvents(Events):
    """Delivers an announcement for each new or changed review."""

    def __init__(self, account: GoogleAccount) -> None:
        self.account = account

    def posted(self, post: Post) -> None:
        self.announce(post)

    def edited(self, post: Post, before: str) -> None:
        self.announce(post)

    def announce(self, post: Post) -> None:
        """Only reviews are announced, and only by name."""
        if is_review(post) and not post.own and self.account.setting.get("pubsubTopic"):
            self.account.deliver({"review_name": post.id, "location_name": self.account.location})
