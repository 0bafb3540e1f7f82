"""Reddit on the square: one subreddit that the company moderates, other places, the inbox, and comments.

After reddit.com/dev/api and what PRAW asks for. Nothing is pushed: whoever wants to know, asks. What customers write
stands in the company's subreddit; with the trait ``elsewhere`` it stands in another one, and is only heard of in the
inbox, when it mentions the company (``u/name``) or answers it.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from infra.square.core.stall import Person, Post, Stall, Thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.requests import Request

    from infra.square.core.square import Square
    from infra.square.core.web import Fields

LONGEST, ARCHIVED_AFTER, TOKEN_SECONDS, WINDOW = 10_000, 180 * 86_400_000, 3600, 600
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
LIBRARIES = ("python-requests", "python-urllib", "curl")
WRITING = {"api/comment", "api/editusertext", "api/del", "api/remove", "api/approve"}


class Refused(Exception):
    """An error by its HTTP status."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers or {}


class Wrong(Exception):
    """An error in an answer that is 200."""

    def __init__(self, name: str, message: str, field: str | None = None) -> None:
        super().__init__(name)
        self.error = [name, message, field]


class Reddit(Stall):
    """One account of the company."""

    name = "reddit"
    label = "Reddit"
    can = frozenset({"public", "private", "edit", "remove"})

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        super().__init__(square, section)
        self.config = section
        self.us = str(section["account_id"])
        self.extra_restore({})

    def routes(self) -> list[BaseRoute]:
        return [Route("/{path:path}", self._handle, methods=["GET", "POST"])]

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        return {
            "account_id": "nordlicht_netz",
            "account_name": "u/nordlicht_netz",
            "subreddit": "nordlicht",
            "client_id": "an-invented-app",
            "client_secret": secret(),
            "refresh_token": secret(),
            "password": secret(),
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        here = f"{square_url}/reddit"
        return {
            "account_id": section["account_id"],
            "account_name": section["account_name"],
            "secrets": {name: section[name] for name in ("client_id", "client_secret", "refresh_token")},
            "options": {"base_url": here, "auth_url": here, "subreddits": section["subreddit"]},
        }

    # -- what is kept -------------------------------------------------------------------------------------------------

    def extra_snapshot(self) -> dict[str, Any]:
        return {"tokens": self.tokens, "flags": self.flags, "number": self.number}

    def extra_restore(self, stored: dict[str, Any]) -> None:
        self.tokens: dict[str, list[int]] = stored.get("tokens", {})
        self.flags: dict[str, Any] = {"generation": 0, "remaining": 996.0, **stored.get("flags", {})}
        self.number: int = stored.get("number", 36**5)

    def set_token(self, *, expired: bool, subcode: int) -> None:
        """Tokens made until now are over; one that is made then is good."""
        super().set_token(expired=expired, subcode=subcode)
        self.flags["generation"] += expired

    def new_id(self, kind: str) -> str:
        self.number += 1 + secrets.randbelow(50)
        prefix = {"person": "t2_", "thread": "t4_", "post": "t3_", "comment": "t1_"}[kind]
        number, letters = self.number, ""
        while number:
            number, digit = divmod(number, 36)
            letters = DIGITS[digit] + letters
        return prefix + letters

    def say(
        self,
        author: Person | None,
        text: str,
        *,
        thread: Thread | None = None,
        parent: Post | None = None,
        public: bool = True,
        title: str = "",
        attachments: Iterable[dict[str, Any]] = (),
        post_id: str | None = None,
        echo: bool = False,
        **traits: Any,
    ) -> Post:
        """A post is its own thread; below it are comments. The first private message names its thread."""
        if not (thread.public if thread else public):
            thread = thread or (self.threads[parent.thread_id] if parent else self._begin(author, False, title))
            thread.title = thread.title or title
            begun = [post for post in self.posts.values() if post.thread_id == thread.id]
            parent, made = parent or (begun[-1] if begun else None), self.new_id("thread") if begun else thread.id
            return super().say(author, text, thread=thread, parent=parent, post_id=made, echo=echo, **traits)
        parent = parent or (self.posts.get(thread.id) if thread else None)
        made = self.new_id("comment" if parent else "post")
        if parent is None:
            thread = self.threads[made] = Thread(made, title or text.partition("\n")[0][:300])
        thread = thread or self.threads[parent.thread_id if parent else made]
        return super().say(
            author, text, thread=thread, parent=parent, attachments=attachments, post_id=made, echo=echo, **traits
        )

    def acted(self, action: str, asked: Fields) -> dict[str, Any]:
        if action in ("lock", "unlock"):
            self.threads[asked.text("thread_id")].traits["locked"] = action == "lock"
            return {}
        if action == "announce":
            post = self.say(None, asked.text("text"), title=asked.text("title"))
            return {"message_id": post.id, "thread_id": post.thread_id}
        if action == "allow":
            self.flags["remaining"] = float(asked.number("remaining"))
            return {}
        return super().acted(action, asked)

    # -- the platform's own API ---------------------------------------------------------------------------------------

    async def _handle(self, request: Request) -> Response:
        path = str(request.path_params["path"]).strip("/")
        body = (await request.body()).decode("utf-8", "replace")

        async def carry_out() -> Response:
            try:
                return self._answer(path, request, body)
            except Wrong as wrong:
                return JSONResponse({"json": {"errors": [wrong.error]}}, headers=self._rate())
            except Refused as refused:
                told = {"message": refused.message, "error": refused.status}
                return JSONResponse(told, status_code=refused.status, headers={**self._rate(), **refused.headers})

        kind = "session" if path.endswith("access_token") else "send" if path in WRITING else "read"
        return await self.answer(request, kind, carry_out, _fault)

    def _answer(self, path: str, request: Request, body: str) -> Response:
        asked = {**dict(request.query_params), **dict(parse_qsl(body, keep_blank_values=True))}
        self.note(request, asked)
        agent = request.headers.get("user-agent", "").lower()
        if not agent or agent.startswith(LIBRARIES):
            raise Refused(429, "Too Many Requests")
        if path == "api/v1/access_token":
            return JSONResponse(self._access_token(request, asked))
        self._must_be_in(request)
        if path == "message/messages":
            return RedirectResponse("/login", status_code=302)
        return JSONResponse(self._told(path, asked), headers=self._rate())

    def _told(self, path: str, asked: dict[str, str]) -> dict[str, Any]:
        parts = path.split("/")
        if parts[0] == "r" and len(parts) == 3:
            return self._subreddit(parts[1], parts[2], asked)
        if parts[0] == "user" and parts[2:] == ["comments"] and parts[1].lower() == self.us.lower():
            return _listing(self._newest(lambda post: post.own and self._is_comment(post)), asked)
        plain = self._plain().get(path)
        if plain is None:
            raise Refused(404, "Not Found")
        return plain(asked)

    def _plain(self) -> dict[str, Callable[[dict[str, str]], dict[str, Any]]]:
        return {
            "api/v1/me": lambda _: {"name": self.us, "id": "nordlicht", "is_suspended": False},
            "api/info": self._info,
            "api/comment": self._comment,
            "api/editusertext": self._edit_own,
            "api/del": self._delete_own,
            "api/remove": lambda asked: self._moderated(asked, hidden=True),
            "api/approve": lambda asked: self._moderated(asked, hidden=False),
            "api/read_message": lambda _: {},
            "message/inbox": lambda asked: _listing([self._inbox_item(each) for each in self._inbox()], asked),
            "message/unread": lambda asked: _listing([self._inbox_item(each) for each in self._inbox()], asked),
            "message/mentions": lambda asked: _listing(
                [self._inbox_item(each) for each in self._inbox() if self._type(each) == "username_mention"], asked
            ),
            "message/sent": lambda asked: _listing(
                self._newest(lambda post: post.own and self._is_letter(post)), asked
            ),
        }

    def _access_token(self, request: Request, asked: dict[str, str]) -> dict[str, Any]:
        kind, _, pair = request.headers.get("authorization", "").partition(" ")
        known = f"{self.config['client_id']}:{self.config['client_secret']}"
        if kind != "Basic" or not hmac.compare_digest(b64decode(pair).decode(), known):
            raise Refused(401, "Unauthorized")
        by_refresh = asked.get("grant_type") == "refresh_token"
        wanted = self.config["refresh_token"] if by_refresh else self.config["password"]
        given = asked.get("refresh_token" if by_refresh else "password", "")
        if not hmac.compare_digest(given, wanted) or not (by_refresh or asked.get("username") == self.us):
            # Really: an answer that looks like success.
            return {"error": "invalid_grant"}
        token = f"invented-{secrets.token_hex(12)}"
        self.tokens[token] = [self.clock.now() + TOKEN_SECONDS * 1000, self.flags["generation"]]
        told = {"access_token": token, "token_type": "bearer", "expires_in": TOKEN_SECONDS, "scope": "*"}
        return told | ({"refresh_token": wanted} if by_refresh else {})

    def _must_be_in(self, request: Request) -> None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        ends, generation = self.tokens.get(token, [0, 0])
        is_over = ends <= self.clock.now() or (self.expired and generation < self.flags["generation"])
        if kind.lower() != "bearer" or is_over:
            raise Refused(401, "Unauthorized", {"www-authenticate": 'Bearer realm="reddit", error="invalid_token"'})
        if self.flags["remaining"] < 1:
            raise Refused(429, "Too Many Requests")

    def _rate(self) -> dict[str, str]:
        remaining, reset = self.flags["remaining"], WINDOW - self.clock.now() // 1000 % WINDOW
        return {
            "x-ratelimit-remaining": f"{remaining:.1f}",
            "x-ratelimit-used": str(round(1000 - remaining)),
            "x-ratelimit-reset": str(reset),
        }

    # reading

    def _newest(self, wanted: Callable[[Post], bool]) -> list[dict[str, Any]]:
        return [self._item(post) for post in reversed(self.posts.values()) if wanted(post) and not post.removed]

    def _subreddit(self, name: str, part: str, asked: dict[str, str]) -> dict[str, Any]:
        if name.lower() != self.config["subreddit"].lower():
            raise Refused(404, "Not Found")
        if part not in ("new", "comments"):
            raise Refused(404, "Not Found")
        is_comments = part == "comments"
        return _listing(
            self._newest(
                lambda post: (
                    not self._is_letter(post)
                    and self._is_comment(post) == is_comments
                    and not post.hidden
                    and self._where(self.thread_of(post)) == self.config["subreddit"]
                )
            ),
            asked,
        )

    def _where(self, thread: Thread) -> str:
        begun = self.posts.get(thread.id)
        return "elsewhere" if begun and begun.traits.get("elsewhere") else self.config["subreddit"]

    def _inbox(self) -> list[Post]:
        """Answers to us, mentions, and private messages; newest first."""
        return [
            post for post in reversed(self.posts.values()) if not post.own and not post.removed and self._type(post)
        ]

    def _type(self, post: Post) -> str:
        if self._is_letter(post):
            return "unknown"
        above = self.posts.get(post.parent_id or "")
        if above and above.own:
            return "comment_reply" if self._is_comment(above) else "post_reply"
        return "username_mention" if f"u/{self.us}" in post.text and self._is_comment(post) else ""

    def _is_letter(self, post: Post) -> bool:
        return not self.thread_of(post).public

    def _is_comment(self, post: Post) -> bool:
        return post.id.startswith("t1_")

    def _item(self, post: Post) -> dict[str, Any]:
        kind = post.id[:2]
        return {"kind": kind, "data": self._letter(post) if kind == "t4" else self._shown_data(post)}

    def _shown_data(self, post: Post) -> dict[str, Any]:
        thread = self.thread_of(post)
        place, short = self._where(thread), thread.id[3:]
        path = f"/r/{place}/comments/{short}/{'_'.join(thread.title.lower().split()[:3])}/"
        data = {
            "id": post.id[3:],
            "name": post.id,
            "subreddit": place,
            "created_utc": post.created / 1000 // 1,
            "edited": post.edited / 1000 // 1 if post.edited else False,
            "permalink": path if post.id == thread.id else f"{path}{post.id[3:]}/",
            "locked": bool(thread.traits.get("locked")),
            "archived": False,
            **self._by(post),
        }
        if post.id == thread.id:
            text = "[deleted]" if post.removed else post.text
            return {**data, "title": thread.title, "selftext": text, "is_self": True, "num_comments": 0, "url": path}
        begun = self.posts.get(thread.id)
        return {
            **data,
            "body": "[deleted]" if post.removed else post.text,
            "link_id": thread.id,
            "link_title": thread.title,
            "link_author": self._by(begun)["author"] if begun else None,
            "parent_id": post.parent_id,
            "replies": "",
        }

    def _by(self, post: Post) -> dict[str, Any]:
        if post.removed:
            return {"author": "[deleted]"}
        if post.own:
            return {"author": self.us, "author_fullname": "t2_nordlicht"}
        return {"author": self.people[post.author_id].handle, "author_fullname": post.author_id}

    def _letter(self, post: Post) -> dict[str, Any]:
        thread = self.thread_of(post)
        person = self.people[thread.person_id or ""]
        return {
            "id": post.id[3:],
            "name": post.id,
            **self._by(post),
            "dest": person.handle if post.own else self.us,
            "subject": thread.title or "Nachricht",
            "body": post.text,
            "was_comment": False,
            "first_message_name": None if post.id == thread.id else thread.id,
            "parent_id": post.parent_id,
            "created_utc": post.created / 1000 // 1,
            "context": "",
            "distinguished": None,
            "new": True,
            "replies": "",
        }

    def _inbox_item(self, post: Post) -> dict[str, Any]:
        """In the inbox, a comment says less than elsewhere, and has its place in a path."""
        if self._is_letter(post):
            return self._item(post)
        data = self._shown_data(post)
        kept = (
            "id",
            "name",
            "author",
            "author_fullname",
            "body",
            "subreddit",
            "created_utc",
            "parent_id",
            "link_title",
        )
        more = {"was_comment": True, "type": self._type(post), "context": f"{data['permalink']}?context=3", "new": True}
        return {"kind": "t1", "data": {name: data.get(name) for name in kept} | more}

    def _info(self, asked: dict[str, str]) -> dict[str, Any]:
        names = asked.get("id", "").split(",")
        if len(names) > 100:
            raise Refused(400, "Bad Request")
        return _listing([self._item(self.posts[name]) for name in names if name in self.posts], {"limit": "100"})

    # writing

    def _comment(self, asked: dict[str, str]) -> dict[str, Any]:
        above, text = self.posts.get(asked.get("thing_id", "")), asked.get("text", "")
        if above is None:
            raise Wrong("NO_THING_ID", "id not specified", "parent")
        if not text.strip():
            raise Wrong("NO_TEXT", "we need something here", "text")
        if len(text) > LONGEST:
            raise Wrong("TOO_LONG", f"this is too long (max: {LONGEST})", "text")
        if above.removed:
            is_comment = self._is_comment(above)
            raise Wrong("DELETED_COMMENT" if is_comment else "DELETED_LINK", "it has been deleted", "parent")
        thread = self.thread_of(above)
        if thread.traits.get("locked"):
            raise Wrong("THREAD_LOCKED", "Comments are locked.", "parent")
        begun = self.posts.get(thread.id)
        if thread.public and begun and self.clock.now() - begun.created > ARCHIVED_AFTER:
            raise Wrong("TOO_OLD", "that's a piece of history now; it's too late to reply to it", "parent")
        made = self.say(None, text, thread=thread, parent=above)
        return {"json": {"errors": [], "data": {"things": [self._item(made)]}}}

    def _edit_own(self, asked: dict[str, str]) -> dict[str, Any]:
        post = self._ours(asked.get("thing_id", ""))
        post.text, post.edited = asked.get("text", ""), self.clock.now()
        return {"json": {"errors": [], "data": {"things": [self._item(post)]}}}

    def _delete_own(self, asked: dict[str, str]) -> dict[str, Any]:
        self._ours(asked.get("id", "")).removed = True
        return {}

    def _ours(self, name: str) -> Post:
        post = self.standing(name)
        if post is None or not post.own:
            raise Refused(403, "Forbidden")
        return post

    def _moderated(self, asked: dict[str, str], hidden: bool) -> dict[str, Any]:
        post = self.standing(asked.get("id", ""))
        if post is None or self._is_letter(post) or self._where(self.thread_of(post)) != self.config["subreddit"]:
            raise Refused(403, "Forbidden")
        post.hidden = hidden
        return {}


def _listing(items: list[dict[str, Any]], asked: dict[str, str]) -> dict[str, Any]:
    """A page, newest first. An ``after`` or ``before`` that is not there any more gives nothing, as it really does."""
    limit = min(int(asked.get("limit", "25")), 100)
    names = [item["data"]["name"] for item in items]
    if after := asked.get("after"):
        items = items[names.index(after) + 1 :] if after in names else []
    elif before := asked.get("before"):
        items = items[: names.index(before)][-limit:] if before in names else []
    page = items[:limit]
    more = page[-1]["data"]["name"] if len(items) > limit else None
    return {"kind": "Listing", "data": {"after": more, "before": None, "dist": len(page), "children": page}}


def _fault(error: dict[str, Any]) -> Response:
    """With a name and no status, the platform's answer is 200 and says inside what is wrong."""
    status, name = error.get("http"), error.get("name")
    headers = {key: str(value) for key, value in error.get("headers", {}).items()}
    if name and not status:
        return JSONResponse({"json": {"errors": [[name, error.get("message") or "", None]]}}, headers=headers)
    told = {"message": error.get("message") or "as asked for", "error": status or 500}
    return JSONResponse(told | ({"reason": name} if name else {}), status_code=status or 500, headers=headers)
