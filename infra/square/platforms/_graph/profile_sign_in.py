"""The sign-in of one account by itself, without a Page, as Threads and Instagram have it: short and long tokens."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from infra.square.core.sign_in import App, BadCode, SignInPage
from infra.square.platforms._graph.call import Call, read_call
from infra.square.platforms._graph.errors import GraphError, error_response, meta_json
from infra.square.platforms._graph.sign_in import DENIAL, JSON, TOKEN_SECONDS, USED, WRONG_SECRET

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from infra.square.core.account import Account
    from infra.square.core.calls import Calls

MARK = "#_"
"""Stands behind the code in the address to which people are sent back."""


class ProfileSignIn:
    """The sign-in of one platform; ``exchange`` is the grant type for long tokens, ``app`` names id and secret."""

    def __init__(self, account: Account, calls: Calls, label: str, exchange: str, app: tuple[str, str]) -> None:
        self._account = account
        self._calls = calls
        self._exchange = exchange
        self._id, self._secret = app
        self._tokens: set[str] = set()
        self._page = SignInPage(account.clock, label, lambda: account.name, self._app, denial=DENIAL, mark=MARK)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/oauth/authorize", self._page.handle, methods=["GET", "POST"]),
            Route("/oauth/access_token", self._endpoint(self._short), methods=["POST"]),
            Route("/access_token", self._endpoint(self._long), methods=["GET"]),
        ]

    def _app(self, client_id: str) -> App | None:
        return App(client_id) if client_id == self._account.config.get(self._id) else None

    def _endpoint(self, action: Callable[[Call], dict[str, Any]]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            async def answer() -> Response:
                try:
                    return Response(meta_json(action(await read_call(request, []))), media_type=JSON)
                except BadCode:
                    told = {"error_type": "OAuthException", "code": 400, "error_message": USED}
                    return Response(meta_json(told), 400, media_type=JSON)
                except GraphError as error:
                    return refuse(error.describe())

            def refuse(error: dict[str, Any]) -> Response:
                return error_response(error, bearer=False, usage={})

            self._calls.note(request, {})
            return await self._calls.answer(request, "session", answer, refuse)

        return endpoint

    def _short(self, call: Call) -> dict[str, Any]:
        """Change a code for a token of an hour."""
        if call.text("client_id") != self._account.config[self._id]:
            raise GraphError(101, message="Error validating application. Cannot get application info.")
        self._require_secret(call)
        self._page.redeem({name: call.text(name) for name in ("code", "redirect_uri")}, call.text("client_id"))
        token = f"short-{secrets.token_hex(24)}"
        self._tokens.add(token)
        return {"access_token": token, "user_id": int(self._account.id), "permissions": []}

    def _long(self, call: Call) -> dict[str, Any]:
        """Change a token of an hour for one of 60 days, which is the account's from now on."""
        if call.text("grant_type") != self._exchange:
            raise GraphError(100, message="(#100) Param grant_type is not supported")
        self._require_secret(call)
        if call.token not in self._tokens:
            raise GraphError(190)
        self._tokens.discard(str(call.token))
        self._account.hook["token"] = f"long-{secrets.token_hex(24)}"
        self._account.set_token(expired=False, subcode=0)
        return {"access_token": self._account.hook["token"], "token_type": "bearer", "expires_in": TOKEN_SECONDS}

    def _require_secret(self, call: Call) -> None:
        if not hmac.compare_digest(
            call.text("client_secret").encode(), str(self._account.config[self._secret]).encode()
        ):
            raise GraphError(1, message=WRONG_SECRET)
