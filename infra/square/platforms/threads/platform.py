"""A profile with its posts, the answers below them, and posts of others that name it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.by_hand import ByHand
from infra.square.core.calls import Calls
from infra.square.core.world import World
from infra.square.platforms._graph.profile_sign_in import ProfileSignIn
from infra.square.platforms._graph.server import GraphServer
from infra.square.platforms.threads.account import ThreadsAccount
from infra.square.platforms.threads.actions import ThreadsActions
from infra.square.platforms.threads.api import Api
from infra.square.platforms.threads.events import ThreadsEvents
from infra.square.platforms.threads.places import ThreadsPlaces
from infra.square.platforms.threads.posting import Posting
from infra.square.platforms.threads.search import Search
from infra.square.platforms.threads.views import Views
from infra.square.platforms.threads.webhook import ThreadsWebhook

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.routing import BaseRoute

    from infra.square.core.square import Square
    from infra.square.core.world import Post


class Threads:
    """A profile with its posts, the answers below them, and posts of others that name it."""

    name = "threads"
    label = "Threads"
    can = frozenset({"public", "remove", "attach_public"})

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        self.account = ThreadsAccount(section, square.clock, square.outbox(self.name))
        self.world = World(square.clock, ThreadsPlaces(self.account.new_id), self.account.id, square.changed)
        views = Views(self.account, self.world)
        events = ThreadsEvents(self.account, self.world, views)
        self.world.events = events
        self.webhook = ThreadsWebhook(self.account)
        self.actions = ThreadsActions(self.account, self.world, events)
        posting = Posting(self.account, self.world, events)
        self._by_hand = ByHand(self.world, self.account, self.label, views.path_of, is_closed=posting.is_closed)
        search = Search(self.account, self.world, views)
        api = Api(self.account, self.world, views, posting, search)
        calls = Calls(square, self.name)
        self._server = GraphServer(self.account, calls, api, self.name)
        app = ("app_id", "app_secret")
        self._sign_in = ProfileSignIn(self.account, calls, self.label, "th_exchange_token", app)

    def routes(self) -> list[BaseRoute]:
        page = self._by_hand.route("/@{name}/post/{code}", lambda path: self._find(path["code"]))
        return [*self._sign_in.routes(), page, *self._server.routes()]

    def _find(self, code: str) -> Post | None:
        return next((post for post in self.world.posts.values() if post.id.endswith(code) and not post.removed), None)

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        return {
            "account_id": "26100000000000001",
            "account_name": "nordlicht.netz",
            "app_id": "900100200302",
            "app_secret": secret(),
            "access_token": secret(),
            "verify_token": secret(),
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        names = ("app_secret", "access_token", "verify_token")
        options = {"base_url": f"{square_url}/threads", "app_id": section["app_id"]}
        return {
            "account_id": section["account_id"],
            "account_name": section["account_name"],
            "secrets": {name: section[name] for name in names},
            "options": options | {"username": section["account_name"]},
        }
