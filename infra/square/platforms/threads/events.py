"""Answers, mentions, and what the company published and took down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.clock import iso
from infra.square.core.world import Events, Post

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms.threads.account import ThreadsAccount
    from infra.square.platforms.threads.views import Views


class ThreadsEvents(Events):
    """Delivers an event for what happens."""

    def __init__(self, account: ThreadsAccount, world: World, views: Views) -> None:
        self.account = account
        self.world = world
        self.views = views

    def posted(self, post: Post) -> None:
        """Answers below what is ours are told as answers, and what names us as a mention; ours as published."""
        parent, root = self.world.posts.get(post.parent_id or ""), self.world.posts.get(post.thread_id)
        if post.own:
            shown = ("id", "media_type", "permalink", "timestamp", "username")
            self._deliver("publish", {name: self.views.webhook_value(post)[name] for name in shown})
        elif parent and (parent.own or (root and root.own)):
            self._deliver("replies", self.views.webhook_value(post))
        if not post.own and f"@{self.account.name}" in post.text:
            self._deliver(
                "mentions", {**self.views.webhook_value(post), "is_reply": parent is not None}, self.account.id
            )

    def take_down(self, post: Post) -> None:
        post.removed = True
        value = {"id": post.id, "owner": {"owner_id": self.account.id}, "username": self.account.name}
        times = {"deleted_at": iso(self.account.clock.now()), "timestamp": iso(post.created)}
        self._deliver("delete", value | times)

    def _deliver(self, field: str, value: dict[str, Any], target: str | None = None) -> None:
        update: dict[str, Any] = {"app_id": self.account.config["app_id"], "target_id": target or value["id"]}
        update |= {"topic": "moderate" if field in ("replies", "delete") else "interaction"}
        update |= {"time": self.account.clock.now() // 1000, "subscription_id": "234567", "has_uid_field": False}
        self.account.deliver({**update, "values": {"value": value, "field": field}})
