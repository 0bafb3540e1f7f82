"""Actions that only people on a forum have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.actions import Actions
from infra.square.core.web import BadInput, Fields
from infra.square.core.world import Post, Utterance

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.square.core.actions import Action
    from infra.square.core.world import World
    from infra.square.platforms.discourse.account import DiscourseAccount
    from infra.square.platforms.discourse.events import DiscourseEvents
    from infra.square.platforms.discourse.posting import Posting

SMALL_ACTION, WHISPER = 3, 4
"""Types of posts."""


class DiscourseActions(Actions):
    """The actions of ``POST /_square/discourse/do``."""

    def __init__(self, account: DiscourseAccount, world: World, events: DiscourseEvents, posting: Posting) -> None:
        self.account = account
        self.world = world
        self.events = events
        self.posting = posting

    def actions(self) -> dict[str, Action]:
        return {
            "accept": lambda fields: self._change(fields, self.events.accept),
            "unaccept": lambda fields: self._change(fields, self.events.unaccept),
            "recover": lambda fields: self._change(fields, self.events.recover),
            "withdraw": lambda fields: self._change(fields, self.events.withdraw),
            "small_action": lambda fields: self._write(fields, SMALL_ACTION),
            "whisper": lambda fields: self._write(fields, WHISPER),
            "own": self._write_own,
            "close": self._close,
            "settings": self._change_settings,
            "approve": self._approve,
        }

    def _change(self, fields: Fields, change: Callable[[Post], None]) -> dict[str, Any]:
        change(self._post(fields.text("message_id")))
        return {}

    def _write(self, fields: Fields, post_type: int) -> dict[str, Any]:
        """Add a post of a type that nobody writes by hand."""
        thread = self.world.threads.get(fields.text("thread_id"))
        if thread is None:
            raise BadInput("there is no such topic")
        author, text = self.world.person(fields.object("author")), fields.text("text", "")
        return {"message_id": self.world.post(Utterance(author, text, thread=thread, traits={"type": post_type})).id}

    def _write_own(self, fields: Fields) -> dict[str, Any]:
        """Write as the company does on the forum's page."""
        thread = self.world.threads[fields.text("thread_id")]
        return {"message_id": self.world.post(Utterance(None, fields.text("text"), thread=thread)).id}

    def _close(self, fields: Fields) -> dict[str, Any]:
        self.world.threads[fields.text("thread_id")].traits["closed"] = True
        return {}

    def _change_settings(self, fields: Fields) -> dict[str, Any]:
        flags = ("approve", "staff", "old_feed")
        self.account.settings |= {name: fields.whole(name) for name in ("min", "max") if fields.has(name)}
        self.account.settings |= {name: fields.flag(name) for name in flags if fields.has(name)}
        return dict(self.account.settings)

    def _approve(self, _fields: Fields) -> dict[str, Any]:
        """Publish what waits for a moderator."""
        pending, self.account.pending = self.account.pending, []
        return {"message_ids": [self.posting.write(params).id for params in pending]}

    def _post(self, post_id: str) -> Post:
        if post_id not in self.world.posts:
            raise BadInput("there is no such message")
        return self.world.posts[post_id]
