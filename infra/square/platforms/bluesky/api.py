"""Calls under ``/xrpc``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from infra.square.platforms.bluesky.call import Refused, bearer_token, fault_answer, read_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from infra.square.core.calls import Calls
    from infra.square.platforms.bluesky.chat import Chat
    from infra.square.platforms.bluesky.feed import Feed
    from infra.square.platforms.bluesky.repository import Repository
    from infra.square.platforms.bluesky.sessions import Sessions
    from infra.square.platforms.bluesky.views import Views

KINDS = {"createRecord": "send", "putRecord": "send", "deleteRecord": "send", "uploadBlob": "send"} | {
    "sendMessage": "send",
    "getProfile": "profile",
    "getProfiles": "profile",
    "createSession": "session",
    "refreshSession": "session",
}
_PROCEDURES = {"createSession", "refreshSession", "createRecord", "putRecord", "deleteRecord", "uploadBlob"} | {
    "sendMessage",
    "updateSeen",
}
_LISTS = {"reasons", "uris", "members", "actors"}


class Api:
    """Finds out what a call means, and answers it."""

    def __init__(
        self, calls: Calls, views: Views, sessions: Sessions, repository: Repository, feed: Feed, chat: Chat
    ) -> None:
        self.calls = calls
        self.views = views
        self.sessions = sessions
        self.repository = repository
        self.feed = feed
        self.chat = chat

    async def handle(self, request: Request) -> Response:
        nsid = str(request.path_params["nsid"])
        name = nsid.rpartition(".")[2]
        body = await request.body()

        async def carry_out() -> Response:
            try:
                return self._answer(nsid, request, body)
            except Refused as refused:
                problem = {"error": refused.error, "message": refused.message}
                return JSONResponse(problem, status_code=refused.status)

        return await self.calls.answer(request, KINDS.get(name, "read"), carry_out, fault_answer)

    def _answer(self, nsid: str, request: Request, body: bytes) -> Response:
        endpoint = self._endpoints().get(nsid)
        method = "POST" if nsid.rpartition(".")[2] in _PROCEDURES else "GET"
        if endpoint is None or method != request.method:
            raise Refused("MethodNotImplemented", "Method Not Implemented", 501)
        is_upload = nsid.endswith("uploadBlob")
        document = {} if is_upload or not body else read_document(body, request)
        query = request.query_params
        params = {name: query.getlist(name) if name in _LISTS else query[name] for name in query}
        self.calls.note(request, {**params, **{name: value for name, value in document.items() if name != "password"}})
        if not nsid.endswith(("createSession", "refreshSession")):
            self.sessions.check(request, nsid)
        if is_upload:
            return JSONResponse(self.repository.upload(body, request.headers.get("content-type", "")))
        if nsid.endswith("refreshSession"):
            document = {"token": bearer_token(request)}
        return JSONResponse(endpoint({**params, **document}))

    def _endpoints(self) -> dict[str, Callable[[dict[str, Any]], dict[str, Any]]]:
        return {
            "com.atproto.server.createSession": self.sessions.create,
            "com.atproto.server.refreshSession": self.sessions.refresh,
            "com.atproto.server.getSession": lambda _: self.sessions.describe(),
            "com.atproto.identity.resolveHandle": self.feed.resolve,
            "com.atproto.repo.createRecord": self.repository.create,
            "com.atproto.repo.putRecord": self.repository.put,
            "com.atproto.repo.getRecord": self.repository.get,
            "com.atproto.repo.deleteRecord": self.repository.delete,
            "com.atproto.repo.uploadBlob": lambda _: {},
            "app.bsky.actor.getProfile": lambda params: self.views.profile(
                self.feed.person_id(params.get("actor", ""))
            ),
            "app.bsky.actor.getProfiles": self.feed.profiles,
            "app.bsky.feed.getPosts": self.feed.posts,
            "app.bsky.feed.searchPosts": self.feed.search,
            "app.bsky.feed.getPostThread": self.feed.thread,
            "app.bsky.notification.listNotifications": self.feed.notifications,
            "app.bsky.notification.updateSeen": lambda _: {},
            "chat.bsky.convo.getLog": self.chat.logs,
            "chat.bsky.convo.getConvo": lambda params: {"convo": self.views.convo(self.chat.thread(params))},
            "chat.bsky.convo.getConvoForMembers": self.chat.convo_for,
            "chat.bsky.convo.getMessages": self.chat.messages,
            "chat.bsky.convo.sendMessage": self.chat.send,
        }
