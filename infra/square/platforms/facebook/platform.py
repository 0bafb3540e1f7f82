"""Facebook on the square: joins the Page's parts, signs its webhooks, keeps its state."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from infra.square.platforms._graph.errors import meta_json
from infra.square.platforms.facebook.account import Account, Config
from infra.square.platforms.facebook.chats import Chats
from infra.square.platforms.facebook.control import control_routes
from infra.square.platforms.facebook.graph import Graph
from infra.square.platforms.facebook.limits import Limits
from infra.square.platforms.facebook.people import People
from infra.square.platforms.facebook.sending import Sending
from infra.square.platforms.facebook.wall import Wall

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from infra.square.core.square import Square
    from infra.square.platforms._graph.call import Call


class Facebook:
    """One Page with its app. A ``Sender`` for the deliveries."""

    label = "Facebook"
    name = "facebook"
    batches = True
    repeats = True

    def __init__(self, square: Square, config: dict[str, Any]) -> None:
        self._square = square
        self.webhook = self
        self.account = Account(Config(**config), square.clock, square.deliveries)
        self.people = People(self.account)
        self.wall = Wall(self.account, self.people)
        self.chats = Chats(self.account)
        self.limits = Limits(self.account, self.people)
        self.sending = Sending(self.account, self.people, self.wall, self.chats, self.limits)
        self.faults = square.faults

    @property
    def version(self) -> int:
        """Changes whenever anything on the square does."""
        return self._square.version

    def changed(self) -> None:
        self._square.changed()

    def routes(self) -> list[BaseRoute]:
        """The Graph API, versioned and not."""
        methods = ["GET", "POST", "DELETE"]
        return [Route("/{path:path}", Graph(self).handle, methods=methods)]

    def control_routes(self) -> list[BaseRoute]:
        return control_routes(self, self._square)

    def note_call(self, call: Call) -> None:
        self._square.note_call("facebook", call.method, "/" + "/".join(call.path), call.params)

    def callback_url(self) -> str | None:
        return self.account.subscription.callback_url if self.account.subscription else None

    def compose(self, updates: list[dict[str, Any]]) -> bytes:
        return meta_json({"object": "page", "entry": updates})

    def sign(self, body: bytes) -> dict[str, str]:
        key = self.account.config.app_secret.encode()
        return {
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature": "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest(),
            "X-Hub-Signature-256": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest(),
        }

    def headers(self, updates: list[dict[str, Any]]) -> dict[str, str]:
        return {}

    def snapshot(self) -> dict[str, Any]:
        return {
            "account": self.account.snapshot(),
            "people": self.people.snapshot(),
            "items": self.wall.snapshot(),
            "chats": self.chats.snapshot(),
        }

    def restore(self, stored: dict[str, Any]) -> None:
        self.limits.reset()
        self.account.restore(stored.get("account", {}))
        self.people.restore(stored.get("people", []))
        self.wall.restore(stored.get("items", []))
        self.chats.restore(stored.get("chats", []))
