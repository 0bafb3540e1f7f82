"""An account with its posts, their comments, mentions elsewhere, and private messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.by_hand import ByHand
from infra.square.core.calls import Calls
from infra.square.core.world import World
from infra.square.platforms._graph.profile_sign_in import ProfileSignIn
from infra.square.platforms._graph.server import GraphServer
from infra.square.platforms._graph.sign_in import GraphSignIn
from infra.square.platforms.instagram.account import InstagramAccount
from infra.square.platforms.instagram.actions import InstagramActions
from infra.square.platforms.instagram.api import Api
from infra.square.platforms.instagram.events import InstagramEvents
from infra.square.platforms.instagram.places import InstagramPlaces
from infra.square.platforms.instagram.posting import Posting
from infra.square.platforms.instagram.views import Views
from infra.square.platforms.instagram.webhook import InstagramWebhook

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.routing import BaseRoute

    from infra.square.core.square import Square


class Instagram:
    """An account with its posts, their comments, mentions elsewhere, and private messages."""

    name = "instagram"
    label = "Instagram"
    can = frozenset({"public", "private", "edit", "remove", "react", "read", "attach"})

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        self.account = InstagramAccount(section, square.clock, square.outbox(self.name))
        places = InstagramPlaces(self.account)
        self.world = World(square.clock, places, self.account.id, square.changed)
        views = Views(self.account, self.world)
        events = InstagramEvents(self.account, self.world, views)
        self.world.events = events
        self.webhook = InstagramWebhook(self.account)
        posting = Posting(self.account, self.world, views)
        self.actions = InstagramActions(self.account, self.world, places, events, posting)
        api = Api(self.account, self.world, views, posting)
        calls = Calls(square, self.name)
        self._server = GraphServer(self.account, calls, api, self.name)
        app = ("instagram_app_id", "instagram_app_secret")
        self._own_sign_in = ProfileSignIn(self.account, calls, self.label, "ig_exchange_token", app)
        self._sign_in = GraphSignIn(self.account, calls, self.label, api.pages)

    def routes(self) -> list[BaseRoute]:
        by_hand = ByHand(self.world, self.account, self.label, lambda post: f"/p/{post.id}")
        page = by_hand.route("/p/{id}", lambda path: self.world.find(path["id"]))
        return [*self._own_sign_in.routes(), *self._sign_in.routes(), page, *self._server.routes()]

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        return {
            "account_id": "17841400000000001",
            "account_name": "nordlicht.netz",
            "app_id": "900100200301",
            "app_secret": secret(),
            "instagram_app_id": "700100200301",
            "instagram_app_secret": secret(),
            "access_token": secret(),
            "verify_token": secret(),
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        names = ("app_secret", "access_token", "verify_token")
        options = {"base_url": f"{square_url}/instagram", "app_id": section["app_id"]}
        return {
            "account_id": section["account_id"],
            "account_name": section["account_name"],
            "secrets": {name: section[name] for name in names},
            "options": options | ({"flavour": "facebook"} if section.get("flavour") == "facebook" else {}),
        }
