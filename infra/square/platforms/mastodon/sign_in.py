"""Apps that register themselves, the authorization page, and tokens, as the server has them."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from infra.square.core.params import read_params
from infra.square.core.sign_in import App, BadCode, SignInPage
from infra.square.platforms.mastodon.answers import Refused, fault_answer, json_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from infra.square.core.calls import Calls
    from infra.square.platforms.mastodon.account import MastodonAccount

INVALID_GRANT = (
    "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the "
    "authorization request, or was issued to another client."
)
INVALID_CLIENT = (
    "Client authentication failed due to unknown client, no client authentication included, or unsupported "
    "authentication method."
)
DENIED = "The resource owner or authorization server denied the request."


class SignIn:
    """The sign-in of one server."""

    def __init__(self, account: MastodonAccount, calls: Calls) -> None:
        self._account = account
        self._calls = calls
        denial = {"error_description": DENIED}
        self._page = SignInPage(account.clock, "Mastodon", lambda: f"@{account.username}", self._app, denial=denial)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/api/v1/apps", self._endpoint(self._register), methods=["POST"]),
            Route("/oauth/authorize", self._page.handle, methods=["GET", "POST"]),
            Route("/oauth/token", self._endpoint(self._token), methods=["POST"]),
        ]

    def _app(self, client_id: str) -> App | None:
        known = self._account.apps.get(client_id)
        return App(client_id, known["name"], tuple(known["redirect_uris"])) if known else None

    def _endpoint(self, action: Callable[[dict[str, Any]], Response]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            params = await read_params(request)
            self._calls.note(request, {name: value for name, value in params.items() if "secret" not in name})

            async def carry_out() -> Response:
                try:
                    return action(params)
                except Refused as refused:
                    return json_answer({"error": refused.text}, refused.status)

            return await self._calls.answer(request, "session", carry_out, fault_answer)

        return endpoint

    def _register(self, params: dict[str, Any]) -> Response:
        name, addresses = str(params.get("client_name") or ""), params.get("redirect_uris") or ""
        listed = addresses if isinstance(addresses, list) else str(addresses).split()
        if not name:
            raise Refused(422, "Validation failed: Application name can't be blank")
        if not listed:
            raise Refused(422, "Validation failed: Redirect URI can't be blank")
        client_id, secret = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self._account.apps[client_id] = {"name": name, "redirect_uris": listed, "secret": secret}
        return json_answer(
            {
                "id": str(len(self._account.apps)),
                "name": name,
                "website": None,
                "scopes": str(params.get("scopes") or "read").split(),
                "redirect_uris": listed,
                "redirect_uri": "\n".join(listed),
                "client_id": client_id,
                "client_secret": secret,
                "client_secret_expires_at": 0,
            }
        )

    def _token(self, params: dict[str, Any]) -> Response:
        client_id = str(params.get("client_id") or "")
        known = self._account.apps.get(client_id)
        if known is None or not secrets.compare_digest(known["secret"], str(params.get("client_secret") or "")):
            return json_answer({"error": "invalid_client", "error_description": INVALID_CLIENT}, 401)
        if params.get("grant_type") != "authorization_code":
            return json_answer({"error": "unsupported_grant_type", "error_description": "not supported"}, 400)
        try:
            issued = self._page.redeem(params, client_id)
        except BadCode:
            return json_answer({"error": "invalid_grant", "error_description": INVALID_GRANT}, 400)
        token = str(self._account.config["access_token"])
        self._account.expired = False
        return json_answer(
            {"access_token": token, "token_type": "Bearer", "scope": issued.scope, "created_at": int(time.time())}
        )
