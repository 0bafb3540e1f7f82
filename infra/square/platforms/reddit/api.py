"""The API: tokens, listings, the inbox, comments and moderation."""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, RedirectResponse, Response

from infra.square.core.search import found_by
from infra.square.core.sign_in import App, BadCode, SignInPage
from infra.square.core.world import Post, Utterance
from infra.square.platforms.reddit.answers import Refused, Wrong, fault_answer, listing

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from infra.square.core.calls import Calls
    from infra.square.core.world import World
    from infra.square.platforms.reddit.account import RedditAccount
    from infra.square.platforms.reddit.views import Views

LONGEST, ARCHIVED_AFTER, TOKEN_SECONDS, WINDOW = 10_000, 180 * 86_400_000, 3600, 600
LONGEST_QUERY = 512
LIBRARIES = ("python-requests", "python-urllib", "curl")
WRITING = {"api/comment", "api/editusertext", "api/del", "api/remove", "api/approve"}


class Api:
    """Answers calls with the account's token."""

    def __init__(self, account: RedditAccount, world: World, calls: Calls, views: Views) -> None:
        self.account = account
        self.world = world
        self.calls = calls
        self.views = views
        self.page = SignInPage(account.clock, "Reddit", lambda: account.name, self._app)

    async def handle(self, request: Request) -> Response:
        path = str(request.path_params["path"]).strip("/")
        body = (await request.body()).decode("utf-8", "replace")

        async def carry_out() -> Response:
            try:
                return self._answer(path, request, body)
            except Wrong as wrong:
                return JSONResponse({"json": {"errors": [wrong.error]}}, headers=self._rate())
            except Refused as refused:
                problem = {"message": refused.message, "error": refused.status}
                return JSONResponse(problem, status_code=refused.status, headers={**self._rate(), **refused.headers})

        kind = "session" if path.endswith("access_token") else "send" if path in WRITING else "read"
        return await self.calls.answer(request, kind, carry_out, fault_answer)

    def _answer(self, path: str, request: Request, body: str) -> Response:
        params = {**dict(request.query_params), **dict(parse_qsl(body, keep_blank_values=True))}
        self.calls.note(request, params)
        agent = request.headers.get("user-agent", "").lower()
        if not agent or agent.startswith(LIBRARIES):
            raise Refused(429, "Too Many Requests")
        if path == "api/v1/access_token":
            return JSONResponse(self._access_token(request, params))
        self._require_token(request)
        if path == "message/messages":
            return RedirectResponse("/login", status_code=302)
        return JSONResponse(self._result(path, params), headers=self._rate())

    def _result(self, path: str, params: dict[str, str]) -> dict[str, Any] | list[dict[str, Any]]:
        parts = path.split("/")
        if parts[-1] == "search" and (len(parts) == 1 or (len(parts) == 3 and parts[0] == "r")):
            return self._search(params, parts[1] if len(parts) == 3 and params.get("restrict_sr") else "")
        if parts[0] == "comments" and len(parts) == 2:
            return self._thread(f"t3_{parts[1]}")
        if parts[0] == "r" and len(parts) == 3:
            return self._subreddit(parts[1], parts[2], params)
        if parts[0] == "user" and parts[2:] == ["comments"] and parts[1].lower() == self.account.id.lower():
            return listing(self._newest(lambda post: post.own and self.views.is_comment(post)), params)
        plain = self._endpoints().get(path)
        if plain is None:
            raise Refused(404, "Not Found")
        return plain(params)

    def _endpoints(self) -> dict[str, Callable[[dict[str, str]], dict[str, Any]]]:
        return {
            "api/v1/me": lambda _: {"name": self.account.id, "id": "nordlicht", "is_suspended": False},
            "api/info": self._info,
            "api/comment": self._comment,
            "api/editusertext": self._edit_own,
            "api/del": self._delete_own,
            "api/remove": lambda params: self._moderate(params, hidden=True),
            "api/approve": lambda params: self._moderate(params, hidden=False),
            "api/read_message": lambda _: {},
            "message/inbox": lambda params: listing([self.views.inbox_item(each) for each in self._inbox()], params),
            "message/unread": lambda params: listing([self.views.inbox_item(each) for each in self._inbox()], params),
            "message/mentions": lambda params: listing(
                [
                    self.views.inbox_item(each)
                    for each in self._inbox()
                    if self.views.inbox_type(each) == "username_mention"
                ],
                params,
            ),
            "message/sent": lambda params: listing(
                self._newest(lambda post: post.own and self.views.is_private(post)), params
            ),
        }

    def _access_token(self, request: Request, params: dict[str, str]) -> dict[str, Any]:
        kind, _, pair = request.headers.get("authorization", "").partition(" ")
        known = f"{self.account.config['client_id']}:{self.account.config['client_secret']}"
        if kind != "Basic" or not hmac.compare_digest(b64decode(pair).decode(), known):
            raise Refused(401, "Unauthorized")
        if params.get("grant_type") == "authorization_code":
            return self._by_code(params)
        by_refresh = params.get("grant_type") == "refresh_token"
        wanted = self.account.config["refresh_token"] if by_refresh else self.account.config["password"]
        given = params.get("refresh_token" if by_refresh else "password", "")
        if not hmac.compare_digest(given, wanted) or not (by_refresh or params.get("username") == self.account.id):
            # Really: an answer that looks like success.
            return {"error": "invalid_grant"}
        return self._new_token() | ({"refresh_token": wanted} if by_refresh else {})

    def _by_code(self, params: dict[str, str]) -> dict[str, Any]:
        try:
            self.page.redeem(params, self.account.config["client_id"])
        except BadCode:
            return {"error": "invalid_grant"}
        return self._new_token() | {"refresh_token": self.account.config["refresh_token"]}

    def _new_token(self) -> dict[str, Any]:
        token = f"invented-{secrets.token_hex(12)}"
        self.account.tokens[token] = [self.account.clock.now() + TOKEN_SECONDS * 1000, self.account.flags["generation"]]
        return {"access_token": token, "token_type": "bearer", "expires_in": TOKEN_SECONDS, "scope": "*"}

    def _app(self, client_id: str) -> App | None:
        return App(client_id) if client_id == self.account.config["client_id"] else None

    def _require_token(self, request: Request) -> None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        ends, generation = self.account.tokens.get(token, [0, 0])
        is_over = ends <= self.account.clock.now() or (
            self.account.expired and generation < self.account.flags["generation"]
        )
        if kind.lower() != "bearer" or is_over:
            raise Refused(401, "Unauthorized", {"www-authenticate": 'Bearer realm="reddit", error="invalid_token"'})
        if self.account.flags["remaining"] < 1:
            raise Refused(429, "Too Many Requests")

    def _rate(self) -> dict[str, str]:
        remaining, reset = self.account.flags["remaining"], WINDOW - self.account.clock.now() // 1000 % WINDOW
        return {
            "x-ratelimit-remaining": f"{remaining:.1f}",
            "x-ratelimit-used": str(round(1000 - remaining)),
            "x-ratelimit-reset": str(reset),
        }

    def _newest(self, wanted: Callable[[Post], bool]) -> list[dict[str, Any]]:
        return [
            self.views.item(post) for post in reversed(self.world.posts.values()) if wanted(post) and not post.removed
        ]

    def _subreddit(self, name: str, part: str, params: dict[str, str]) -> dict[str, Any]:
        if name.lower() != self.account.config["subreddit"].lower():
            raise Refused(404, "Not Found")
        if part not in ("new", "comments"):
            raise Refused(404, "Not Found")
        is_comments = part == "comments"
        return listing(
            self._newest(
                lambda post: (
                    not self.views.is_private(post)
                    and self.views.is_comment(post) == is_comments
                    and not post.hidden
                    and self.views.subreddit_of(self.world.thread_of(post)) == self.account.config["subreddit"]
                )
            ),
            params,
        )

    def _search(self, params: dict[str, str], subreddit: str) -> dict[str, Any]:
        """Posts, not comments, whose title or text has the words; newest first."""
        if not params.get("q") or len(params["q"]) > LONGEST_QUERY:
            raise Refused(400, "Bad Request")
        query = params["q"].replace(" AND ", " ").replace("NOT ", "-")
        names = ("", self.account.config["subreddit"].lower(), "elsewhere")
        if subreddit.lower() not in names:
            raise Refused(404, "Not Found")

        def is_found(post: Post) -> bool:
            thread = self.world.thread_of(post)
            if not thread.public or post.id != thread.id:
                return False
            is_here = not subreddit or self.views.subreddit_of(thread).lower() == subreddit.lower()
            return is_here and found_by(query, f"{thread.title} {post.text}")

        return listing(self._newest(is_found), params)

    def _thread(self, thread_id: str) -> list[dict[str, Any]]:
        begun = self.world.find(thread_id)
        if begun is None:
            raise Refused(404, "Not Found")
        below = [self.views.item(post) for post in self.world.posts_in(thread_id) if post.id != thread_id]
        everything = {"limit": "100"}
        return [listing([self.views.item(begun)], everything), listing(below, everything)]

    def _inbox(self) -> list[Post]:
        """Answers to us, mentions, and private messages; newest first."""
        return [
            post
            for post in reversed(self.world.posts.values())
            if not post.own and not post.removed and self.views.inbox_type(post)
        ]

    def _info(self, params: dict[str, str]) -> dict[str, Any]:
        names = params.get("id", "").split(",")
        if len(names) > 100:
            raise Refused(400, "Bad Request")
        return listing(
            [self.views.item(self.world.posts[name]) for name in names if name in self.world.posts], {"limit": "100"}
        )

    def _comment(self, params: dict[str, str]) -> dict[str, Any]:
        above, text = self.world.posts.get(params.get("thing_id", "")), params.get("text", "")
        if above is None:
            raise Wrong("NO_THING_ID", "id not specified", "parent")
        if not text.strip():
            raise Wrong("NO_TEXT", "we need something here", "text")
        if len(text) > LONGEST:
            raise Wrong("TOO_LONG", f"this is too long (max: {LONGEST})", "text")
        if above.removed:
            is_comment = self.views.is_comment(above)
            raise Wrong("DELETED_COMMENT" if is_comment else "DELETED_LINK", "it has been deleted", "parent")
        thread = self.world.thread_of(above)
        if thread.traits.get("locked"):
            raise Wrong("THREAD_LOCKED", "Comments are locked.", "parent")
        begun = self.world.posts.get(thread.id)
        if thread.public and begun and self.account.clock.now() - begun.created > ARCHIVED_AFTER:
            raise Wrong("TOO_OLD", "that's a piece of history now; it's too late to reply to it", "parent")
        made = self.world.post(Utterance(None, text, thread=thread, parent=above))
        return {"json": {"errors": [], "data": {"things": [self.views.item(made)]}}}

    def _edit_own(self, params: dict[str, str]) -> dict[str, Any]:
        post = self._ours(params.get("thing_id", ""))
        post.text, post.edited = params.get("text", ""), self.account.clock.now()
        return {"json": {"errors": [], "data": {"things": [self.views.item(post)]}}}

    def _delete_own(self, params: dict[str, str]) -> dict[str, Any]:
        self._ours(params.get("id", "")).removed = True
        return {}

    def _ours(self, name: str) -> Post:
        post = self.world.find(name)
        if post is None or not post.own:
            raise Refused(403, "Forbidden")
        return post

    def _moderate(self, params: dict[str, str], hidden: bool) -> dict[str, Any]:
        post = self.world.find(params.get("id", ""))
        if (
            post is None
            or self.views.is_private(post)
            or self.views.subreddit_of(self.world.thread_of(post)) != self.account.config["subreddit"]
        ):
            raise Refused(403, "Forbidden")
        post.hidden = hidden
        return {}
