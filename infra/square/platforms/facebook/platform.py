"""A Page with its visitors' posts, comments and Messenger chats, behind the Graph API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from infra.square.core.by_hand import ByHand
from infra.square.core.calls import Calls
from infra.square.core.world import World
from infra.square.platforms._graph.sign_in import GraphSignIn
from infra.square.platforms.facebook import other_page
from infra.square.platforms.facebook.account import FacebookAccount
from infra.square.platforms.facebook.actions import FacebookActions
from infra.square.platforms.facebook.api import Api
from infra.square.platforms.facebook.events import FacebookEvents
from infra.square.platforms.facebook.limits import Limits
from infra.square.platforms.facebook.people import People
from infra.square.platforms.facebook.places import FacebookPlaces
from infra.square.platforms.facebook.sending import Sending
from infra.square.platforms.facebook.webhook import FacebookWebhook

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.routing import BaseRoute

    from infra.square.core.square import Square


class Facebook:
    """One Page with its app."""

    name = "facebook"
    label = "Facebook"
    can = frozenset({"public", "private", "edit", "remove", "react", "read", "attach", "attach_public"})

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        self.account = FacebookAccount(section, square.clock, square.outbox(self.name))
        self.world = World(square.clock, FacebookPlaces(self.account), self.account.id, square.changed)
        people = People(self.account, self.world)
        events = FacebookEvents(self.account, self.world, people)
        self.world.events = events
        self.webhook = FacebookWebhook(self.account)
        limits = Limits(self.account, self.world)
        self.actions = FacebookActions(self.account, self.world, events, limits)
        sending = Sending(self.account, self.world, limits)
        calls = Calls(square, self.name)
        self._api = Api(self.account, self.world, calls, people, events, limits, sending)
        self._sign_in = GraphSignIn(self.account, calls, self.label, self._pages)

    def routes(self) -> list[BaseRoute]:
        """Return the Graph API, versioned and not."""
        graph = Route("/{path:path}", self._api.handle, methods=["GET", "POST", "DELETE"])
        by_hand = ByHand(self.world, self.account, self.label, lambda post: f"/posts/{post.id}")
        page = by_hand.route("/posts/{id}", lambda path: self.world.find(path["id"]))
        return [*self._sign_in.routes(), page, graph]

    def _pages(self) -> list[dict[str, Any]]:
        own, tasks = self.account, ["MODERATE", "MESSAGING", "MANAGE"]
        first = {"id": own.id, "name": own.name, "access_token": own.config["page_token"], "tasks": tasks}
        token = other_page.token_of(own)
        other = {"id": other_page.id_of(own), "name": other_page.NAME, "access_token": token, "tasks": tasks}
        return [first, other]

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        return {
            "app_id": "900100200300",
            "app_secret": secret(),
            "page_id": "105551234567890",
            "page_name": "Nordlicht Netz",
            "page_token": secret(),
            "verify_token": secret(),
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        return {
            "account_id": section["page_id"],
            "account_name": section["page_name"],
            "secrets": {
                "app_secret": section["app_secret"],
                "access_token": section["page_token"],
                "verify_token": section["verify_token"],
            },
            "options": {"base_url": square_url, "app_id": section["app_id"]},
        }
