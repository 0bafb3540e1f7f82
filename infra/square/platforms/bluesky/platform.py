"""A personal data server with one account, the app view beside it, and the chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from infra.square.core.calls import Calls
from infra.square.core.webhook import Webhook
from infra.square.core.world import World
from infra.square.platforms.bluesky.account import BlueskyAccount
from infra.square.platforms.bluesky.actions import BlueskyActions
from infra.square.platforms.bluesky.api import Api
from infra.square.platforms.bluesky.chat import Chat
from infra.square.platforms.bluesky.events import BlueskyEvents
from infra.square.platforms.bluesky.feed import Feed
from infra.square.platforms.bluesky.places import BlueskyPlaces
from infra.square.platforms.bluesky.repository import Repository
from infra.square.platforms.bluesky.sessions import Sessions
from infra.square.platforms.bluesky.views import Views

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.routing import BaseRoute

    from infra.square.core.square import Square


class Bluesky:
    """A personal data server with one account, the app view beside it, and the chat."""

    name = "bluesky"
    label = "Bluesky"
    can = frozenset({"public", "private", "remove", "react", "attach_public"})

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        self.account = BlueskyAccount(section, square.clock, square.outbox(self.name))
        self.world = World(square.clock, BlueskyPlaces(self.account), self.account.id, square.changed)
        views = Views(self.account, self.world)
        events = BlueskyEvents(self.account, self.world, views)
        self.world.events = events
        self.webhook = Webhook(self.account)
        self.actions = BlueskyActions(self.account, self.world)
        self._repository = Repository(self.account, self.world, events)
        sessions, feed = Sessions(self.account), Feed(self.account, self.world, views)
        chat = Chat(self.account, self.world, views)
        self._api = Api(Calls(square, self.name), views, sessions, self._repository, feed, chat)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/xrpc/{nsid}", self._api.handle, methods=["GET", "POST"]),
            Route("/img/{_size}/plain/{_did}/{name}", self._repository.picture, methods=["GET"]),
        ]

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        return {
            "account_id": "did:plc:nordlichtnetz2222222222",
            "handle": "nordlicht.test",
            "app_password": secret(),
            "session_secret": secret(),
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        here = f"{square_url}/bluesky"
        return {
            "account_id": section["account_id"],
            "account_name": section["handle"],
            "secrets": {"identifier": section["handle"], "app_password": section["app_password"]},
            "options": {"base_url": here, "pds_url": here, "cdn_url": here, "chat": "yes", "handle": section["handle"]},
        }
