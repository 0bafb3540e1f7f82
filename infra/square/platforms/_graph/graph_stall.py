"""What the stalls behind a Graph API have in common: tokens, errors, fields, lists, signatures, subscriptions."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from infra.square.core.clock import iso
from infra.square.core.stall import Stall
from infra.square.core.web import Fields
from infra.square.platforms._graph.call import Call, read_call
from infra.square.platforms._graph.errors import RATE_CODES, GraphError, error_response, meta_json
from infra.square.platforms._graph.fields import Wanted, parse_fields
from infra.square.platforms._graph.paging import page_of
from infra.square.platforms.facebook.subscribing import shake_hands

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from infra.square.core.square import Square

VERSION = re.compile(r"v\d+\.\d+")
DAY_MS = 24 * 3600 * 1000
TOKEN_SECONDS = 60 * 24 * 3600
SECRETS = ("access_token", "appsecret_proof")

Makers = Mapping[str, Callable[[Wanted], Any]]


class GraphStall(Stall):
    """Subclasses answer calls in ``graph``, which gets what is left of the path, and raise ``GraphError``."""

    object_name: str
    """What its webhooks are about."""
    grant: str
    """By which a token is renewed."""
    expired_subcode = 463

    async def graph(self, call: Call) -> dict[str, Any]:
        """The answer to a call of whoever holds the token."""
        raise GraphError(2500)

    def kind(self, call: Call) -> str:
        """What a fault calls this."""
        return "send" if call.method != "GET" else "read"

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        super().__init__(square, section)
        self.config = section
        self._last_number = 0

    def account(self) -> tuple[str, str]:
        return self.config["account_id"], self.config["account_name"]

    def number(self, first: str) -> str:
        """A new id: larger than 2^53, as real ones are, and larger than those before."""
        self._last_number = max(self._last_number + 1, self.clock.now() * 10)
        return f"{first}{self._last_number}"

    # -- the API ----------------------------------------------------------------------------------------------------

    def routes(self) -> list[BaseRoute]:
        return [Route("/{path:path}", self._handle, methods=["GET", "POST", "DELETE"])]

    async def _handle(self, request: Request) -> Response:
        path = [part for part in request.path_params["path"].split("/") if part]
        if path and VERSION.fullmatch(path[0]):
            path = path[1:]
        bearer = "authorization" in request.headers

        def refuse(error: dict[str, Any]) -> Response:
            return error_response(error, bearer=bearer, usage=self._usage(error["code"]))

        try:
            call = await read_call(request, path)
        except GraphError as error:
            return refuse(error.describe())
        self.note(request, call.params)

        async def answer() -> Response:
            try:
                return Response(meta_json(await self._answer(call)), media_type="application/json; charset=UTF-8")
            except GraphError as error:
                return refuse(error.describe())

        kind = "other" if path and path[-1] in ("subscriptions", "subscribed_apps") else self.kind(call)
        return await self.answer(request, kind, answer, refuse)

    async def _answer(self, call: Call) -> dict[str, Any]:
        if call.path[-1:] == ["subscriptions"]:
            return await self._subscriptions(call)
        self._require_token(call)
        if call.path == ["refresh_access_token"]:
            return self._refreshed(call)
        return await self.graph(call)

    def _usage(self, code: int) -> dict[str, str]:
        """The header that says how long a limit lasts."""
        if code not in RATE_CODES:
            return {}
        row = {"type": self.name, "call_count": 100, "estimated_time_to_regain_access": 1}
        return {"X-Business-Use-Case-Usage": meta_json({self.account()[0]: [row]}).decode()}

    def _require_token(self, call: Call) -> None:
        if call.token is None:
            raise GraphError(104)
        if not hmac.compare_digest(call.token.encode(), self.token().encode()):
            raise GraphError(190)
        if self.expired:
            raise GraphError(190, self.expired_subcode)
        proof = call.params.get("appsecret_proof")
        right = hmac.new(str(self.config["app_secret"]).encode(), call.token.encode(), hashlib.sha256).hexdigest()
        if proof is not None and not hmac.compare_digest(right.encode(), str(proof).encode()):
            raise GraphError(100, message="Invalid appsecret_proof provided in the API argument")

    def token(self) -> str:
        """The company's token; another one once it was renewed."""
        return str(self.hook.get("token") or self.config["access_token"])

    def _refreshed(self, call: Call) -> dict[str, Any]:
        if call.text("grant_type") != self.grant:
            raise GraphError(100, message="(#100) Param grant_type is not supported")
        self.hook["token"] = f"renewed-{secrets.token_hex(12)}"
        return {"access_token": self.hook["token"], "token_type": "bearer", "expires_in": TOKEN_SECONDS}

    # -- webhooks ---------------------------------------------------------------------------------------------------

    async def _subscriptions(self, call: Call) -> dict[str, Any]:
        """``/{app-id}/subscriptions`` with the app's token: where the app is called. The dashboard does the same."""
        if call.token != f"{self.config['app_id']}|{self.config['app_secret']}":
            raise GraphError(190, message="Invalid OAuth access token signature.")
        if call.method == "POST":
            if call.text("object") != self.object_name:
                raise GraphError(100, message=f"(#100) Param object must be {self.object_name} here")
            await shake_hands(call.text("callback_url"), call.text("verify_token"))
            self.hook |= {"url": call.text("callback_url")}
        elif call.method == "DELETE":
            self.hook.pop("url", None)
        else:
            url = self.hook.get("url")
            return {"data": [{"object": self.object_name, "callback_url": url, "active": True}] if url else []}
        return {"success": True}

    def subscribed_apps(self, call: Call) -> dict[str, Any]:
        """The account's part: of what the app is told."""
        if call.method == "POST":
            fields = call.names("subscribed_fields")
            if not fields:
                raise GraphError(100, message="(#100) The parameter subscribed_fields is required.")
            self.hook["fields"] = fields
        elif call.method == "DELETE":
            self.hook.pop("fields", None)
        else:
            app = {"id": self.config["app_id"], "subscribed_fields": self.hook.get("fields", [])}
            return {"data": [app] if "fields" in self.hook else []}
        return {"success": True}

    def sign(self, body: bytes) -> dict[str, str]:
        key = str(self.config["app_secret"]).encode()
        return {
            "X-Hub-Signature": "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest(),
            "X-Hub-Signature-256": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest(),
        }

    def enter_webhook(self, asked: Fields) -> dict[str, Any]:
        """The dashboard: where the app is called, without asking there first."""
        self.hook["url"] = asked.text("url")
        return {"ok": True}

    # -- what is shown ----------------------------------------------------------------------------------------------

    def shown(self, own_id: str, makers: Makers, wanted: Sequence[Wanted]) -> dict[str, Any]:
        """An object with the fields that were asked for; a value that is not there is left out."""
        found: dict[str, Any] = {}
        for each in wanted:
            if each.name != "id" and each.name not in makers:
                raise GraphError(100, message=f"(#100) Tried accessing nonexisting field ({each.name})")
            value = own_id if each.name == "id" else makers[each.name](each)
            if value is not None:
                found[each.name] = value
        return {**found, "id": own_id}

    def listed(
        self, items: Sequence[Any], show: Callable[[Any], dict[str, Any]], params: Mapping[str, Any], address: str
    ) -> dict[str, Any]:
        """One page of a list."""
        plain = {name: value for name, value in params.items() if name not in SECRETS}
        page, paging = page_of(items, lambda item: item.id, plain, address)
        return {"data": [show(item) for item in page], **({"paging": paging} if paging else {})}

    @staticmethod
    def wanted(call: Call, default: str) -> list[Wanted]:
        return parse_fields(call.text("fields", default) or default)

    @staticmethod
    def when(milliseconds: int) -> str:
        return iso(milliseconds)
