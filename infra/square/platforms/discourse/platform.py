"""Discourse on the square: a forum with topics, personal messages, likes and solutions, its webhook and its API.

After github.com/discourse/discourse (``posts_controller.rb``, ``web_hook_post_serializer.rb``,
``latest_posts_query.rb``, ``web_hooks_controller.rb``) and the plugin discourse-solved. The company is one user of the
forum, with an administrator's key. The webhook is made by the API, as an administrator does by hand.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from infra.square.core.params import read_params
from infra.square.core.stall import Person, Post, Stall, Thread
from infra.square.core.web import BadInput, Fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from infra.square.core.square import Square

PAGE = 50
REMEMBERED = 120_000
"""Milliseconds for which the same call of the API gets the same answer."""
UNIQUE = 300_000
"""Milliseconds in which nobody but staff posts the same text again."""
LIKE = 2
EVENT_TYPES = {
    101: "topic_created",
    201: "post_created",
    202: "post_edited",
    203: "post_destroyed",
    204: "post_recovered",
    1501: "post_liked",
    1201: "accepted_solution",
    1202: "unaccepted_solution",
}
NOT_PERMITTED = "You are not permitted to view the requested resource."
BAD_KEY = f"{NOT_PERMITTED} The API username or key is invalid."


class Refused(Exception):
    """An error as the forum answers it."""

    def __init__(self, status: int, text: str, kind: str = "", **more: Any) -> None:
        super().__init__(text)
        self.status = status
        self.body = {"errors": [text], **({"error_type": kind} if kind else {}), **more}


NOT_FOUND = Refused(404, "The requested URL or resource could not be found.", "not_found")


class Discourse(Stall):
    """One forum."""

    name = "discourse"
    label = "Discourse"
    can = frozenset({"public", "private", "edit", "remove", "react"})

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        super().__init__(square, section)
        self.config = section
        self.username = str(section["username"])
        self.extra_restore({})

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        """A fresh forum, with secrets of its own."""
        return {
            "account_id": "2",
            "account_name": "Nordlicht Netz",
            "username": "nordlicht",
            "api_key": secret(),
            "webhook_secret": secret(),
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        """The connection to this forum."""
        return {
            "account_id": section["account_id"],
            "account_name": section["account_name"],
            "secrets": {"api_key": section["api_key"], "webhook_secret": section["webhook_secret"]},
            "options": {
                "base_url": f"{square_url}/discourse",
                "api_username": section["username"],
                "personal_messages": "ours",
            },
        }

    def routes(self) -> list[BaseRoute]:
        return [Route("/{path:path}", self._handle, methods=["GET", "POST", "PUT", "DELETE"])]

    # -- state ------------------------------------------------------------------------------------------------------

    def extra_snapshot(self) -> dict[str, Any]:
        return {"last": self.last, "settings": self.settings, "pending": self.pending, "solved": self.solved}

    def extra_restore(self, stored: dict[str, Any]) -> None:
        self.last: int = stored.get("last", 100)
        """The last number that was given to a person, topic or post."""
        self.settings: dict[str, Any] = stored.get(
            "settings", {"min": 5, "max": 32_000, "approve": False, "staff": True, "old_feed": False}
        )
        self.pending: list[dict[str, Any]] = stored.get("pending", [])
        self.solved: dict[str, str] = stored.get("solved", {})
        """Topic → the post that is its solution."""
        self.remembered: dict[str, tuple[int, Any]] = {}
        self.events = 0

    def new_id(self, kind: str) -> str:
        self.last += 1
        return str(self.last)

    def callback_url(self) -> str | None:
        return self.hook.get("payload_url") if self.hook.get("active") else None

    def compose(self, updates: list[dict[str, Any]]) -> bytes:
        return json.dumps(updates[0].get("body", {}), separators=(",", ":")).encode()

    def headers(self, updates: list[dict[str, Any]]) -> dict[str, str]:
        self.events += 1
        return {
            "User-Agent": "Discourse/2026.11",
            "X-Discourse-Instance": self._address(),
            "X-Discourse-Event-Id": str(self.events),
            "X-Discourse-Event-Type": str(updates[0].get("type", "")),
            "X-Discourse-Event": str(updates[0].get("event", "")),
        }

    def sign(self, body: bytes) -> dict[str, str]:
        key = str(self.hook.get("secret", "")).encode()
        found = hmac.new(key, body, hashlib.sha256).hexdigest() if key else ""
        return {"X-Discourse-Event-Signature": f"sha256={found}"} if found else {}

    def _address(self) -> str:
        return str(self.config.get("url", "http://forum.example"))

    def _tell(self, event: str, kind: str, subject: dict[str, Any]) -> None:
        """What the webhook is told, if it was made for that."""
        if event in [EVENT_TYPES.get(number) for number in self.hook.get("web_hook_event_type_ids", [])]:
            self.deliver({"event": event, "type": kind, "body": {kind: subject}})

    # -- what people do ---------------------------------------------------------------------------------------------

    def say(self, author: Person | None, text: str, **more: Any) -> Post:
        return super().say(author, text, **{**more, "echo": True})

    def said(self, post: Post) -> None:
        thread = self.thread_of(post)
        post.traits.setdefault("type", 1)
        thread.traits["posts"] = post.traits["number"] = thread.traits.get("posts", 0) + 1
        if post.traits["number"] == 1:
            thread.title = thread.title or post.text[:60] or "Ohne Titel"
            if thread.public:
                topic = {"id": int(thread.id), "title": thread.title, "archetype": "regular", "posts_count": 1}
                self._tell("topic_created", "topic", topic)
        self._tell("post_created", "post", self._post(post, webhook=True))

    def edited(self, post: Post, before: str) -> None:
        post.traits["version"] = post.traits.get("version", 1) + 1
        self._tell("post_edited", "post", self._post(post, webhook=True))

    def removed(self, post: Post) -> None:
        post.traits["deleted"] = self.clock.now()
        self._tell("post_destroyed", "post", self._post(post, webhook=True))

    def reacted(self, post: Post, person: Person, reaction: str | None) -> None:
        if reaction is not None:
            user = {"id": int(person.id), "username": person.handle, "name": person.name}
            self._tell("post_liked", "like", {"post": self._post(post, webhook=True), "user": user})

    def acted(self, action: str, asked: Fields) -> dict[str, Any]:
        if action in ("accept", "unaccept", "recover", "withdraw"):
            return self._done_to(action, self._of(asked.text("message_id")))
        if action in ("small_action", "whisper"):
            thread, kind = self.threads.get(asked.text("thread_id")), 3 if action == "small_action" else 4
            if thread is None:
                raise BadInput("there is no such topic")
            author = self.who(asked.object("author"))
            return {"message_id": self.say(author, asked.text("text", ""), thread=thread, type=kind).id}
        if action == "own":
            return {"message_id": self.say(None, asked.text("text"), thread=self.threads[asked.text("thread_id")]).id}
        if action == "close":
            self.threads[asked.text("thread_id")].traits["closed"] = True
            return {}
        if action == "settings":
            self.settings.update({name: asked.whole(name) for name in ("min", "max") if asked.has(name)})
            flags = ("approve", "staff", "old_feed")
            self.settings.update({name: asked.flag(name) for name in flags if asked.has(name)})
            return dict(self.settings)
        if action == "approve":
            waiting, self.pending = self.pending, []
            return {"message_ids": [self._write(each).id for each in waiting]}
        return super().acted(action, asked)

    def _of(self, post_id: str) -> Post:
        if post_id not in self.posts:
            raise BadInput("there is no such message")
        return self.posts[post_id]

    def _done_to(self, action: str, post: Post) -> dict[str, Any]:
        if action == "accept":
            self._solve(post)
        elif action == "unaccept":
            self.solved.pop(post.thread_id, None)
            self._tell("unaccepted_solution", "solved", self._post(post, webhook=True))
        elif action == "recover":
            post.removed, post.edited = False, self.clock.now()
            post.traits.pop("deleted", None)
            self._tell("post_recovered", "post", self._post(post, webhook=True))
        else:  # an author takes a post back: a note stands in its place for a day
            post.traits["user_deleted"], post.edited = True, self.clock.now()
            self._tell("post_edited", "post", self._post(post, webhook=True))
        return {}

    def _solve(self, post: Post) -> None:
        self.solved[post.thread_id] = post.id
        self._tell("accepted_solution", "solved", self._post(post, webhook=True))

    # -- posts as the forum shows them ------------------------------------------------------------------------------

    def _user(self, person_id: str) -> dict[str, Any]:
        account_id, name = self.account()
        if person_id == account_id:
            return {"id": int(account_id), "username": self.username, "name": name}
        person = self.people[person_id]
        return {"id": int(person.id), "username": person.handle, "name": person.name}

    def _post(self, post: Post, *, webhook: bool = False, raw: bool = True) -> dict[str, Any]:
        thread, author = self.thread_of(post), self._user(post.author_id)
        text = "(post deleted by author)" if post.traits.get("user_deleted") else _raw(post)
        above = self.posts.get(post.parent_id or "")
        shown: dict[str, Any] = {
            "id": int(post.id),
            "name": author["name"],
            "username": author["username"],
            "user_id": author["id"],
            "avatar_template": "/letter_avatar_proxy/v4/letter/n/aca169/{size}.png",
            "created_at": _iso(post.created),
            "updated_at": _iso(post.edited or post.created),
            "deleted_at": _iso(post.traits["deleted"]) if post.traits.get("deleted") else None,
            "user_deleted": bool(post.traits.get("user_deleted")),
            "cooked": _cooked(post),
            "post_number": post.traits.get("number", 1),
            "post_type": post.traits.get("type", 1),
            "reply_to_post_number": above.traits.get("number") if above else None,
            "topic_id": int(thread.id),
            "topic_slug": "thema",
            "topic_title": thread.title,
            "category_id": 4 if thread.public else None,
            "version": post.traits.get("version", 1),
            "hidden": post.hidden,
            "staff": post.own,
            "accepted_answer": self.solved.get(post.thread_id) == post.id,
        }
        if raw:
            shown["raw"] = text
        if webhook:
            shown["topic_archetype"] = "regular" if thread.public else "private_message"
            return shown | ({"category_slug": "fragen"} if thread.public else {})
        liked = self.account()[0] in post.reactions
        count = {"id": LIKE, "count": len(post.reactions), "can_act": not post.own and not liked}
        return {**shown, "actions_summary": [{**count, **({"acted": True, "can_undo": True} if liked else {})}]}

    def _feed(self, public: bool, before: int) -> list[Post]:
        """The newest posts below ``before``; an old forum looks at no more than the fifty ids up to it."""
        found = sorted(self.posts.values(), key=lambda post: -int(post.id))
        found = [each for each in found if not each.removed and self.thread_of(each).public is public]
        found = [each for each in found if each.traits.get("type", 1) == 1]
        if before and self.settings["old_feed"]:
            found = [each for each in found if before - PAGE < int(each.id) <= before]
        elif before:
            found = [each for each in found if int(each.id) < before]
        return found[:PAGE]

    # -- the API ----------------------------------------------------------------------------------------------------

    async def _handle(self, request: Request) -> Response:
        path = [part for part in request.path_params["path"].removesuffix(".json").split("/") if part]
        params = await read_params(request)
        self.note(request, params)
        kind = "read" if request.method == "GET" else "send"

        async def handler() -> Response:
            try:
                self._permit(request)
                return _json(self._call(request.method, path, params))
            except Refused as refused:
                return _json(refused.body, refused.status)

        return await self.answer(request, kind, handler, _error)

    def _permit(self, request: Request) -> None:
        key, user = request.headers.get("api-key", ""), request.headers.get("api-username", self.username)
        right = secrets.compare_digest(key.encode(), str(self.config["api_key"]).encode())
        if self.expired or not right or user.lower() != self.username.lower():
            raise Refused(403, BAD_KEY, "invalid_access")

    def _call(self, method: str, path: list[str], params: dict[str, Any]) -> Any:
        for allowed, pattern, action in self._actions():
            found = re.fullmatch(pattern, "/".join(path))
            if found and method == allowed:
                return action(params, *found.groups())
        raise NOT_FOUND

    def _actions(self) -> list[tuple[str, str, Callable[..., Any]]]:
        """What the API offers: method, path, and what is called with the parameters and the path's parts."""
        return [
            ("GET", "session/current", lambda _: {"current_user": self._user(self.account()[0]) | {"admin": True}}),
            ("GET", "site/settings", self._settings),
            ("GET", "(posts|private-posts)", self._latest),
            ("POST", "posts", self._create),
            ("GET", "posts/([a-z]+)/pending", self._waiting),
            ("GET", r"posts/(\d+)", lambda _, post_id: self._post(self._seen(post_id, also_deleted=True))),
            ("PUT", r"posts/(\d+)/recover", self._recover),
            ("PUT", r"posts/(\d+)", self._update),
            ("DELETE", r"posts/(\d+)", self._delete),
            ("GET", r"t/(?:[^/]+/)?(\d+)", lambda _, topic_id: self._topic(topic_id)),
            ("GET", r"t/(\d+)/posts", self._some_posts),
            ("POST", "post_actions", lambda params: self._like(self._seen(str(params.get("id"))), like=True)),
            ("DELETE", r"post_actions/(\d+)", lambda _, post_id: self._like(self._seen(post_id), like=False)),
            ("POST", "solution/(accept|unaccept)", self._solution),
            ("POST", "uploads", self._upload),
            ("GET", r"admin/users/(\d+)", self._somebody),
            *((verb, r"admin/api/web_hooks()", self._web_hooks(verb)) for verb in ("GET", "POST")),
            *((verb, r"admin/api/web_hooks/(\d+)", self._web_hooks(verb)) for verb in ("PUT", "DELETE")),
            ("GET", "topics/private-messages/([a-z]+)", self._chats),
        ]

    def _settings(self, _params: dict[str, Any]) -> dict[str, Any]:
        limits = {"min_post_length": self.settings["min"], "max_post_length": self.settings["max"]}
        return {**limits, "max_image_size_kb": 4096}

    def _latest(self, params: dict[str, Any], feed: str) -> dict[str, Any]:
        posts = self._feed(feed == "posts", int(params.get("before", 0) or 0))
        return {"latest_posts" if feed == "posts" else "private_posts": [self._post(post) for post in posts]}

    def _waiting(self, _params: dict[str, Any], user: str) -> dict[str, Any]:
        if user != self.username:
            raise NOT_FOUND
        return {"pending_posts": [{"id": each["id"], "raw_text": each["raw"]} for each in self.pending]}

    def _recover(self, _params: dict[str, Any], post_id: str) -> dict[str, Any]:
        self._done_to("recover", self._seen(post_id, also_deleted=True))
        return self._post(self.posts[post_id])

    def _delete(self, _params: dict[str, Any], post_id: str) -> None:
        post = self._seen(post_id, also_deleted=True)
        if post.removed:
            raise Refused(403, NOT_PERMITTED, "invalid_access")
        post.removed = True
        self.removed(post)

    def _some_posts(self, params: dict[str, Any], topic_id: str) -> dict[str, Any]:
        wanted = params.get("post_ids[]", [])
        wanted = [wanted] if isinstance(wanted, str) else wanted
        posts = [post for post in self._stream(topic_id) if post.id in wanted]
        with_raw = params.get("include_raw") == "true"
        return {"post_stream": {"posts": [self._post(post, raw=with_raw) for post in posts]}, "id": int(topic_id)}

    def _solution(self, params: dict[str, Any], verb: str) -> dict[str, Any]:
        post = self._seen(str(params.get("id")))
        if verb == "accept" and post.traits.get("number") == 1:
            raise Refused(403, NOT_PERMITTED, "invalid_access")
        self._done_to(verb, post)
        return {"success": "OK"}

    def _somebody(self, _params: dict[str, Any], user_id: str) -> dict[str, Any]:
        if user_id not in self.people:
            raise NOT_FOUND
        return self._user(user_id)

    def _chats(self, _params: dict[str, Any], _user: str) -> dict[str, Any]:
        topics = [each for each in self.threads.values() if not each.public]
        return {"topic_list": {"topics": [{"id": int(each.id), "title": each.title} for each in topics]}}

    def _seen(self, post_id: str, also_deleted: bool = False) -> Post:
        """A post that may be seen; staff see deleted ones, too."""
        post = self.posts.get(post_id)
        if post is None or (post.removed and not (also_deleted and self.settings["staff"])):
            raise NOT_FOUND
        return post

    def _stream(self, topic_id: str) -> list[Post]:
        return [post for post in self.in_thread(topic_id) if post.traits.get("type", 1) != 4]

    def _topic(self, topic_id: str) -> dict[str, Any]:
        thread = self.threads.get(topic_id)
        if thread is None:
            raise NOT_FOUND
        posts = self._stream(topic_id)
        people = [self._user(each) for each in dict.fromkeys(post.author_id for post in posts)]
        return {
            "id": int(thread.id),
            "title": thread.title,
            "archetype": "regular" if thread.public else "private_message",
            "post_stream": {
                "posts": [self._post(post, raw=False) for post in posts[:20]],
                "stream": [int(post.id) for post in posts],
            },
            "details": {"created_by": people[0] if people else None, "participants": people},
        }

    def _create(self, params: dict[str, Any]) -> dict[str, Any]:
        signature = json.dumps(params, sort_keys=True, default=str)
        at, answer = self.remembered.get(signature, (0, None))
        if answer and self.clock.now() - at < REMEMBERED:
            return answer
        self._judge(params)
        if self.settings["approve"]:
            self.pending.append({**params, "id": int(self.new_id("pending"))})
            answer = {"action": "enqueued", "success": True, "pending_count": len(self.pending)}
            answer["pending_post"] = {"id": self.pending[-1]["id"], "raw": params["raw"]}
        else:
            answer = self._post(self._write(params))
        self.remembered[signature] = self.clock.now(), answer
        return answer

    def _judge(self, params: dict[str, Any]) -> None:
        """What the forum does not take."""
        text, topic_id = str(params.get("raw") or "").strip(), str(params.get("topic_id") or "")
        least, most = self.settings["min"], self.settings["max"]
        why = self._not_there(topic_id) if topic_id else self._not_new(params)
        if len(text) < least:
            why = f"Body is too short (minimum is {least} characters)"
        if len(text) > most:
            why = f"Body is limited to {most} characters; you entered {len(text)}."
        mine = [post for post in self.posts.values() if post.own and self.clock.now() - post.created < UNIQUE]
        if not self.settings["staff"] and any(_raw(post) == text for post in mine):
            why = "Body is too similar to what you recently posted"
        if why:
            raise Refused(422, why, action="create_post")

    def _not_there(self, topic_id: str) -> str:
        if topic_id not in self.threads or not self.in_thread(topic_id):
            return "The topic you are replying to has been deleted."
        closed = self.threads[topic_id].traits.get("closed") and not self.settings["staff"]
        return "This topic is closed to new replies." if closed else ""

    def _not_new(self, params: dict[str, Any]) -> str:
        if not str(params.get("title") or "").strip():
            return "Title can't be blank"
        personal = params.get("archetype") == "private_message"
        return "You must select a valid user." if personal and self._recipient(params) is None else ""

    def _recipient(self, params: dict[str, Any]) -> Person | None:
        wanted = str(params.get("target_recipients") or "").lower()
        return next((each for each in self.people.values() if each.handle.lower() == wanted), None)

    def _write(self, params: dict[str, Any]) -> Post:
        topic_id, number = str(params.get("topic_id") or ""), str(params.get("reply_to_post_number") or "")
        if topic_id:
            above = [post for post in self.in_thread(topic_id) if str(post.traits.get("number")) == number]
            return self.say(None, params["raw"], thread=self.threads[topic_id], parent=above[0] if above else None)
        person = self._recipient(params) if params.get("archetype") == "private_message" else None
        thread = Thread(
            self.new_id("thread"), str(params["title"]), public=person is None, person_id=person.id if person else None
        )
        self.threads[thread.id] = thread
        return self.say(None, params["raw"], thread=thread)

    def _update(self, params: dict[str, Any], post_id: str) -> dict[str, Any]:
        post = self._seen(post_id)
        change = params.get("post")
        text = change.get("raw") if isinstance(change, dict) else params.get("post[raw]")
        if not isinstance(text, str) or len(text.strip()) < self.settings["min"]:
            raise Refused(422, "Body is too short", action="update_post")
        if text != post.text:
            before, post.text, post.edited = post.text, text, self.clock.now()
            self.edited(post, before)
        return {"post": self._post(post)}

    def _like(self, post: Post, *, like: bool) -> dict[str, Any]:
        account = self.account()[0]
        if post.own or (like and account in post.reactions):
            raise Refused(403, NOT_PERMITTED, "invalid_access")
        if not like and account not in post.reactions:
            raise NOT_FOUND
        if like:
            post.reactions[account] = "❤️"
            self._tell("post_liked", "like", {"post": self._post(post, webhook=True), "user": self._user(account)})
        else:
            del post.reactions[account]
        return self._post(post)

    def _upload(self, params: dict[str, Any]) -> dict[str, Any]:
        file = params.get("file")
        if not isinstance(file, dict):
            raise Refused(400, "param is missing or the value is empty: type", "invalid_parameters")
        name = secrets.token_hex(8)
        ending = file["name"].rpartition(".")[2]
        return {
            "id": int(self.new_id("upload")),
            "url": f"/uploads/default/original/1X/{name}.{ending}",
            "short_url": f"upload://{name}.{ending}",
            "original_filename": file["name"],
            "filesize": file["size"],
            "width": 640,
            "height": 480,
        }

    def _web_hooks(self, method: str) -> Callable[[dict[str, Any], str], Any]:
        def action(params: dict[str, Any], _number: str) -> Any:
            if method == "GET":
                types = [{"id": number, "name": name} for number, name in EVENT_TYPES.items()]
                extras = {"grouped_event_types": {"post": types[:5], "more": types[5:]}}
                return {"web_hooks": [self.hook] if self.hook else [], "extras": extras}
            if method == "DELETE":
                self.hook = {}
                return {"success": "OK"}
            return {"web_hook": self._hooked(params.get("web_hook"))}

        return action

    def _hooked(self, wish: object) -> dict[str, Any]:
        if not isinstance(wish, dict) or not str(wish.get("payload_url", "")).startswith("http"):
            raise Refused(422, "Payload URL is invalid")
        if 0 < len(str(wish.get("secret", ""))) < 12:
            raise Refused(422, "Secret is too short (minimum is 12 characters)")
        if not wish.get("web_hook_event_type_ids") and not wish.get("wildcard_web_hook"):
            raise Refused(422, "Web hook event types can't be blank")
        self.hook = {"id": 1, **wish}
        return self.hook


def _raw(post: Post) -> str:
    """The Markdown: pictures have short addresses there."""
    files = [f"![{each.get('name', 'Bild')}|690x388](upload://a1b2c3.png)" for each in post.attachments]
    return "\n\n".join(filter(None, [post.text, *files]))


def _cooked(post: Post) -> str:
    files = "".join(f'<p><img src="{escape(str(each.get("url")))}" alt="Bild"></p>' for each in post.attachments)
    return "".join(f"<p>{escape(part)}</p>" for part in post.text.split("\n\n") if part) + files


def _iso(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    content = b"" if body is None else json.dumps(body).encode()
    kind = "text/plain" if body is None else "application/json; charset=utf-8"
    return Response(content, status, {"Content-Type": kind, **(headers or {})})


def _error(error: dict[str, Any]) -> Response:
    """An error that was asked for: by its status, as the forum words it."""
    status = error.get("http") or (error["code"] if 400 <= error["code"] < 600 else 500)
    kinds = {403: "invalid_access", 404: "not_found", 429: "rate_limit", 503: "read_only"}
    body: dict[str, Any] = {"errors": [error.get("message") or "asked for"]}
    if status in kinds:
        body["error_type"] = kinds[status]
    if status == 429:
        body["extras"] = {"wait_seconds": 12, "time_left": "12 seconds"}
    return _json(body, status, error.get("headers") or {})
