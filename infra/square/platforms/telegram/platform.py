"""The Bot API with one bot: private chats, groups and business chats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from infra.square.core.calls import Calls
from infra.square.core.world import World
from infra.square.platforms.telegram.account import TelegramAccount
from infra.square.platforms.telegram.actions import TelegramActions
from infra.square.platforms.telegram.api import Api
from infra.square.platforms.telegram.events import TelegramEvents
from infra.square.platforms.telegram.messages import Messages
from infra.square.platforms.telegram.places import TelegramPlaces
from infra.square.platforms.telegram.views import Views
from infra.square.platforms.telegram.webhook import TelegramWebhook

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.routing import BaseRoute

    from infra.square.core.square import Square


class Telegram:
    """The Bot API with one bot: private chats, groups and business chats."""

    name = "telegram"
    label = "Telegram"
    can = frozenset({"private", "public", "edit", "remove", "react", "attach", "attach_public"})

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        self.account = TelegramAccount(section, square.clock, square.outbox(self.name))
        self.world = World(square.clock, TelegramPlaces(self.account.new_id), self.account.id, square.changed)
        views = Views(self.account, self.world)
        events = TelegramEvents(self.account, self.world, views)
        self.world.events = events
        self.webhook = TelegramWebhook(self.account)
        self.actions = TelegramActions(self.account, self.world, views, events)
        messages = Messages(self.account, self.world, views)
        self._api = Api(self.account, self.world, Calls(square, self.name), views, messages)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/bot{token}/{method}", self._api.handle, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", self._api.file, methods=["GET"]),
        ]

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        return {
            "account_id": "7100200300",
            "account_name": "Nordlicht Netz",
            "username": "nordlicht_hilfe_bot",
            "bot_token": f"7100200300:{secret()}",
            "secret_token": secret(),
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        return {
            "account_id": section["account_id"],
            "account_name": section["account_name"],
            "secrets": {"bot_token": section["bot_token"], "secret_token": section["secret_token"]},
            "options": {"base_url": f"{square_url}/telegram"},
        }
