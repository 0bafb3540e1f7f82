"""One server with the company's account on it, and everybody else's posts to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from infra.square.core.calls import Calls
from infra.square.core.webhook import Webhook
from infra.square.core.world import Places, World
from infra.square.platforms.mastodon.account import MastodonAccount
from infra.square.platforms.mastodon.actions import MastodonActions
from infra.square.platforms.mastodon.api import Api
from infra.square.platforms.mastodon.events import MastodonEvents
from infra.square.platforms.mastodon.posting import Posting
from infra.square.platforms.mastodon.sign_in import SignIn
from infra.square.platforms.mastodon.views import Views

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.routing import BaseRoute

    from infra.square.core.square import Square


class Mastodon:
    """One server with the company's account on it, and everybody else's posts to it."""

    name = "mastodon"
    label = "Mastodon"
    can = frozenset({"public", "private", "edit", "remove", "react", "attach", "attach_public"})

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        self.account = MastodonAccount(section, square.clock, square.outbox(self.name))
        self.world = World(square.clock, Places(self.account.new_id), self.account.id, square.changed)
        views = Views(self.account, self.world)
        posting = Posting(self.account, self.world, views)
        events = MastodonEvents(self.account, self.world)
        self.world.events = events
        self.webhook = Webhook(self.account)
        self.actions = MastodonActions(self.account, self.world, events, posting)
        calls = Calls(square, self.name)
        self._api = Api(self.account, self.world, calls, views, posting)
        self._sign_in = SignIn(self.account, calls)

    def routes(self) -> list[BaseRoute]:
        api = Route("/api/{path:path}", self._api.handle, methods=["GET", "POST", "PUT", "DELETE"])
        return [*self._sign_in.routes(), api]

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        """A fresh server, with a token of its own."""
        return {
            "account_id": "109300000000000001",
            "account_name": "Nordlicht Netz",
            "username": "nordlicht",
            "access_token": secret(),
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        """The connection to the company's account."""
        return {
            "account_id": section["account_id"],
            "account_name": section["account_name"],
            "secrets": {"access_token": section["access_token"]},
            "options": {"base_url": f"{square_url}/mastodon", "max_characters": "500"},
        }
