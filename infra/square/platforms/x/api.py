"""The API v2: routes, tokens and how a call is read."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from infra.square.core.sign_in import App, BadCode, SignInPage
from infra.square.platforms.x.call import Call, Refused, fault_answer, read_document, read_multipart

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from infra.square.core.calls import Calls
    from infra.square.platforms.x.account import XAccount
    from infra.square.platforms.x.media import Media
    from infra.square.platforms.x.posts import Posts
    from infra.square.platforms.x.subscriptions import Subscriptions
    from infra.square.platforms.x.views import Views

TOKEN_SECONDS = 7200


class Api:
    """Answers calls with the account's or the app's token."""

    def __init__(
        self, account: XAccount, calls: Calls, views: Views, posts: Posts, media: Media, subscriptions: Subscriptions
    ) -> None:
        self.account = account
        self.calls = calls
        self.views = views
        self.posts = posts
        self.media = media
        self.subscriptions = subscriptions
        self._page = SignInPage(account.clock, "X", lambda: f"@{account.handle}", self._app, needs_proof=True)

    def routes(self) -> list[BaseRoute]:
        calls: list[tuple[str, str, Callable[[Call], Any], str]] = [
            ("POST", "/tweets", self.posts.create, "send"),
            ("DELETE", "/tweets/{id}", self.posts.delete, "send"),
            ("PUT", "/tweets/{id}/hidden", self.posts.hide, "send"),
            ("GET", "/tweets/search/recent", self.posts.search, "read"),
            ("GET", "/tweets/{id}", self.posts.one, "read"),
            ("GET", "/users/me", lambda _: {"data": self.views.user(self.account.id)}, "read"),
            ("GET", "/users/{id}", self.posts.person, "profile"),
            ("GET", "/users/{id}/mentions", self.posts.mentions, "read"),
            ("GET", "/users/{id}/tweets", self.posts.timeline, "read"),
            ("POST", "/dm_conversations/with/{id}/messages", self.posts.write_message, "send"),
            ("GET", "/dm_conversations/with/{id}/dm_events", self.posts.messages, "read"),
            ("POST", "/media/upload/initialize", self.media.begin, "send"),
            ("POST", "/media/upload/{id}/append", self.media.append, "send"),
            ("POST", "/media/upload/{id}/finalize", self.media.end, "send"),
            ("GET", "/webhooks", self.subscriptions.hooks, "read"),
            ("POST", "/webhooks", self.subscriptions.add_hook, "send"),
            ("POST", "/webhooks/replay", self.subscriptions.replay, "send"),
            ("PUT", "/webhooks/{id}", self.subscriptions.check_hook, "send"),
            ("DELETE", "/webhooks/{id}", self.subscriptions.drop_hook, "send"),
            ("GET", "/activity/subscriptions", self.subscriptions.subscriptions, "read"),
            ("POST", "/activity/subscriptions", self.subscriptions.subscribe, "send"),
            ("DELETE", "/activity/subscriptions/{id}", self.subscriptions.unsubscribe, "send"),
        ]
        made: list[BaseRoute] = [
            Route(f"/2{path}", self._endpoint(action, kind), methods=[method]) for method, path, action, kind in calls
        ]
        return [
            Route("/2/oauth2/token", self._token, methods=["POST"]),
            Route("/i/oauth2/authorize", self._page.handle, methods=["GET", "POST"]),
            Route("/media/{id}", self.media.picture, methods=["GET"]),
            *made,
        ]

    def _endpoint(self, action: Callable[[Call], Any], kind: str) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            content = await request.body()

            async def carry_out() -> Response:
                try:
                    call = self._call(request, content)
                    self.calls.note(request, {**call.query, **call.body})
                    result = action(call)
                    result = await result if hasattr(result, "__await__") else result
                except Refused as refused:
                    return refused.answer()
                is_new = request.method == "POST" and request.url.path.endswith(("/tweets", "/messages"))
                return JSONResponse(result, status_code=201 if is_new else 200)

            return await self.calls.answer(request, kind, carry_out, fault_answer)

        return endpoint

    def _call(self, request: Request, content: bytes) -> Call:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        by_app = token == self.account.config["bearer_token"]
        if scheme != "Bearer" or not token or not (by_app or token == self.account.kept["access"]):
            raise Refused(401, "Unauthorized")
        if self.account.kept["no_credits"]:
            raise Refused(402, "Your enrolled account does not have any credits to fulfill this request.", "credits")
        kind = request.headers.get("content-type", "")
        body, file = read_multipart(kind, content) if kind.startswith("multipart/") else (read_document(content), b"")
        return Call(dict(request.path_params), dict(request.query_params), body, by_app, file)

    def _app(self, client_id: str) -> App | None:
        return App(client_id) if client_id == self.account.config["client_id"] else None

    async def _token(self, request: Request) -> Response:
        """A refresh token holds once; the tokens before are over. So does a code, which gives those that hold now."""
        form = dict(parse_qsl((await request.body()).decode()))
        pair = f"{self.account.config['client_id']}:{self.account.config['client_secret']}"
        basic = "Basic " + base64.b64encode(pair.encode()).decode()
        self.calls.note(request, {"grant_type": form.get("grant_type", "")})

        async def carry_out() -> Response:
            if request.headers.get("authorization") != basic:
                return JSONResponse({"error": "unauthorized_client"}, status_code=401)
            if form.get("grant_type") == "authorization_code":
                try:
                    self._page.redeem(form, str(self.account.config["client_id"]))
                except BadCode:
                    return _invalid("authorization code")
                self.account.kept["access"] = self.account.kept["access"] or secrets.token_urlsafe(24)
                return self._tokens()
            if form.get("grant_type") != "refresh_token" or form.get("refresh_token") != self.account.kept["refresh"]:
                return _invalid("token")
            self.account.kept |= {"access": secrets.token_urlsafe(24), "refresh": secrets.token_urlsafe(24)}
            return self._tokens()

        return await self.calls.answer(request, "token", carry_out, fault_answer)

    def _tokens(self) -> Response:
        self.account.expired = False
        return JSONResponse(
            {
                "token_type": "bearer",
                "expires_in": TOKEN_SECONDS,
                "access_token": self.account.kept["access"],
                "refresh_token": self.account.kept["refresh"],
                "scope": "tweet.read tweet.write users.read dm.read dm.write offline.access",
            }
        )


def _invalid(value: str) -> Response:
    problem = {"error": "invalid_request", "error_description": f"Value passed for the {value} was invalid."}
    return JSONResponse(problem, status_code=400)
