"""A Facebook Page behind a server on this machine: it takes what the functions post as the test says, and shows it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from reply.lookups import SETTLING

Json = dict[str, Any]
ACCOUNT, CUSTOMER = "page", "7001"
ERRORS = {
    "refuses": (100, 33),
    "fault": (2, None),
    "limit": (613, None),
    "expired": (190, 463),
    "unreadable": (2, None),
}
"""Codes and subcodes with which the Page answers a post, by mood."""
UNREADABLE = (100, 33)


@dataclass(frozen=True)
class Post:
    """Message of ours that stands on the platform."""

    action_id: str
    conversation: str
    place: str
    """Below which comment or post, or in whose chat."""
    text: str
    at: int
    visible_at: int
    platform_id: str


@dataclass
class InMemoryPage:
    """The Page's side. ``mood`` says how it takes the next post: it takes it, or one of

    ``lost`` (taken, but the answer does not arrive, and it is shown a little later), ``swallowed`` (neither taken nor
    answered), ``refuses`` (for good), ``fault``, ``limit``, ``expired`` (the token), ``unreadable`` (not even shown).
    """

    port: int = 0
    clock: Callable[[], int] = lambda: 0
    sending: Callable[[str, str], tuple[str, str]] = lambda _place, _text: ("", "")
    """Returns the conversation and id of the action that is sent, by place and text."""
    survives: Callable[[], bool] = lambda: True
    """Tells whether the function lives long enough to post."""
    posted: Callable[[Post], None] = lambda _post: None
    mood: str = "takes"
    posts: list[Post] = field(default_factory=list)

    @property
    def document(self) -> Json:
        """Return what a connection to this Page has as its secrets."""
        secrets = {"access_token": "EAAG-hush", "app_secret": "hush", "verify_token": "sesame"}
        options = {"base_url": f"http://127.0.0.1:{self.port}", "version": "v99.0"}
        return {"account_id": ACCOUNT, "secrets": secrets, "options": options}

    def answer(self, method: str, path: str, body: Json) -> tuple[int, Json] | None:
        """Return status and body of an answer; None where the connection breaks."""
        node, _, edge = path.lstrip("/").partition("/")[2].partition("/")
        if not edge:
            return 200, {"id": node, "first_name": "Jana", "last_name": "Beispiel", "name": "Jana Beispiel"}
        if method == "GET":
            return self._shown(node, edge)
        if not self.survives() or self.mood == "swallowed":
            return None
        if self.mood in ERRORS:
            return _error(*ERRORS[self.mood])
        if edge == "comments":
            post = self._post(node, body["message"])
            answer = {"id": post.platform_id}
        else:
            post = self._post(CUSTOMER, body["message"]["text"])
            answer = {"message_id": post.platform_id}
        return None if self.mood == "lost" else (200, answer)

    def _post(self, place: str, text: str) -> Post:
        now = self.clock()
        delay = SETTLING - 1 if self.mood == "lost" else 0
        conversation, action_id = self.sending(place, text)
        post = Post(action_id, conversation, place, text, now, now + delay, f"90_{len(self.posts) + 1}")
        self.posts.append(post)
        self.posted(post)
        return post

    def _shown(self, node: str, edge: str) -> tuple[int, Json]:
        if self.mood in ERRORS and self.mood != "refuses":
            return _error(*(UNREADABLE if self.mood == "unreadable" else ERRORS[self.mood]))
        place = node if edge == "comments" else CUSTOMER
        seen = [post for post in reversed(self.posts) if post.place == place and post.visible_at <= self.clock()]
        shown = [_message(post) for post in seen]
        return 200, {"data": shown if edge == "comments" else [{"messages": {"data": shown}}]}


def _message(post: Post) -> Json:
    moment = datetime.fromtimestamp(post.at / 1000, UTC)
    return {
        "id": post.platform_id,
        "message": post.text,
        "from": {"id": ACCOUNT},
        "created_time": f"{moment:%Y-%m-%dT%H:%M:%S+0000}",
    }


def _error(code: int, subcode: int | None) -> tuple[int, Json]:
    return 400, {"error": {"code": code, "error_subcode": subcode, "message": "no"}}


class Handler(BaseHTTPRequestHandler):
    """Reads a request and writes what the Page answers."""

    protocol_version = "HTTP/1.1"
    wbufsize = 65_536
    page: InMemoryPage

    def do_GET(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        is_json = "json" in self.headers.get("content-type", "")
        body = json.loads(raw) if is_json else dict(parse_qsl(raw))
        answer = self.page.answer(self.command, urlsplit(self.path).path, body)
        if answer is None:
            self.close_connection = True
            return
        status, content = answer[0], json.dumps(answer[1]).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        pass
