"""Both interfaces: routes, tokens, and what a call costs."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from infra.square.core.params import json_object
from infra.square.core.sign_in import App, BadCode, SignInPage
from infra.square.platforms.google.answers import Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    Handler = Callable[[Request, dict[str, Any]], dict[str, Any] | None]
    from infra.square.core.calls import Calls
    from infra.square.platforms.google.account import GoogleAccount
    from infra.square.platforms.google.reviews import Reviews
    from infra.square.platforms.google.webhook import GoogleWebhook
    from infra.square.platforms.google.youtube import YouTube

TOKEN_SECONDS = 3599
READ_UNITS, WRITE_UNITS = 1, 50


class Api:
    """Answers calls with an access token."""

    def __init__(
        self, account: GoogleAccount, calls: Calls, webhook: GoogleWebhook, reviews: Reviews, youtube: YouTube
    ) -> None:
        self.account = account
        self.calls = calls
        self.webhook = webhook
        self.reviews = reviews
        self.youtube = youtube
        self._page = SignInPage(account.clock, "Google", lambda: account.name, self._app)

    def routes(self) -> list[BaseRoute]:
        review = "/v4/accounts/{account}/locations/{location}/reviews"
        setting = "/notifications/v1/accounts/{account}/notificationSetting"
        return [
            Route("/token", self._token, methods=["POST"]),
            Route("/o/oauth2/v2/auth", self._page.handle, methods=["GET", "POST"]),
            Route("/accounts/v1/accounts", self._call("profile", self.reviews.accounts), methods=["GET"]),
            Route(
                "/information/v1/accounts/{account}/locations",
                self._call("profile", self.reviews.locations),
                methods=["GET"],
            ),
            Route("/certs", self.webhook.certificates, methods=["GET"]),
            Route(review, self._call("read", self.reviews.reviews), methods=["GET"]),
            Route(f"{review}/{{review}}", self._call("read", self.reviews.review), methods=["GET"]),
            Route(f"{review}/{{review}}/reply", self._call("send", self.reviews.put_reply), methods=["PUT"]),
            Route(f"{review}/{{review}}/reply", self._call("send", self.reviews.delete_reply), methods=["DELETE"]),
            Route(
                "/v4/accounts/{account}/locations:batchGetReviews",
                self._call("read", self.reviews.batch),
                methods=["POST"],
            ),
            Route(
                "/information/v1/locations/{location}", self._call("profile", self.reviews.information), methods=["GET"]
            ),
            Route(setting, self._call("read", self.reviews.notification_setting), methods=["GET"]),
            Route(setting, self._call("read", self.reviews.set_notification_setting), methods=["PATCH"]),
            *self._youtube_routes(),
        ]

    def _youtube_routes(self) -> list[BaseRoute]:
        calls: list[tuple[str, str, str, Handler]] = [
            ("GET", "/commentThreads", "read", self.youtube.comment_threads),
            ("GET", "/comments", "read", self.youtube.comments),
            ("POST", "/comments", "send", self.youtube.insert),
            ("PUT", "/comments", "send", self.youtube.update),
            ("DELETE", "/comments", "send", self.youtube.delete),
            ("POST", "/comments/setModerationStatus", "send", self.youtube.set_status),
            ("GET", "/channels", "profile", self.youtube.channels),
            ("GET", "/videos", "profile", self.youtube.videos),
        ]
        return [
            Route(f"/youtube/v3{path}", self._call(kind, handler, youtube=True), methods=[method])
            for method, path, kind, handler in calls
        ]

    def _call(self, kind: str, handler: Handler, *, youtube: bool = False) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint: who asks, what it costs, and the answer, or the fault that was asked for."""

        async def endpoint(request: Request) -> Response:
            body = json_object(await request.body())
            self.calls.note(request, {**request.query_params, **body})

            async def carry_out() -> Response:
                try:
                    self._admit(request, youtube)
                    result = handler(request, body)
                except Refused as refused:
                    return refused.answer(youtube=youtube)
                return Response(status_code=204) if result is None else JSONResponse(result)

            def refuse(error: dict[str, Any]) -> Response:
                name = error.get("name") or ("backendError" if youtube else "INTERNAL")
                response = Refused(error.get("http") or 500, name).answer(youtube=youtube)
                response.headers.update(error.get("headers") or {})
                return response

            return await self.calls.answer(request, kind, carry_out, refuse)

        return endpoint

    def _admit(self, request: Request, youtube: bool) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self.account.tokens:
            raise Refused(401, "authError" if youtube else "UNAUTHENTICATED", "Invalid Credentials")
        if youtube:
            cost = READ_UNITS if request.method == "GET" else WRITE_UNITS
            if self.account.left < cost:
                raise Refused(403, "quotaExceeded", "The request cannot be completed: you have exceeded your quota.")
            self.account.left -= cost

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        known = ("client_id", "client_secret")
        if any(form.get(name) != self.account.config[name] for name in known):
            return JSONResponse({"error": "invalid_client", "error_description": "Unauthorized"}, status_code=401)
        if form.get("grant_type") == "authorization_code":
            try:
                self._page.redeem(form, str(self.account.config["client_id"]))
            except BadCode:
                problem = {"error": "invalid_grant", "error_description": "Malformed auth code."}
                return JSONResponse(problem, status_code=400)
            return self._new_token({"refresh_token": self.account.config["refresh_token"]})
        if form.get("grant_type") != "refresh_token":
            return JSONResponse({"error": "unsupported_grant_type"}, status_code=400)
        if form.get("refresh_token") != self.account.config["refresh_token"] or "revoked" in self.account.flags:
            return JSONResponse({"error": "invalid_grant", "error_description": "Token revoked."}, status_code=400)
        return self._new_token({})

    def _new_token(self, more: dict[str, Any]) -> Response:
        self.account.tokens.append(f"ya29.{secrets.token_urlsafe(24)}")
        self.calls.changed()
        made = {"access_token": self.account.tokens[-1], "expires_in": TOKEN_SECONDS, "token_type": "Bearer"}
        return JSONResponse({**made, "scope": "…", **more})

    def _app(self, client_id: str) -> App | None:
        return App(client_id) if client_id == self.account.config["client_id"] else None
