"""Actions that only people on Reddit have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.actions import Actions
from infra.square.core.world import Utterance

if TYPE_CHECKING:
    from infra.square.core.actions import Action
    from infra.square.core.web import Fields
    from infra.square.core.world import World
    from infra.square.platforms.reddit.account import RedditAccount


class RedditActions(Actions):
    """The actions of ``POST /_square/reddit/do``."""

    def __init__(self, account: RedditAccount, world: World) -> None:
        self.account = account
        self.world = world

    def actions(self) -> dict[str, Action]:
        return {
            "lock": lambda fields: self._lock(fields, True),
            "unlock": lambda fields: self._lock(fields, False),
            "announce": self._announce,
            "allow": self._set_remaining,
        }

    def _lock(self, fields: Fields, locked: bool) -> dict[str, Any]:
        self.world.threads[fields.text("thread_id")].traits["locked"] = locked
        return {}

    def _announce(self, fields: Fields) -> dict[str, Any]:
        """Publish a post of the company."""
        post = self.world.post(Utterance(None, fields.text("text"), title=fields.text("title")))
        return {"message_id": post.id, "thread_id": post.thread_id}

    def _set_remaining(self, fields: Fields) -> dict[str, Any]:
        """Set how many calls are left."""
        self.account.flags["remaining"] = float(fields.number("remaining"))
        return {}
