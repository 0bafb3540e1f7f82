"""Actions that only people on X have."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from infra.square.core.actions import Actions
from infra.square.core.web import Fields
from infra.square.core.world import Utterance

if TYPE_CHECKING:
    from infra.square.core.actions import Action
    from infra.square.core.world import World
    from infra.square.platforms.x.account import XAccount
    from infra.square.platforms.x.events import XEvents


class XActions(Actions):
    """The actions of ``POST /_square/x/do``."""

    def __init__(self, account: XAccount, world: World, events: XEvents) -> None:
        self.account = account
        self.world = world
        self.events = events

    def actions(self) -> dict[str, Action]:
        return {
            "block": lambda fields: self._mark(fields, "blocks_us", True),
            "unblock": lambda fields: self._mark(fields, "blocks_us", False),
            "close_messages": lambda fields: self._mark(fields, "no_messages", True),
            "open_messages": lambda fields: self._mark(fields, "no_messages", False),
            "quote": self._quote,
            "post": self._post_by_hand,
            "limit_replies": self._limit_replies,
            "encrypt": self._encrypt,
            "revoke": self._revoke,
            "invalidate": self._invalidate,
            "credits": self._set_credits,
        }

    def _mark(self, fields: Fields, name: str, value: bool) -> dict[str, Any]:
        person = self.world.person(fields.object("author"))
        person.traits[name] = value
        return {"author_id": person.id}

    def _quote(self, fields: Fields) -> dict[str, Any]:
        person, text = self.world.person(fields.object("author")), fields.text("text")
        post = self.world.post(Utterance(person, text, traits={"quote": fields.text("message_id")}))
        return {"message_id": post.id}

    def _post_by_hand(self, fields: Fields) -> dict[str, Any]:
        """Write as the company does with the platform's own app."""
        text, parent = fields.text("text"), self.world.find(fields.text("to", ""))
        return {"message_id": self.world.post(Utterance(None, text, parent=parent)).id}

    def _limit_replies(self, fields: Fields) -> dict[str, Any]:
        self.world.posts[fields.text("message_id")].traits["limited"] = True
        return {}

    def _encrypt(self, fields: Fields) -> dict[str, Any]:
        person = self.world.person(fields.object("author"))
        payload = {
            "id": self.account.new_id("post"),
            "sender_id": person.id,
            "encoded_event": secrets.token_urlsafe(24),
        }
        self.events.deliver("chat.received", payload, None)
        return {"author_id": person.id}

    def _revoke(self, _fields: Fields) -> dict[str, Any]:
        self.events.deliver("oauth.revoke", {"source": {"user_id": self.account.id}}, None)
        return {}

    def _invalidate(self, _fields: Fields) -> dict[str, Any]:
        """Mark the webhook invalid, as the platform does when it could not reach it for too long."""
        self.account.hook["valid"] = False
        return {}

    def _set_credits(self, fields: Fields) -> dict[str, Any]:
        self.account.kept["no_credits"] = not fields.flag("left")
        return {}
