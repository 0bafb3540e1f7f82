"""The market square's simulation of the guestbook: entries, answers below them, and a signed webhook."""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.square.core.account import Account
from infra.square.core.actions import Actions
from infra.square.core.calls import Calls
from infra.square.core.webhook import Webhook
from infra.square.core.world import Events, Places, Post, Utterance, World

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from infra.square.core.square import Square


class GuestbookPlaces(Places):
    """An entry without a place begins a thread of its own, under the same id."""

    def place(self, world: World, utterance: Utterance) -> Utterance:
        if utterance.thread or utterance.parent:
            return utterance
        thread = self.begin(world, None, True, "")
        return replace(utterance, thread=thread, post_id=thread.id)


class GuestbookEvents(Events):
    """Delivers each new entry."""

    def __init__(self, account: Account, world: World) -> None:
        self.account = account
        self.world = world

    def posted(self, post: Post) -> None:
        self.account.deliver({"entries": [shown(self.account, self.world, post)]})


class GuestbookWebhook(Webhook):
    """Signs each call."""

    def sign(self, body: bytes) -> dict[str, str]:
        secret = str(self.account.config["signing_secret"]).encode()
        return {"X-Guestbook-Signature": hmac.digest(secret, body, "sha256").hex()}


class Guestbook:
    """One website."""

    name = "guestbook"
    label = "Guestbook"
    can = frozenset({"public"})

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        self.account = Account(section, square.clock, square.outbox(self.name))
        self.world = World(square.clock, GuestbookPlaces(self.account.new_id), self.account.id, square.changed)
        self.world.events = GuestbookEvents(self.account, self.world)
        self.webhook = GuestbookWebhook(self.account)
        self.actions = Actions()
        self._calls = Calls(square, self.name)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/me", self._me, methods=["GET"]),
            Route("/webhook", self._set_webhook, methods=["PUT"]),
            Route("/threads/{thread_id}/entries", self._entries, methods=["GET", "POST"]),
        ]

    async def _me(self, request: Request) -> Response:
        return await self._answer(request, "read", lambda _: {"id": self.account.id, "name": self.account.name})

    async def _set_webhook(self, request: Request) -> Response:
        def change(body: dict[str, Any]) -> dict[str, Any]:
            self.account.hook = {"url": body["url"]}
            return {"ok": True}

        return await self._answer(request, "read", change)

    async def _entries(self, request: Request) -> Response:
        thread_id = request.path_params["thread_id"]
        if thread_id not in self.world.threads:
            return JSONResponse({"error": "no such thread"}, 404)
        if request.method == "GET":
            return await self._answer(request, "read", lambda _: self._list(thread_id))
        return await self._answer(request, "send", lambda body: self._write(thread_id, body))

    def _list(self, thread_id: str) -> dict[str, Any]:
        return {"entries": [shown(self.account, self.world, post) for post in self.world.posts_in(thread_id)]}

    def _write(self, thread_id: str, body: dict[str, Any]) -> dict[str, Any]:
        thread, traits = self.world.threads[thread_id], {"client_id": body.get("client_id")}
        utterance = Utterance(None, str(body["text"]), thread=thread, is_told=True, traits=traits)
        return {"id": self.world.post(utterance).id}

    async def _answer(self, request: Request, kind: str, handler: Callable[[dict[str, Any]], Any]) -> Response:
        body = await request.json() if request.method != "GET" else {}
        self._calls.note(request, body)
        if (
            request.headers.get("authorization") != f"Bearer {self.account.config['access_token']}"
            or self.account.expired
        ):
            return JSONResponse({"error": "unauthorized"}, 401)

        async def run() -> Response:
            return JSONResponse(handler(body))

        return await self._calls.answer(request, kind, run, lambda fault: JSONResponse({}, fault.get("http") or 500))

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        return {"account_id": "501", "account_name": "Radhaus", "signing_secret": secret(), "access_token": secret()}

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        return {
            "account_id": section["account_id"],
            "account_name": section["account_name"],
            "secrets": {name: section[name] for name in ("signing_secret", "access_token")},
            "options": {"base_url": f"{square_url}/guestbook"},
        }


def shown(account: Account, world: World, post: Post) -> dict[str, Any]:
    """Return an entry as the API and the webhook show it."""
    name = account.name if post.own else world.people[post.author_id].name
    entry = {"id": post.id, "thread": post.thread_id, "text": post.text, "written_at": post.created}
    return {**entry, "author": {"id": post.author_id, "name": name}, "client_id": post.traits.get("client_id")}
