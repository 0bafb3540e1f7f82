"""Facebook Login: the dialog, a person's tokens, and the Pages that they manage."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from infra.square.core.sign_in import App, BadCode, SignInPage
from infra.square.platforms._graph.call import Call, read_call
from infra.square.platforms._graph.errors import GraphError, error_response, meta_json
from infra.square.platforms._graph.signing import check_proof

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from infra.square.core.account import Account
    from infra.square.core.calls import Calls

TOKEN_SECONDS = 5_184_000
DENIAL = {"error_code": "200", "error_description": "Permissions error", "error_reason": "user_denied"}
USED = "This authorization code has been used."
WRONG_SECRET = "Error validating client secret."  # noqa: S105 - a sentence
JSON = "application/json; charset=UTF-8"


class GraphSignIn:
    """The sign-in of one platform behind a Graph API. ``pages`` are those of the person who signs in."""

    def __init__(
        self, account: Account, calls: Calls, label: str, pages: Callable[[], Sequence[dict[str, Any]]]
    ) -> None:
        self._account = account
        self._calls = calls
        self._pages = pages
        self._tokens: set[str] = set()
        self._page = SignInPage(account.clock, label, lambda: account.name, self._app, denial=DENIAL)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/{version}/dialog/oauth", self._page.handle, methods=["GET", "POST"]),
            Route("/{version}/oauth/access_token", self._endpoint(self._token), methods=["GET", "POST"]),
            Route("/{version}/me/accounts", self._endpoint(self._accounts), methods=["GET"]),
        ]

    def _app(self, client_id: str) -> App | None:
        return App(client_id) if client_id == self._account.config["app_id"] else None

    def _endpoint(self, action: Callable[[Call], dict[str, Any]]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            bearer = "authorization" in request.headers

            def refuse(error: dict[str, Any]) -> Response:
                return error_response(error, bearer=bearer, usage={})

            async def answer() -> Response:
                try:
                    return Response(meta_json(action(await read_call(request, []))), media_type=JSON)
                except GraphError as error:
                    return refuse(error.describe())

            self._calls.note(request, {})
            return await self._calls.answer(request, "session", answer, refuse)

        return endpoint

    def _token(self, call: Call) -> dict[str, Any]:
        config = self._account.config
        if call.text("client_id") != config["app_id"]:
            raise GraphError(101, message="Error validating application. Cannot get application info.")
        if not hmac.compare_digest(call.text("client_secret").encode(), str(config["app_secret"]).encode()):
            raise GraphError(1, message=WRONG_SECRET)
        if call.text("grant_type") == "fb_exchange_token":
            if call.text("fb_exchange_token") not in self._tokens:
                raise GraphError(190)
        else:
            try:
                self._page.redeem({name: call.text(name) for name in ("code", "redirect_uri")}, call.text("client_id"))
            except BadCode:
                raise GraphError(100, 36009, USED) from None
        token = f"EAAuser{secrets.token_hex(24)}"
        self._tokens.add(token)
        self._account.set_token(expired=False, subcode=0)
        return {"access_token": token, "token_type": "bearer", "expires_in": TOKEN_SECONDS}

    def _accounts(self, call: Call) -> dict[str, Any]:
        if call.token is None:
            raise GraphError(104)
        if call.token not in self._tokens:
            raise GraphError(190)
        check_proof(call, str(self._account.config["app_secret"]))
        wanted = {name.partition("{")[0] for name in call.text("fields", "id,name,access_token").split(",")}
        return {"data": [{key: value for key, value in page.items() if key in wanted} for page in self._pages()]}
