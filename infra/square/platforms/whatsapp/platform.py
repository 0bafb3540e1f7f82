"""One phone number of the Cloud API, and the people who write to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from infra.square.core.calls import Calls
from infra.square.core.world import World
from infra.square.platforms.whatsapp.account import WhatsAppAccount
from infra.square.platforms.whatsapp.actions import WhatsAppActions
from infra.square.platforms.whatsapp.api import Api
from infra.square.platforms.whatsapp.events import WhatsAppEvents
from infra.square.platforms.whatsapp.places import WhatsAppPlaces
from infra.square.platforms.whatsapp.sending import Sending
from infra.square.platforms.whatsapp.webhook import WhatsAppWebhook

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.routing import BaseRoute

    from infra.square.core.square import Square


class WhatsApp:
    """One phone number of the Cloud API, and the people who write to it."""

    name = "whatsapp"
    label = "WhatsApp"
    can = frozenset({"private", "edit", "remove", "react", "read", "attach"})

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        self.account = WhatsAppAccount(section, square.clock, square.outbox(self.name))
        self.world = World(square.clock, WhatsAppPlaces(self.account.new_id), self.account.id, square.changed)
        events = WhatsAppEvents(self.account, self.world)
        self.world.events = events
        self.webhook = WhatsAppWebhook(self.account)
        self.actions = WhatsAppActions(self.account, self.world, events)
        sending = Sending(self.account, self.world, events)
        self._api = Api(self.account, Calls(square, self.name), sending)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/files/{name}", self._api.file, methods=["GET"]),
            Route("/{version:str}/{node}/{edge}", self._api.handle, methods=["GET", "POST", "DELETE"]),
            Route("/{version:str}/{node}/", self._api.handle, methods=["GET", "POST"]),
            Route("/{version:str}/{node}", self._api.handle, methods=["GET", "POST"]),
        ]

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        return {
            "account_id": "104200000000001",
            "account_name": "Nordlicht Netz",
            "display_phone_number": "49421000000",
            "waba_id": "330000000000009",
            "app_id": "900100200300",
            "app_secret": secret(),
            "access_token": secret(),
            "verify_token": secret(),
            "templates": {"nachfrage": "de"},
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        name, language = next(iter(section["templates"].items()))
        return {
            "account_id": section["account_id"],
            "account_name": section["account_name"],
            "secrets": {each: section[each] for each in ("app_secret", "access_token", "verify_token")},
            "options": {
                "base_url": f"{square_url}/whatsapp",
                "waba_id": section["waba_id"],
                "template_name": name,
                "template_language": language,
            },
        }
