"""Actions that only people on Mastodon have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.actions import Actions
from infra.square.core.web import Fields

if TYPE_CHECKING:
    from infra.square.core.actions import Action
    from infra.square.core.world import World
    from infra.square.platforms.mastodon.account import MastodonAccount
    from infra.square.platforms.mastodon.events import MastodonEvents
    from infra.square.platforms.mastodon.posting import Posting


class MastodonActions(Actions):
    """The actions of ``POST /_square/mastodon/do``."""

    def __init__(self, account: MastodonAccount, world: World, events: MastodonEvents, posting: Posting) -> None:
        self.account = account
        self.world = world
        self.events = events
        self.posting = posting

    def actions(self) -> dict[str, Action]:
        return {
            "own": self._publish,
            "settings": self._change_settings,
            "notify": self._notify,
            "abroad": lambda fields: self._mark(fields, {"domain": fields.text("domain")}),
            "profile": self._describe,
            "block": lambda fields: self._mark(fields, {"blocks": True}),
        }

    def _publish(self, fields: Fields) -> dict[str, Any]:
        """Publish as the company does on the server's page."""
        text, to, visibility = fields.text("text"), fields.text("to", ""), fields.text("visibility", "public")
        return {"message_id": self.posting.publish(text, to, visibility).id}

    def _change_settings(self, fields: Fields) -> dict[str, Any]:
        self.account.settings |= {"max": fields.whole("max")} if fields.has("max") else {}
        self.account.settings |= {"several": fields.flag("several")} if fields.has("several") else {}
        return dict(self.account.settings)

    def _notify(self, fields: Fields) -> dict[str, Any]:
        """Add a notification of any type."""
        post = self.world.posts.get(fields.text("message_id", ""))
        person = self.world.person(fields.object("author"))
        self.events.notify(fields.text("type"), person.id, post)
        return {}

    def _describe(self, fields: Fields) -> dict[str, Any]:
        """Change what somebody says of themselves, and if they let themselves be found."""
        marks: dict[str, Any] = {"note": fields.text("note", "")}
        marks |= {name: fields.flag(name, False) for name in ("noindex", "unsearchable", "bot")}
        return self._mark(fields, marks)

    def _mark(self, fields: Fields, traits: dict[str, Any]) -> dict[str, Any]:
        person = self.world.person(fields.object("author"))
        person.traits |= traits
        return {"author_id": person.id}
