"""Calls of a Graph API: who calls, with which faults, and in which form the answer is."""

from __future__ import annotations

import hmac
import re
import secrets
from typing import TYPE_CHECKING, Any, Protocol

from starlette.responses import Response
from starlette.routing import Route

from infra.square.platforms._graph.call import Call, read_call
from infra.square.platforms._graph.errors import RATE_CODES, GraphError, error_response, meta_json
from infra.square.platforms._graph.handshake import shake_hands
from infra.square.platforms._graph.signing import check_proof

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from infra.square.core.account import Account
    from infra.square.core.calls import Calls

VERSION = re.compile(r"v\d+\.\d+")
TOKEN_SECONDS = 60 * 24 * 3600
EXPIRED_SUBCODE = 463


class Api(Protocol):
    """A platform behind its Graph API."""

    object_name: str
    """The subject of its webhooks."""
    grant: str
    """The grant type that renews a token."""

    def kind(self, call: Call) -> str:
        """Return what a fault calls this call: ``send``, ``read`` or ``profile``."""
        ...

    def answer(self, call: Call) -> dict[str, Any]:
        """Return the answer to a call with a good token; raises ``GraphError``."""
        ...


class GraphServer:
    """Answers the calls of one platform by its ``Api``, once their token was checked."""

    def __init__(self, account: Account, calls: Calls, api: Api, platform_name: str) -> None:
        self._account = account
        self._calls = calls
        self._api = api
        self._platform_name = platform_name

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the API, versioned and not."""
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
        self._calls.note(request, call.params)

        async def answer() -> Response:
            try:
                return Response(meta_json(await self._answer(call)), media_type="application/json; charset=UTF-8")
            except GraphError as error:
                return refuse(error.describe())

        kind = "other" if path and path[-1] in ("subscriptions", "subscribed_apps") else self._api.kind(call)
        return await self._calls.answer(request, kind, answer, refuse)

    async def _answer(self, call: Call) -> dict[str, Any]:
        if call.path[-1:] == ["subscriptions"]:
            return await self._subscriptions(call)
        self._require_token(call)
        if call.path == ["refresh_access_token"]:
            return self._refreshed(call)
        return self._api.answer(call)

    def _usage(self, code: int) -> dict[str, str]:
        """Return the header that says how long a limit lasts."""
        if code not in RATE_CODES:
            return {}
        row = {"type": self._platform_name, "call_count": 100, "estimated_time_to_regain_access": 1}
        return {"X-Business-Use-Case-Usage": meta_json({self._account.id: [row]}).decode()}

    def _require_token(self, call: Call) -> None:
        if call.token is None:
            raise GraphError(104)
        # Another one once it was renewed.
        token = str(self._account.hook.get("token") or self._account.config["access_token"])
        if not hmac.compare_digest(call.token.encode(), token.encode()):
            raise GraphError(190)
        if self._account.expired:
            raise GraphError(190, EXPIRED_SUBCODE)
        check_proof(call, str(self._account.config["app_secret"]))

    def _refreshed(self, call: Call) -> dict[str, Any]:
        if call.text("grant_type") != self._api.grant:
            raise GraphError(100, message="(#100) Param grant_type is not supported")
        self._account.hook["token"] = f"renewed-{secrets.token_hex(12)}"
        return {"access_token": self._account.hook["token"], "token_type": "bearer", "expires_in": TOKEN_SECONDS}

    async def _subscriptions(self, call: Call) -> dict[str, Any]:
        """Answer ``/{app-id}/subscriptions`` with the app's token: where the app is called, as in its dashboard."""
        config, hook, object_name = self._account.config, self._account.hook, self._api.object_name
        if call.token != f"{config['app_id']}|{config['app_secret']}":
            raise GraphError(190, message="Invalid OAuth access token signature.")
        if call.method == "POST":
            if call.text("object") != object_name:
                raise GraphError(100, message=f"(#100) Param object must be {object_name} here")
            await shake_hands(call.text("callback_url"), call.text("verify_token"))
            hook |= {"url": call.text("callback_url")}
        elif call.method == "DELETE":
            hook.pop("url", None)
        else:
            url = hook.get("url")
            return {"data": [{"object": object_name, "callback_url": url, "active": True}] if url else []}
        return {"success": True}


def subscribed_apps(account: Account, call: Call) -> dict[str, Any]:
    """Answer the account's part of a subscription: the fields of which the app is told."""
    if call.method == "POST":
        fields = call.names("subscribed_fields")
        if not fields:
            raise GraphError(100, message="(#100) The parameter subscribed_fields is required.")
        account.hook["fields"] = fields
    elif call.method == "DELETE":
        account.hook.pop("fields", None)
    else:
        app = {"id": account.config["app_id"], "subscribed_fields": account.hook.get("fields", [])}
        return {"data": [app] if "fields" in account.hook else []}
    return {"success": True}
