"""One subreddit that the company moderates, other places, the inbox, and comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from infra.square.core.calls import Calls
from infra.square.core.webhook import Webhook
from infra.square.core.world import World
from infra.square.platforms.reddit.account import RedditAccount
from infra.square.platforms.reddit.actions import RedditActions
from infra.square.platforms.reddit.api import Api
from infra.square.platforms.reddit.places import RedditPlaces
from infra.square.platforms.reddit.views import Views

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.routing import BaseRoute

    from infra.square.core.square import Square


class Reddit:
    """One subreddit that the company moderates, other places, the inbox, and comments."""

    name = "reddit"
    label = "Reddit"
    can = frozenset({"public", "private", "edit", "remove"})

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        self.account = RedditAccount(section, square.clock, square.outbox(self.name))
        self.world = World(square.clock, RedditPlaces(self.account.new_id), self.account.id, square.changed)
        self.webhook = Webhook(self.account)
        self.actions = RedditActions(self.account, self.world)
        views = Views(self.account, self.world)
        self._api = Api(self.account, self.world, Calls(square, self.name), views)

    def routes(self) -> list[BaseRoute]:
        page = Route("/api/v1/authorize", self._api.page.handle, methods=["GET", "POST"])
        return [page, Route("/{path:path}", self._api.handle, methods=["GET", "POST"])]

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        return {
            "account_id": "nordlicht_netz",
            "account_name": "u/nordlicht_netz",
            "subreddit": "nordlicht",
            "client_id": "an-invented-app",
            "client_secret": secret(),
            "refresh_token": secret(),
            "password": secret(),
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        here = f"{square_url}/reddit"
        return {
            "account_id": section["account_id"],
            "account_name": section["account_name"],
            "secrets": {name: section[name] for name in ("client_id", "client_secret", "refresh_token")},
            "options": {"base_url": here, "auth_url": here, "subreddits": section["subreddit"]},
        }
