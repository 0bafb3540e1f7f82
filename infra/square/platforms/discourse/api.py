"""The forum's API."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from infra.square.core.params import read_params
from infra.square.core.world import Post
from infra.square.platforms.discourse.answers import NOT_FOUND, NOT_PERMITTED, Refused, fault_answer, json_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from infra.square.core.calls import Calls
    from infra.square.core.world import World
    from infra.square.platforms.discourse.account import DiscourseAccount
    from infra.square.platforms.discourse.events import DiscourseEvents
    from infra.square.platforms.discourse.hooks import Hooks
    from infra.square.platforms.discourse.posting import Posting
    from infra.square.platforms.discourse.search import Search
    from infra.square.platforms.discourse.views import Views

PAGE = 50
BAD_KEY = f"{NOT_PERMITTED} The API username or key is invalid."


class Api:
    """Answers calls with the company's key."""

    def __init__(
        self,
        account: DiscourseAccount,
        world: World,
        calls: Calls,
        views: Views,
        events: DiscourseEvents,
        posting: Posting,
        hooks: Hooks,
        search: Search,
    ) -> None:
        self.account = account
        self.world = world
        self.calls = calls
        self.views = views
        self.events = events
        self.posting = posting
        self.hooks = hooks
        self.search = search

    async def handle(self, request: Request) -> Response:
        path = [part for part in request.path_params["path"].removesuffix(".json").split("/") if part]
        params = await read_params(request)
        self.calls.note(request, params)
        kind = "read" if request.method == "GET" else "send"

        async def handler() -> Response:
            try:
                self._permit(request)
                return json_answer(self._call(request.method, path, params))
            except Refused as refused:
                return json_answer(refused.body, refused.status)

        return await self.calls.answer(request, kind, handler, fault_answer)

    def _permit(self, request: Request) -> None:
        key, user = request.headers.get("api-key", ""), request.headers.get("api-username", self.account.username)
        right = secrets.compare_digest(key.encode(), str(self.account.config["api_key"]).encode())
        if self.account.expired or not right or user.lower() != self.account.username.lower():
            raise Refused(403, BAD_KEY, "invalid_access")

    def _call(self, method: str, path: list[str], params: dict[str, Any]) -> Any:
        for allowed, pattern, action in self._actions():
            match = re.fullmatch(pattern, "/".join(path))
            if match and method == allowed:
                return action(params, *match.groups())
        raise NOT_FOUND

    def _actions(self) -> list[tuple[str, str, Callable[..., Any]]]:
        """Return the calls of the API: method, path, and the function that gets parameters and the path's parts."""
        return [
            ("GET", "session/current", lambda _: {"current_user": self.views.user(self.account.id) | {"admin": True}}),
            ("GET", "site/settings", self._settings),
            ("GET", "(posts|private-posts)", self._latest),
            ("POST", "posts", self.posting.create),
            ("GET", "posts/([a-z]+)/pending", self._waiting),
            (
                "GET",
                r"posts/(\d+)",
                lambda _, post_id: self.views.post(self.posting.visible(post_id, also_deleted=True)),
            ),
            ("PUT", r"posts/(\d+)/recover", self._recover),
            ("PUT", r"posts/(\d+)", self.posting.update),
            ("DELETE", r"posts/(\d+)", self._delete),
            ("GET", r"t/(?:[^/]+/)?(\d+)", lambda _, topic_id: self._topic(topic_id)),
            ("GET", r"t/(\d+)/posts", self._some_posts),
            ("GET", "search", self.search.answer),
            ("GET", r"posts/by_number/(\d+)/(\d+)", self._numbered),
            ("POST", "post_actions", lambda params: self._like(self.posting.visible(str(params.get("id"))), like=True)),
            ("DELETE", r"post_actions/(\d+)", lambda _, post_id: self._like(self.posting.visible(post_id), like=False)),
            ("POST", "solution/(accept|unaccept)", self._solution),
            ("POST", "uploads", self._upload),
            ("GET", r"admin/users/(\d+)", self._somebody),
            *((verb, r"admin/api/web_hooks()", self.hooks.handler(verb)) for verb in ("GET", "POST")),
            *((verb, r"admin/api/web_hooks/(\d+)", self.hooks.handler(verb)) for verb in ("PUT", "DELETE")),
            ("GET", "topics/private-messages/([a-z]+)", self._chats),
        ]

    def _settings(self, _params: dict[str, Any]) -> dict[str, Any]:
        limits = {"min_post_length": self.account.settings["min"], "max_post_length": self.account.settings["max"]}
        return {**limits, "max_image_size_kb": 4096}

    def _latest(self, params: dict[str, Any], feed: str) -> dict[str, Any]:
        posts = self._feed(feed == "posts", int(params.get("before", 0) or 0))
        return {"latest_posts" if feed == "posts" else "private_posts": [self.views.post(post) for post in posts]}

    def _feed(self, public: bool, before: int) -> list[Post]:
        """The newest posts below ``before``; an old forum looks at no more than the fifty ids up to it."""
        posts = sorted(self.world.posts.values(), key=lambda post: -int(post.id))
        posts = [post for post in posts if not post.removed and self.world.thread_of(post).public is public]
        posts = [post for post in posts if post.traits.get("type", 1) == 1]
        if before and self.account.settings["old_feed"]:
            posts = [post for post in posts if before - PAGE < int(post.id) <= before]
        elif before:
            posts = [post for post in posts if int(post.id) < before]
        return posts[:PAGE]

    def _waiting(self, _params: dict[str, Any], user: str) -> dict[str, Any]:
        if user != self.account.username:
            raise NOT_FOUND
        return {"pending_posts": [{"id": each["id"], "raw_text": each["raw"]} for each in self.account.pending]}

    def _numbered(self, _params: dict[str, Any], topic_id: str, number: str) -> dict[str, Any]:
        found = [post for post in self.world.posts_in(topic_id) if str(post.traits.get("number")) == number]
        if not found:
            raise NOT_FOUND
        return self.views.post(found[0])

    def _recover(self, _params: dict[str, Any], post_id: str) -> dict[str, Any]:
        self.events.recover(self.posting.visible(post_id, also_deleted=True))
        return self.views.post(self.world.posts[post_id])

    def _delete(self, _params: dict[str, Any], post_id: str) -> None:
        post = self.posting.visible(post_id, also_deleted=True)
        if post.removed:
            raise Refused(403, NOT_PERMITTED, "invalid_access")
        post.removed = True
        self.events.removed(post)

    def _some_posts(self, params: dict[str, Any], topic_id: str) -> dict[str, Any]:
        wanted = params.get("post_ids[]", [])
        wanted = [wanted] if isinstance(wanted, str) else wanted
        posts = [post for post in self._stream(topic_id) if post.id in wanted]
        with_raw = params.get("include_raw") == "true"
        return {"post_stream": {"posts": [self.views.post(post, raw=with_raw) for post in posts]}, "id": int(topic_id)}

    def _solution(self, params: dict[str, Any], verb: str) -> dict[str, Any]:
        post = self.posting.visible(str(params.get("id")))
        if verb == "accept" and post.traits.get("number") == 1:
            raise Refused(403, NOT_PERMITTED, "invalid_access")
        {"accept": self.events.accept, "unaccept": self.events.unaccept}[verb](post)
        return {"success": "OK"}

    def _somebody(self, _params: dict[str, Any], user_id: str) -> dict[str, Any]:
        if user_id not in self.world.people:
            raise NOT_FOUND
        return self.views.user(user_id)

    def _chats(self, _params: dict[str, Any], _user: str) -> dict[str, Any]:
        topics = [each for each in self.world.threads.values() if not each.public]
        return {"topic_list": {"topics": [{"id": int(each.id), "title": each.title} for each in topics]}}

    def _stream(self, topic_id: str) -> list[Post]:
        return [post for post in self.world.posts_in(topic_id) if post.traits.get("type", 1) != 4]

    def _topic(self, topic_id: str) -> dict[str, Any]:
        thread = self.world.threads.get(topic_id)
        if thread is None:
            raise NOT_FOUND
        posts = self._stream(topic_id)
        people = [self.views.user(each) for each in dict.fromkeys(post.author_id for post in posts)]
        return {
            "id": int(thread.id),
            "title": thread.title,
            "archetype": "regular" if thread.public else "private_message",
            "post_stream": {
                "posts": [self.views.post(post, raw=False) for post in posts[:20]],
                "stream": [int(post.id) for post in posts],
            },
            "details": {"created_by": people[0] if people else None, "participants": people},
        }

    def _like(self, post: Post, *, like: bool) -> dict[str, Any]:
        account = self.account.id
        if post.own or (like and account in post.reactions):
            raise Refused(403, NOT_PERMITTED, "invalid_access")
        if not like and account not in post.reactions:
            raise NOT_FOUND
        if like:
            post.reactions[account] = "❤️"
            self.events.deliver(
                "post_liked", "like", {"post": self.views.post(post, webhook=True), "user": self.views.user(account)}
            )
        else:
            del post.reactions[account]
        return self.views.post(post)

    def _upload(self, params: dict[str, Any]) -> dict[str, Any]:
        file = params.get("file")
        if not isinstance(file, dict):
            raise Refused(400, "param is missing or the value is empty: type", "invalid_parameters")
        name = secrets.token_hex(8)
        ending = file["name"].rpartition(".")[2]
        return {
            "id": int(self.account.new_id("upload")),
            "url": f"/uploads/default/original/1X/{name}.{ending}",
            "short_url": f"upload://{name}.{ending}",
            "original_filename": file["name"],
            "filesize": file["size"],
            "width": 640,
            "height": 480,
        }
