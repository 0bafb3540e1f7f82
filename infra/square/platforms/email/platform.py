"""Mailboxes of customers, and an Amazon SES between them and the company."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.calls import Calls
from infra.square.core.webhook import Webhook
from infra.square.core.world import World
from infra.square.platforms.email.account import EmailAccount
from infra.square.platforms.email.actions import EmailActions
from infra.square.platforms.email.api import Api
from infra.square.platforms.email.events import EmailEvents
from infra.square.platforms.email.mime import Mime
from infra.square.platforms.email.places import EmailPlaces
from infra.square.platforms.email.sending import Sending
from infra.square.platforms.email.ses import Ses
from infra.square.platforms.email.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.routing import BaseRoute

    from infra.square.core.square import Square


class Email:
    """Mailboxes of customers, and an Amazon SES between them and the company."""

    name = "email"
    label = "E-Mail"
    can = frozenset({"private", "attach"})

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        self.account = EmailAccount(section, square.clock, square.outbox(self.name))
        self.world = World(square.clock, EmailPlaces(self.account.new_id), self.account.id, square.changed)
        ses = Ses(self.account)
        self.world.events = EmailEvents(Mime(self.account, self.world, square.files), ses)
        self.webhook = Webhook(self.account)
        self.actions = EmailActions(self.account, self.world, ses)
        sending, signature = Sending(self.account, self.world, ses), Signature(self.account)
        self._api = Api(self.account, Calls(square, self.name), sending, signature)

    def routes(self) -> list[BaseRoute]:
        return self._api.routes()

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        return {
            "account_id": "hilfe@nordlicht.example",
            "account_name": "Nordlicht Netz",
            "region": "eu-central-1",
            "access_key_id": "AKIANORDLICHT0000000",
            "secret_access_key": secret(),
            "reply_key": secret(),
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        return {
            "account_id": section["account_id"],
            "account_name": section["account_name"],
            "secrets": {name: section[name] for name in ("reply_key", "access_key_id", "secret_access_key")},
            "options": {
                "base_url": f"{square_url}/email",
                "region": section["region"],
                "configuration_set": "nordlicht",
                "sender_name": section["account_name"],
            },
        }
