"""The reviews of one location, the comments on one YouTube channel, and what announces them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.calls import Calls
from infra.square.core.world import World
from infra.square.platforms.google.account import GoogleAccount
from infra.square.platforms.google.actions import GoogleActions
from infra.square.platforms.google.api import Api
from infra.square.platforms.google.events import GoogleEvents
from infra.square.platforms.google.places import GooglePlaces
from infra.square.platforms.google.reviews import Reviews
from infra.square.platforms.google.webhook import GoogleWebhook
from infra.square.platforms.google.youtube import YouTube

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.routing import BaseRoute

    from infra.square.core.square import Square


class Google:
    """The reviews of one location, the comments on one YouTube channel, and what announces them."""

    name = "google"
    label = "Google"
    can = frozenset({"public", "edit", "remove"})

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        self.account = GoogleAccount(section, square.clock, square.outbox(self.name))
        self.world = World(square.clock, GooglePlaces(self.account), self.account.id, square.changed)
        events = GoogleEvents(self.account)
        self.world.events = events
        self.webhook = GoogleWebhook(self.account)
        reviews, youtube = Reviews(self.account, self.world), YouTube(self.account, self.world)
        self.actions = GoogleActions(self.account, self.world, events, reviews)
        self._api = Api(self.account, Calls(square, self.name), self.webhook, reviews, youtube)

    def routes(self) -> list[BaseRoute]:
        return self._api.routes()

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        return {
            "account_id": "accounts/104200000000001/locations/7300000000000001",
            "account_name": "Nordlicht Netz",
            "channel_id": "UCnordlichtnetz0000000001",
            "client_id": "nordlicht.apps.googleusercontent.com",
            "client_secret": secret(),
            "refresh_token": secret(),
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        """The connection to the reviews; ``youtube`` makes the one to the comments."""
        here = f"{square_url}/google"
        return {
            "account_id": section["account_id"],
            "account_name": section["account_name"],
            "secrets": {name: section[name] for name in ("client_id", "client_secret", "refresh_token")},
            "options": {
                "service": "reviews",
                "base_url": here,
                "token_url": f"{here}/token",
                "information_url": f"{here}/information",
                "accounts_url": f"{here}/accounts",
                "notifications_url": f"{here}/notifications",
                "certs_url": f"{here}/certs",
                "topic": "projects/nordlicht/topics/reviews",
                "push_audience": "nachfrage",
                "push_email": "push@nordlicht.iam.example",
            },
        }

    @staticmethod
    def youtube(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        here = f"{square_url}/google"
        return {
            **Google.connection(section, square_url),
            "account_id": section["channel_id"],
            "options": {"service": "youtube", "base_url": f"{here}/youtube", "token_url": f"{here}/token"},
        }
