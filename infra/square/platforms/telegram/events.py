"""Updates of the Bot API, as far as the webhook asked for their kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.world import Events, Person, Post
from infra.square.platforms.telegram.views import user_of

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms.telegram.account import TelegramAccount
    from infra.square.platforms.telegram.views import Views

TOLD_BY_DEFAULT = {
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "my_chat_member",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "business_connection",
}
"""Without ``message_reaction`` and ``chat_member``, which must be asked for."""


class TelegramEvents(Events):
    """Delivers an update for what happens."""

    def __init__(self, account: TelegramAccount, world: World, views: Views) -> None:
        self.account = account
        self.world = world
        self.views = views

    def posted(self, post: Post) -> None:
        thread = self.world.thread_of(post)
        self.deliver("business_message" if thread.traits.get("business") else "message", self.views.message(post))

    def edited(self, post: Post, before: str) -> None:
        business = self.world.thread_of(post).traits.get("business")
        self.deliver("edited_business_message" if business else "edited_message", self.views.message(post))

    def removed(self, post: Post) -> None:
        """Only of business chats a bot is told."""
        thread = self.world.thread_of(post)
        if business := thread.traits.get("business"):
            numbers = {"business_connection_id": business, "message_ids": [post.traits["number"]]}
            self.deliver("deleted_business_messages", {"chat": self.views.chat(thread), **numbers})

    def reacted(self, post: Post, person: Person, reaction: str | None, before: str | None) -> None:
        reactions = [{"type": "emoji", "emoji": reaction}] if reaction else []
        spot = {"chat": self.views.chat(self.world.thread_of(post)), "message_id": post.traits["number"]}
        change = {
            "user": user_of(person),
            "date": self.account.clock.now() // 1000,
            "old_reaction": [],
            "new_reaction": reactions,
        }
        self.deliver("message_reaction", {**spot, **change})

    def deliver(self, kind: str, what: dict[str, Any]) -> None:
        if self.account.hook and kind not in (self.account.hook.get("allowed_updates") or TOLD_BY_DEFAULT):
            return
        self.account.extra["update_id"] += 1
        self.account.deliver({"update_id": self.account.extra["update_id"], kind: what})
