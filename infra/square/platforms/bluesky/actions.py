"""Actions that only people on Bluesky have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.actions import Actions
from infra.square.core.web import Fields
from infra.square.platforms.bluesky.account import Note

if TYPE_CHECKING:
    from infra.square.core.actions import Action
    from infra.square.core.world import World
    from infra.square.platforms.bluesky.account import BlueskyAccount


class BlueskyActions(Actions):
    """The actions of ``POST /_square/bluesky/do``."""

    def __init__(self, account: BlueskyAccount, world: World) -> None:
        self.account = account
        self.world = world

    def actions(self) -> dict[str, Action]:
        return {
            "app_password": self._set_app_password,
            "block": lambda fields: self._mark(fields, "blocks_us", True),
            "unblock": lambda fields: self._mark(fields, "blocks_us", False),
            "close_chat": lambda fields: self._mark(fields, "no_chat", True),
            "open_chat": lambda fields: self._mark(fields, "no_chat", False),
            "notify": self._notify,
        }

    def _set_app_password(self, fields: Fields) -> dict[str, Any]:
        """Let the app password use the chat, or not."""
        self.account.flags["chat"] = fields.flag("chat")
        return {}

    def _mark(self, fields: Fields, trait: str, value: bool) -> dict[str, Any]:
        person = self.world.person(fields.object("author"))
        person.traits[trait] = value
        return {"person_id": person.id}

    def _notify(self, fields: Fields) -> dict[str, Any]:
        """Add a notification of any reason."""
        person, reason = self.world.person(fields.object("author")), fields.text("reason")
        uri = fields.text("uri", "") or f"at://{person.id}/app.bsky.graph.follow/{self.account.tid()}"
        note = Note(uri, reason, person.id, self.account.clock.now(), fields.text("subject", ""))
        self.account.notes.append(note)
        return {"uri": uri}
