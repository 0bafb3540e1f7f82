"""A forum on which the company is one user, with its webhook and its API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from infra.square.core.calls import Calls
from infra.square.core.world import World
from infra.square.platforms.discourse.account import DiscourseAccount
from infra.square.platforms.discourse.actions import DiscourseActions
from infra.square.platforms.discourse.api import Api
from infra.square.platforms.discourse.events import DiscourseEvents
from infra.square.platforms.discourse.hooks import Hooks
from infra.square.platforms.discourse.places import DiscoursePlaces
from infra.square.platforms.discourse.posting import Posting
from infra.square.platforms.discourse.search import Search
from infra.square.platforms.discourse.views import Views
from infra.square.platforms.discourse.webhook import DiscourseWebhook

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.routing import BaseRoute

    from infra.square.core.square import Square


class Discourse:
    """A forum on which the company is one user, with its webhook and its API."""

    name = "discourse"
    label = "Discourse"
    can = frozenset({"public", "private", "edit", "remove", "react", "attach", "attach_public"})

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        self.account = DiscourseAccount(section, square.clock, square.outbox(self.name))
        self.world = World(square.clock, DiscoursePlaces(self.account.new_id), self.account.id, square.changed)
        views = Views(self.account, self.world)
        events = DiscourseEvents(self.account, self.world, views)
        self.world.events = events
        self.webhook = DiscourseWebhook(self.account)
        posting = Posting(self.account, self.world, views, events)
        self.actions = DiscourseActions(self.account, self.world, events, posting)
        calls, hooks = Calls(square, self.name), Hooks(self.account)
        self._api = Api(self.account, self.world, calls, views, events, posting, hooks, Search(self.world, views))

    def routes(self) -> list[BaseRoute]:
        return [Route("/{path:path}", self._api.handle, methods=["GET", "POST", "PUT", "DELETE"])]

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        """A fresh forum, with secrets of its own."""
        return {
            "account_id": "2",
            "account_name": "Nordlicht Netz",
            "username": "nordlicht",
            "api_key": secret(),
            "webhook_secret": secret(),
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        """The connection to this forum."""
        return {
            "account_id": section["account_id"],
            "account_name": section["account_name"],
            "secrets": {"api_key": section["api_key"], "webhook_secret": section["webhook_secret"]},
            "options": {
                "base_url": f"{square_url}/discourse",
                "api_username": section["username"],
                "personal_messages": "ours",
            },
        }
