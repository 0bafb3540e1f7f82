"""One account of the company, its app and its webhook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.by_hand import ByHand
from infra.square.core.calls import Calls
from infra.square.core.world import World
from infra.square.platforms.x.account import XAccount
from infra.square.platforms.x.actions import XActions
from infra.square.platforms.x.api import Api
from infra.square.platforms.x.events import XEvents
from infra.square.platforms.x.media import Media
from infra.square.platforms.x.places import XPlaces
from infra.square.platforms.x.posts import Posts
from infra.square.platforms.x.subscriptions import Subscriptions
from infra.square.platforms.x.views import Views
from infra.square.platforms.x.webhook import XWebhook

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.routing import BaseRoute

    from infra.square.core.square import Square


class X:
    """One account of the company, its app and its webhook."""

    name = "x"
    label = "X"
    can = frozenset({"public", "private", "edit", "remove", "react", "read", "attach", "attach_public"})

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        self.account = XAccount(section, square.clock, square.outbox(self.name))
        self.world = World(square.clock, XPlaces(self.account), self.account.id, square.changed)
        views = Views(self.account, self.world)
        events = XEvents(self.account, self.world, views)
        self.world.events = events
        self.webhook = XWebhook(self.account)
        self.actions = XActions(self.account, self.world, events)
        media = Media(self.account)
        posts = Posts(self.account, self.world, views, events, media)
        subscriptions = Subscriptions(self.account, self.webhook)
        self._by_hand = ByHand(
            self.world,
            self.account,
            self.label,
            lambda post: f"/{self.account.handle if post.own else 'i'}/status/{post.id}",
            is_closed=posts.is_closed,
        )
        self._api = Api(self.account, Calls(square, self.name), views, posts, media, subscriptions)

    def routes(self) -> list[BaseRoute]:
        find = self.world.find
        return [
            *self._api.routes(),
            self._by_hand.route("/intent/post", lambda query: find(query.get("in_reply_to", ""))),
            self._by_hand.route("/{name}/status/{id}", lambda path: find(path["id"])),
        ]

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        return {
            "account_id": "104200000000042",
            "account_name": "Nordlicht Netz",
            "handle": "nordlichtnetz",
            "client_id": "nordlicht-client",
            "client_secret": secret(),
            "consumer_secret": secret(),
            "access_token": secret(),
            "refresh_token": secret(),
            "bearer_token": secret(),
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        names = ("consumer_secret", "access_token", "refresh_token", "client_secret", "bearer_token")
        return {
            "account_id": section["account_id"],
            "account_name": section["account_name"],
            "secrets": {name: section[name] for name in names},
            "options": {
                "base_url": f"{square_url}/x",
                "client_id": section["client_id"],
                "handle": section["handle"],
            },
        }
