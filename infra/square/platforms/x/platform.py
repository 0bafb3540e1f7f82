"""X on the square: one account of the company, its posts and direct messages, one app with one webhook.

After docs.x.com (API v2, X Activity API). Somebody who writes at the top of the market speaks to the company, so the
post begins with its handle unless it names it already; an answer begins with the handles of those who are answered, as
the platform puts them there. What hangs deeper in a thread and names the company only so is told by no webhook; it
stands in the mentions, as on the platform.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import unicodedata
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

import httpx
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from wcwidth import iter_graphemes

from infra.square.core.deliveries import reachable
from infra.square.core.stall import Person, Post, Stall, Thread
from infra.square.core.web import BadInput, Fields, parse_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from starlette.requests import Request

    from infra.square.core.square import Square

EPOCH = 1_288_834_974_657
POST_LIMIT, MESSAGE_LIMIT = 280, 10_000
MOST_MENTIONS = 800
TOKEN_SECONDS = 7200
DAY = 86_400_000
SAME_AGAIN = DAY
MINUTE = 60_000
REPLAY_KEPT, REPLAY_SPAN, REPLAY_YOUNGEST, REPLAY_SETTLED = 24 * 60, 120, 31, 10
"""Minutes."""
PRIVATE_EVENTS = ("post.mention.", "post.reply.", "post.quote.", "dm.", "chat.", "oauth.")
PROBLEMS = "https://api.twitter.com/2/problems/"
ADDRESS = re.compile(r"https?://\S+")
HANDLE = re.compile(r"(?<!\w)@(\w+)", re.ASCII)
CRC_SECONDS = 5


class Refused(Exception):
    """A problem as the platform tells it."""

    def __init__(self, status: int, detail: str, kind: str = "", code: int = 0, title: str = "") -> None:
        super().__init__(detail)
        self.status, self.detail, self.kind, self.code, self.title = status, detail, kind, code, title

    def answer(self) -> Response:
        titles = {400: "Invalid Request", 401: "Unauthorized", 402: "CreditsDepleted", 403: "Forbidden"}
        body: dict[str, Any] = {
            "title": self.title or titles.get(self.status, "Error"),
            "detail": self.detail,
            "type": PROBLEMS + self.kind if self.kind else "about:blank",
            "status": self.status,
        }
        if self.code:
            body["errors"] = [{"code": self.code, "message": self.detail}]
        return JSONResponse(body, status_code=self.status)


class Asked(NamedTuple):
    """A call to the platform's API, read."""

    path: dict[str, str]
    query: dict[str, str]
    body: dict[str, Any]
    by_app: bool
    """With the app's own token, not the account's."""
    file: bytes = b""


class X(Stall):
    """One account of the company."""

    name = "x"
    label = "X"
    can = frozenset({"public", "private", "edit", "remove", "react", "read"})
    repeats = False

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        super().__init__(square, section)
        self.config = section
        self.id, self.handle = str(section["account_id"]), str(section["handle"])
        self.last_id = 0
        self.extra_restore({})

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        return {
            "account_id": "104200000000042",
            "account_name": "Nordlicht Netz",
            "handle": "nordlichtnetz",
            "client_id": "nordlicht-client",
            "client_secret": secret(),
            "consumer_secret": secret(),
            "access_token": secret(),
            "refresh_token": secret(),
            "bearer_token": secret(),
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        names = ("consumer_secret", "access_token", "refresh_token", "client_secret", "bearer_token")
        return {
            "account_id": section["account_id"],
            "account_name": section["account_name"],
            "secrets": {name: section[name] for name in names},
            "options": {
                "base_url": f"{square_url}/x",
                "client_id": section["client_id"],
                "handle": section["handle"],
            },
        }

    # -- what is kept -------------------------------------------------------------------------------------------------

    def extra_snapshot(self) -> dict[str, Any]:
        return self.kept

    def extra_restore(self, stored: dict[str, Any]) -> None:
        self.kept: dict[str, Any] = {
            "access": str(self.config["access_token"]),
            "refresh": str(self.config["refresh_token"]),
            "subscriptions": [],
            "media": {},
            "newer": {},
            "told": [],
            "no_credits": False,
        } | stored

    def new_id(self, kind: str) -> str:
        self.last_id = max((self.clock.now() - EPOCH) << 22, self.last_id + 1)
        return str(self.last_id)

    # -- what customers do --------------------------------------------------------------------------------------------

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
        """A thread has the id of its first post."""
        post_id = post_id or self.new_id("post")
        if thread is None and parent is None and public:
            thread = self.threads[post_id] = Thread(post_id, title)
        elif thread is not None and thread.public and parent is None:
            parent = self.posts.get(thread.id)
        return super().say(
            author,
            text,
            thread=thread,
            parent=parent,
            public=public,
            attachments=attachments,
            post_id=post_id,
            echo=True,
            **traits,
        )

    def chat_with(self, person: Person) -> Thread:
        thread_id = "-".join(sorted((self.id, person.id), key=lambda each: (len(each), each)))
        return self.threads.setdefault(thread_id, Thread(thread_id, "", False, person.id))

    def said(self, post: Post) -> None:
        if not self.thread_of(post).public:
            self._tell("dm.sent" if post.own else "dm.received", self._message_event(post), None)
            return
        for kind in self._kinds(post):
            self._tell(kind, self._post(post), {"users": [self._user(post.author_id)]})

    def edited(self, post: Post, before: str) -> None:
        """An edited post has a new id, and names those before."""
        if not self.thread_of(post).public:
            post.text, post.edited = before, None
            raise BadInput("a direct message cannot be edited")
        post.traits["history"] = [*post.traits.get("history", [post.id]), self.new_id("post")]
        self.kept["newer"][post.traits["history"][-1]] = post.id
        self.said(post)

    def read(self, thread: Thread, person: Person) -> None:
        last = next((each.id for each in reversed(self.in_thread(thread.id)) if each.own), "0")
        mark = {
            "created_timestamp": str(self.clock.now()),
            "sender_id": person.id,
            "target": {"recipient_id": self.id},
            "last_read_event_id": last,
        }
        self._tell("dm.read", {"direct_message_mark_read_events": [mark], "users": self._both(person.id)}, None)

    def acted(self, action: str, asked: Fields) -> dict[str, Any]:
        deeds: dict[str, Callable[[Fields], dict[str, Any]]] = {
            "block": lambda asked: self._mark(asked, "blocks_us", True),
            "unblock": lambda asked: self._mark(asked, "blocks_us", False),
            "close_messages": lambda asked: self._mark(asked, "no_messages", True),
            "open_messages": lambda asked: self._mark(asked, "no_messages", False),
            "quote": self._quote,
            "post": self._by_hand,
            "limit_replies": self._limit,
            "encrypt": self._encrypt,
            "revoke": self._revoke,
            "invalidate": self._invalidate,
            "credits": self._credits,
        }
        deed = deeds.get(action)
        return deed(asked) if deed else super().acted(action, asked)

    def _mark(self, asked: Fields, name: str, value: bool) -> dict[str, Any]:
        person = self.who(asked.object("author"))
        person.traits[name] = value
        return {"author_id": person.id}

    def _quote(self, asked: Fields) -> dict[str, Any]:
        person, text, quoted = self.who(asked.object("author")), asked.text("text"), asked.text("message_id")
        return {"message_id": self.say(person, text, quote=quoted).id}

    def _by_hand(self, asked: Fields) -> dict[str, Any]:
        """The company writes with the platform's own app."""
        text, parent = asked.text("text"), self.standing(asked.text("to", ""))
        return {"message_id": self.say(None, text, parent=parent).id}

    def _limit(self, asked: Fields) -> dict[str, Any]:
        self.posts[asked.text("message_id")].traits["limited"] = True
        return {}

    def _encrypt(self, asked: Fields) -> dict[str, Any]:
        person = self.who(asked.object("author"))
        payload = {"id": self.new_id("post"), "sender_id": person.id, "encoded_event": secrets.token_urlsafe(24)}
        self._tell("chat.received", payload, None)
        return {"author_id": person.id}

    def _revoke(self, _asked: Fields) -> dict[str, Any]:
        self._tell("oauth.revoke", {"source": {"user_id": self.id}}, None)
        return {}

    def _invalidate(self, _asked: Fields) -> dict[str, Any]:
        """The platform could not reach the webhook for too long."""
        self.hook["valid"] = False
        return {}

    def _credits(self, asked: Fields) -> dict[str, Any]:
        self.kept["no_credits"] = not asked.flag("left")
        return {}

    # -- how it is told -----------------------------------------------------------------------------------------------

    def _kinds(self, post: Post) -> list[str]:
        if post.own:
            return ["post.create"]
        found: list[str] = []
        if f"@{self.handle}" in self._typed(post):
            found.append("post.mention.create")
        if (parent := self.posts.get(post.parent_id or "")) and parent.own:
            found.append("post.reply.create")
        if (quoted := self.posts.get(str(post.traits.get("quote", "")))) and quoted.own:
            found.append("post.quote.create")
        return found

    def _typed(self, post: Post) -> str:
        """What was typed; at the top of the market it is typed to the company."""
        is_top = not post.own and post.parent_id is None and not post.traits.get("quote")
        if is_top and not post.traits.get("aside") and f"@{self.handle}" not in post.text:
            return f"@{self.handle} {post.text}"
        return post.text

    def _full(self, post: Post) -> str:
        """What the platform shows: an answer begins with who is answered, and with whom that one named."""
        typed, parent = self._typed(post), self.posts.get(post.parent_id or "")
        if parent is None:
            return typed
        named = [self._handle_of(parent.author_id), *HANDLE.findall(self._full(parent))]
        ours = {self._handle_of(post.author_id), *HANDLE.findall(typed)}
        return " ".join([*(f"@{name}" for name in dict.fromkeys(named) if name not in ours), typed])

    def _handle_of(self, person_id: str) -> str:
        return self.handle if person_id == self.id else self.people[person_id].handle

    def _post(self, post: Post) -> dict[str, Any]:
        """A post as API and events show it."""
        history = post.traits.get("history", [post.id])
        text, urls = self._shortened(post, self._full(post))
        referred = [{"type": "replied_to", "id": post.parent_id}] if post.parent_id else []
        referred += [{"type": "quoted", "id": post.traits["quote"]}] if post.traits.get("quote") else []
        names = [(self.handle, self.id), *((each.handle, each.id) for each in self.people.values())]
        mentions = [
            {"start": at, "end": at + len(name) + 1, "username": name, "id": person_id}
            for name, person_id in names
            if (at := text.find(f"@{name}")) >= 0
        ]
        told: dict[str, Any] = {
            "id": history[-1],
            "text": text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
            "author_id": post.author_id,
            "created_at": iso(post.edited or post.created),
            "conversation_id": post.thread_id,
            "edit_history_tweet_ids": history,
            "entities": {"mentions": mentions, "urls": urls},
            "lang": "de",
            "reply_settings": "mentionedUsers" if post.traits.get("limited") else "everyone",
        }
        if referred:
            told["referenced_tweets"] = referred
        if parent := self.posts.get(post.parent_id or ""):
            told["in_reply_to_user_id"] = parent.author_id
        if post.attachments:
            told["attachments"] = {"media_keys": [f"3_{each['media_id']}" for each in self._pictures(post)]}
        return told

    def _shortened(self, post: Post, text: str) -> tuple[str, list[dict[str, Any]]]:
        """Links are shortened; a picture is one more at the end."""
        urls: list[dict[str, Any]] = []
        for number, link in enumerate(ADDRESS.findall(text)):
            short = f"https://t.co/{_slug(post.id, number)}"
            text = text.replace(link, short, 1)
            urls.append({"url": short, "expanded_url": link, "display_url": link.partition("://")[2]})
        for each in self._pictures(post)[:1]:
            short = f"https://t.co/{_slug(post.id, 99)}"
            text = f"{text} {short}".strip()
            shown = f"https://x.com/{self._handle_of(post.author_id)}/status/{post.id}/photo/1"
            urls.append({"url": short, "expanded_url": shown, "media_key": f"3_{each['media_id']}"})
        return text, urls

    def _pictures(self, post: Post) -> list[dict[str, Any]]:
        return [
            {"media_id": each.get("media_id") or str(10**18 + number), **each}
            for number, each in enumerate(post.attachments)
        ]

    def _includes(self, posts: list[Post]) -> dict[str, Any]:
        media = [
            {"media_key": f"3_{each['media_id']}", "type": "photo", "url": each.get("url")}
            for post in posts
            for each in self._pictures(post)
        ]
        users = [self._user(each) for each in dict.fromkeys(post.author_id for post in posts)]
        return {"users": users, **({"media": media} if media else {})}

    def _user(self, person_id: str) -> dict[str, Any]:
        if person_id == self.id:
            return {"id": self.id, "name": self.account()[1], "username": self.handle}
        person = self.people[person_id]
        return {"id": person.id, "name": person.name, "username": person.handle}

    def _both(self, person_id: str) -> dict[str, Any]:
        return {each: {"data": self._user(each)} for each in (self.id, person_id)}

    def _message_event(self, post: Post) -> dict[str, Any]:
        other = self.thread_of(post).person_id or ""
        text, urls = self._shortened(post, post.text)
        data: dict[str, Any] = {"text": text, "entities": {"hashtags": [], "user_mentions": [], "urls": urls}}
        for each in self._pictures(post)[:1]:
            media = {"id_str": each["media_id"], "type": "photo", "url": urls[-1]["url"]}
            data["attachment"] = {"type": "media", "media": {**media, "media_url_https": each.get("url")}}
        created = {
            "target": {"recipient_id": other if post.own else self.id},
            "sender_id": post.author_id,
            "message_data": data,
        }
        event = {"type": "message_create", "id": post.id, "created_timestamp": str(post.created)}
        return {"direct_message_events": [{**event, "message_create": created}], "users": self._both(other)}

    def _tell(self, kind: str, payload: dict[str, Any], includes: dict[str, Any] | None) -> None:
        """Deliver an event, if the webhook is subscribed to its kind."""
        listening = [each for each in self.kept["subscriptions"] if each["event_type"] == kind]
        for each in listening:
            data = {
                "event_uuid": str(int(self.new_id("event")) - 2**62),
                "filter": each["filter"],
                "event_type": kind,
                "tag": each.get("tag", ""),
                "payload": payload,
            }
            update = {"data": data | ({"includes": includes} if includes else {})}
            since = self.clock.now() - DAY
            self.kept["told"] = [*(each for each in self.kept["told"] if each[0] > since), [self.clock.now(), update]]
            self.deliver(update)

    def callback_url(self) -> str | None:
        return self.hook.get("url") if self.hook.get("valid") else None

    def compose(self, updates: list[dict[str, Any]]) -> bytes:
        """One event is one call; signs of HTML are escaped, and so is what is not ASCII."""
        text = json.dumps(updates[0], separators=(",", ":"))
        return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").encode()

    def sign(self, body: bytes) -> dict[str, str]:
        return {"x-twitter-webhooks-signature": self._signature(body)}

    def _signature(self, content: bytes) -> str:
        digest = hmac.digest(str(self.config["consumer_secret"]).encode(), content, hashlib.sha256)
        return "sha256=" + base64.b64encode(digest).decode()

    # -- the platform's own API ---------------------------------------------------------------------------------------

    def set_token(self, *, expired: bool, subcode: int) -> None:
        super().set_token(expired=expired, subcode=subcode)
        self.kept["access"] = "" if expired else str(self.config["access_token"])

    def routes(self) -> list[BaseRoute]:
        calls: list[tuple[str, str, Callable[[Asked], Any], str]] = [
            ("POST", "/tweets", self._create, "send"),
            ("DELETE", "/tweets/{id}", self._delete, "send"),
            ("PUT", "/tweets/{id}/hidden", self._hide, "send"),
            ("GET", "/tweets/{id}", self._one, "read"),
            ("GET", "/users/me", lambda _: {"data": self._user(self.id)}, "read"),
            ("GET", "/users/{id}", self._person, "profile"),
            ("GET", "/users/{id}/mentions", self._mentions, "read"),
            ("GET", "/users/{id}/tweets", self._timeline, "read"),
            ("POST", "/dm_conversations/with/{id}/messages", self._write, "send"),
            ("GET", "/dm_conversations/with/{id}/dm_events", self._events, "read"),
            ("POST", "/media/upload/initialize", self._begin_media, "send"),
            ("POST", "/media/upload/{id}/append", self._append_media, "send"),
            ("POST", "/media/upload/{id}/finalize", self._end_media, "send"),
            ("GET", "/webhooks", self._hooks, "read"),
            ("POST", "/webhooks", self._add_hook, "send"),
            ("POST", "/webhooks/replay", self._replay, "send"),
            ("PUT", "/webhooks/{id}", self._check_hook, "send"),
            ("DELETE", "/webhooks/{id}", self._drop_hook, "send"),
            ("GET", "/activity/subscriptions", self._subscriptions, "read"),
            ("POST", "/activity/subscriptions", self._subscribe, "send"),
            ("DELETE", "/activity/subscriptions/{id}", self._unsubscribe, "send"),
        ]
        made: list[BaseRoute] = [
            Route(f"/2{path}", self._endpoint(action, kind), methods=[method]) for method, path, action, kind in calls
        ]
        return [
            Route("/2/oauth2/token", self._refresh, methods=["POST"]),
            Route("/media/{id}", self._picture, methods=["GET"]),
            *made,
        ]

    def _endpoint(self, action: Callable[[Asked], Any], kind: str) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            content = await request.body()

            async def carry_out() -> Response:
                try:
                    asked = self._asked(request, content)
                    self.note(request, {**asked.query, **asked.body})
                    result = action(asked)
                    result = await result if hasattr(result, "__await__") else result
                except Refused as refused:
                    return refused.answer()
                is_new = request.method == "POST" and request.url.path.endswith(("/tweets", "/messages"))
                return JSONResponse(result, status_code=201 if is_new else 200)

            return await self.answer(request, kind, carry_out, _fault)

        return endpoint

    def _asked(self, request: Request, content: bytes) -> Asked:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        by_app = token == self.config["bearer_token"]
        if scheme != "Bearer" or not token or not (by_app or token == self.kept["access"]):
            raise Refused(401, "Unauthorized")
        if self.kept["no_credits"]:
            raise Refused(402, "Your enrolled account does not have any credits to fulfill this request.", "credits")
        kind = request.headers.get("content-type", "")
        body, file = _multipart(kind, content) if kind.startswith("multipart/") else (_document(content), b"")
        return Asked(dict(request.path_params), dict(request.query_params), body, by_app, file)

    async def _refresh(self, request: Request) -> Response:
        """A refresh token holds once; the tokens before are over."""
        form = dict(parse_qsl((await request.body()).decode()))
        pair = f"{self.config['client_id']}:{self.config['client_secret']}"
        basic = "Basic " + base64.b64encode(pair.encode()).decode()
        self.note(request, {"grant_type": form.get("grant_type", "")})

        async def carry_out() -> Response:
            if request.headers.get("authorization") != basic:
                return JSONResponse({"error": "unauthorized_client"}, status_code=401)
            if form.get("grant_type") != "refresh_token" or form.get("refresh_token") != self.kept["refresh"]:
                said = {"error": "invalid_request", "error_description": "Value passed for the token was invalid."}
                return JSONResponse(said, status_code=400)
            self.kept |= {"access": secrets.token_urlsafe(24), "refresh": secrets.token_urlsafe(24)}
            self.expired = False
            return JSONResponse(
                {
                    "token_type": "bearer",
                    "expires_in": TOKEN_SECONDS,
                    "access_token": self.kept["access"],
                    "refresh_token": self.kept["refresh"],
                    "scope": "tweet.read tweet.write users.read dm.read dm.write offline.access",
                }
            )

        return await self.answer(request, "token", carry_out, _fault)

    # -- posts

    def _create(self, asked: Asked) -> dict[str, Any]:
        text = asked.body.get("text") or ""
        parent = self._answerable(asked.body["reply"]) if isinstance(asked.body.get("reply"), dict) else None
        media = [str(each) for each in (asked.body.get("media") or {}).get("media_ids", [])]
        if not isinstance(text, str) or not (text.strip() or media):
            raise Refused(400, "One or more parameters to your request was invalid.", "invalid-request")
        if weight(text) > POST_LIMIT:
            raise Refused(403, "Tweet needs to be a bit shorter.", code=186)
        self._refuse_again(text, parent)
        files = [self._taken(each) for each in media]
        post = self.say(None, text, parent=parent, attachments=files)
        return {"data": {"id": post.id, "text": self._full(post), "edit_history_tweet_ids": [post.id]}}

    def _answerable(self, reply: dict[str, Any]) -> Post:
        asked = str(reply.get("in_reply_to_tweet_id", ""))
        parent = self.standing(self.kept["newer"].get(asked, asked))
        if parent is None or not self.thread_of(parent).public:
            raise Refused(403, "You attempted to reply to a Tweet that is deleted or not visible to you.")
        author = self.people.get(parent.author_id)
        if author and author.traits.get("blocks_us"):
            raise Refused(403, "You are not permitted to perform this action.")
        if parent.traits.get("limited"):
            raise Refused(403, "The original Tweet author restricted who can reply to this Tweet.", code=433)
        if author and not (f"@{self.handle}" in self._full(parent) or "post.quote.create" in self._kinds(parent)):
            raise Refused(
                403,
                "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by "
                "the author of the post you are replying to.",
            )
        return parent

    def _refuse_again(self, text: str, parent: Post | None) -> None:
        since = self.clock.now() - SAME_AGAIN
        for each in self.posts.values():
            same_place = each.parent_id == (parent.id if parent else None)
            if each.own and not each.removed and each.text == text and same_place and each.created > since:
                raise Refused(403, "You are not allowed to create a Tweet with duplicate content.")

    def _own(self, asked: Asked) -> Post:
        post = self.standing(self.kept["newer"].get(asked.path["id"], asked.path["id"]))
        if post is None:
            raise Refused(404, "Could not find the post.", "resource-not-found", title="Not Found Error")
        return post

    def _delete(self, asked: Asked) -> dict[str, Any]:
        post = self._own(asked)
        if not post.own:
            raise Refused(403, "You are not authorized to delete this Tweet.")
        post.removed = True
        self._tell("post.delete", {"id": post.id, "author_id": self.id}, {"users": [{"data": self._user(self.id)}]})
        return {"data": {"deleted": True}}

    def _hide(self, asked: Asked) -> dict[str, Any]:
        post = self._own(asked)
        root = self.posts.get(post.thread_id)
        if root is None or not root.own or post.id == root.id:
            raise Refused(403, "You are not permitted to hide this reply.")
        post.hidden = asked.body.get("hidden") is True
        return {"data": {"hidden": post.hidden}}

    def _one(self, asked: Asked) -> dict[str, Any]:
        post = self._own(asked)
        return {"data": self._post(post), "includes": self._includes([post])}

    def _person(self, asked: Asked) -> dict[str, Any]:
        if asked.path["id"] not in (self.id, *self.people):
            said = {
                "title": "Not Found Error",
                "type": PROBLEMS + "resource-not-found",
                "detail": "Could not find user",
            }
            return {"errors": [said]}
        return {"data": self._user(asked.path["id"])}

    def _mentions(self, asked: Asked) -> dict[str, Any]:
        self._must_be_ours(asked)
        named = [each for each in self.posts.values() if not each.own and self.thread_of(each).public]
        return self._page(asked, [each for each in named if f"@{self.handle}" in self._full(each)][-MOST_MENTIONS:])

    def _timeline(self, asked: Asked) -> dict[str, Any]:
        self._must_be_ours(asked)
        return self._page(asked, [each for each in self.posts.values() if each.own and self.thread_of(each).public])

    def _must_be_ours(self, asked: Asked) -> None:
        if asked.path["id"] != self.id:
            raise Refused(403, "You are not permitted to see this.", "not-authorized-for-resource")

    def _page(self, asked: Asked, posts: list[Post]) -> dict[str, Any]:
        """Newest first; what is asked for is since an id, or since a moment."""
        size = int(asked.query.get("max_results", "10"))
        if not 5 <= size <= 100:
            raise Refused(400, "max_results must be between 5 and 100", "invalid-request")
        since = int(asked.query.get("since_id", "0"))
        begin = asked.query.get("start_time")
        start = datetime.fromisoformat(begin).timestamp() * 1000 if begin else 0
        newest = sorted(
            (each for each in posts if not each.removed and each.created >= start and _latest(each) > since),
            key=_latest,
            reverse=True,
        )
        first = int(asked.query.get("pagination_token", "p0").removeprefix("p"))
        shown = newest[first : first + size]
        if not shown:
            return {"meta": {"result_count": 0}}
        meta = {"newest_id": str(_latest(shown[0])), "oldest_id": str(_latest(shown[-1])), "result_count": len(shown)}
        if len(newest) > first + size:
            meta["next_token"] = f"p{first + size}"
        # Only what is asked for is given: an id and a text are, always.
        fields = {"id", "text", "edit_history_tweet_ids", *asked.query.get("tweet.fields", "").split(",")}
        data = [{key: value for key, value in self._post(each).items() if key in fields} for each in shown]
        includes = {"includes": self._includes(shown)} if "expansions" in asked.query else {}
        return {"data": data, **includes, "meta": meta}

    # -- direct messages

    def _write(self, asked: Asked) -> dict[str, Any]:
        person = self.people.get(asked.path["id"])
        text = asked.body.get("text") or ""
        media = [str(each.get("media_id")) for each in asked.body.get("attachments") or []]
        if person is None or person.traits.get("blocks_us") or person.traits.get("no_messages"):
            raise Refused(403, "You cannot send messages to this user.", code=349)
        if not isinstance(text, str) or not (text or media) or len(text) > MESSAGE_LIMIT or len(media) > 1:
            raise Refused(400, "One or more parameters to your request was invalid.", "invalid-request")
        thread = self.chat_with(person)
        post = self.say(None, text, thread=thread, public=False, attachments=[self._taken(each) for each in media])
        return {"data": {"dm_conversation_id": thread.id, "dm_event_id": post.id}}

    def _events(self, asked: Asked) -> dict[str, Any]:
        person = self.people.get(asked.path["id"])
        said = self.in_thread(self.chat_with(person).id) if person else []
        data = [
            {
                "id": each.id,
                "event_type": "MessageCreate",
                "text": self._shortened(each, each.text)[0],
                "entities": {"urls": self._shortened(each, each.text)[1]},
                "sender_id": each.author_id,
                "created_at": iso(each.created),
                "dm_conversation_id": each.thread_id,
            }
            for each in reversed(said)
        ]
        return {"data": data, "meta": {"result_count": len(data)}} if data else {"meta": {"result_count": 0}}

    # -- pictures

    def _begin_media(self, asked: Asked) -> dict[str, Any]:
        if not str(asked.body.get("media_type", "")).startswith("image/"):
            raise Refused(400, "media type unrecognized.", "invalid-request")
        media_id = self.new_id("media")
        about = {"mime": asked.body["media_type"], "size": asked.body.get("total_bytes"), "bytes": "", "done": False}
        self.kept["media"][media_id] = about
        return {"data": {"id": media_id, "media_key": f"3_{media_id}", "expires_after_secs": 86_400}}

    def _append_media(self, asked: Asked) -> dict[str, Any]:
        self._upload(asked)["bytes"] += base64.b64encode(asked.file).decode()
        return {"data": {"expires_at": self.clock.now() // 1000 + 86_400}}

    def _end_media(self, asked: Asked) -> dict[str, Any]:
        found = self._upload(asked)
        if len(base64.b64decode(found["bytes"])) != found["size"]:
            raise Refused(400, "Segments do not add up to provided total file size.", "invalid-request")
        found["done"] = True
        return {"data": {"id": asked.path["id"], "media_key": f"3_{asked.path['id']}", "size": found["size"]}}

    def _upload(self, asked: Asked) -> dict[str, Any]:
        found = self.kept["media"].get(asked.path["id"])
        if found is None:
            raise Refused(404, "media not found", "resource-not-found")
        return found

    def _taken(self, media_id: str) -> dict[str, Any]:
        found = self.kept["media"].get(media_id)
        if found is None or not found["done"]:
            raise Refused(400, "Your media IDs are invalid.", "invalid-request")
        return {"type": "image", "url": f"/x/media/{media_id}", "media_id": media_id}

    async def _picture(self, request: Request) -> Response:
        found = self.kept["media"].get(str(request.path_params["id"]))
        if found is None:
            return Response(status_code=404)
        return Response(base64.b64decode(found["bytes"]), media_type=found["mime"])

    # -- the webhook

    def _app(self, asked: Asked) -> None:
        if not asked.by_app:
            said = "Authenticating with OAuth 2.0 User Context is forbidden for this endpoint."
            raise Refused(403, said, "unsupported-authentication", title="Unsupported Authentication")

    def _hooks(self, asked: Asked) -> dict[str, Any]:
        self._app(asked)
        listed = [self.hook] if self.hook else []
        return {"data": listed, "meta": {"result_count": len(listed)}} if listed else {"meta": {"result_count": 0}}

    async def _add_hook(self, asked: Asked) -> dict[str, Any]:
        self._app(asked)
        if self.hook:
            name = "DuplicateUrlFailed" if self.hook["url"] == asked.body.get("url") else "WebhookLimitExceeded"
            raise Refused(400, name, "invalid-request", title=name)
        url = str(asked.body.get("url", ""))
        if not await self._answers(url):
            raise Refused(400, "CrcValidationFailed", "invalid-request", title="CrcValidationFailed")
        self.hook = {"id": self.new_id("hook"), "url": url, "valid": True, "created_at": iso(self.clock.now())}
        return {"data": self.hook}

    async def _check_hook(self, asked: Asked) -> dict[str, Any]:
        self._app(asked)
        self._must_know_hook(asked.path["id"])
        self.hook["valid"] = await self._answers(self.hook["url"])
        return {"data": {"valid": self.hook["valid"]}}

    def _drop_hook(self, asked: Asked) -> dict[str, Any]:
        self._app(asked)
        self._must_know_hook(asked.path["id"])
        self.hook = {}
        return {"data": {"deleted": True}}

    def _replay(self, asked: Asked) -> dict[str, Any]:
        """Everything that was told, or should have been, between two minutes; at the end, that it is done."""
        self._app(asked)
        self._must_know_hook(str(asked.body.get("webhook_id", "")))
        begin, end = (_from_minute(asked.body.get(name)) for name in ("from_date", "to_date"))
        ago = [(self.clock.now() - each) / MINUTE for each in (begin, end)]
        if not (REPLAY_YOUNGEST <= ago[0] <= REPLAY_KEPT and REPLAY_SETTLED <= ago[1] < ago[0]):
            raise Refused(400, "The dates are not within what can be replayed.", "invalid-request")
        if end - begin > REPLAY_SPAN * MINUTE:
            raise Refused(400, "The span is too long.", "invalid-request")
        if not self.hook.get("valid"):
            raise Refused(400, "The webhook is not valid.", "invalid-request")
        for at, update in self.kept["told"]:
            if begin <= at < end:
                self.deliver(update)
        job = {"webhook_id": self.hook["id"], "job_id": self.new_id("job")}
        state = {"job_state": "Complete", "job_state_description": "Job completed successfully"}
        self.deliver({"replay_job_status": job | state})
        return {"data": {"job_id": job["job_id"], "created_at": iso(self.clock.now())}}

    def _must_know_hook(self, hook_id: str) -> None:
        if self.hook.get("id") != hook_id:
            raise Refused(404, "Could not find the webhook.", "resource-not-found")

    async def _answers(self, url: str) -> bool:
        """Whether who listens there knows the app's secret."""
        token = secrets.token_urlsafe(16)
        try:
            address, host = reachable(url)
            async with httpx.AsyncClient(timeout=CRC_SECONDS, trust_env=False) as client:
                params = {"crc_token": token, "nonce": secrets.token_urlsafe(8)}
                answer = await client.get(address, params=params, headers={"Host": host})
            return answer.status_code == 200 and answer.json()["response_token"] == self._signature(token.encode())
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
            return False

    def _subscriptions(self, asked: Asked) -> dict[str, Any]:
        self._app(asked)
        listed = self.kept["subscriptions"]
        return {"data": listed, "meta": {"total_subscriptions": len(listed)}}

    def _subscribe(self, asked: Asked) -> dict[str, Any]:
        kind, about = str(asked.body.get("event_type", "")), asked.body.get("filter") or {}
        if kind.startswith(PRIVATE_EVENTS) and asked.by_app:
            raise Refused(403, "This event needs the user's own authorization.", "client-forbidden")
        self._must_know_hook(str(asked.body.get("webhook_id", "")))
        if any(each["event_type"] == kind and each["filter"] == about for each in self.kept["subscriptions"]):
            raise Refused(400, "DuplicateSubscriptionFailed", "invalid-request")
        made = {
            "subscription_id": self.new_id("subscription"),
            "event_type": kind,
            "filter": about,
            "webhook_id": self.hook["id"],
            "created_at": iso(self.clock.now()),
            "updated_at": iso(self.clock.now()),
        }
        self.kept["subscriptions"].append(made)
        return {"data": {"subscription": made}}

    def _unsubscribe(self, asked: Asked) -> dict[str, Any]:
        listed = self.kept["subscriptions"]
        self.kept["subscriptions"] = [each for each in listed if each["subscription_id"] != asked.path["id"]]
        return {"data": {"deleted": True}, "meta": {"total_subscriptions": len(self.kept["subscriptions"])}}


def _latest(post: Post) -> int:
    return int(post.traits.get("history", [post.id])[-1])


def _from_minute(value: object) -> int:
    """``yyyymmddhhmm`` in milliseconds."""
    try:
        return int(datetime.strptime(str(value), "%Y%m%d%H%M").replace(tzinfo=UTC).timestamp()) * 1000
    except ValueError:
        raise Refused(400, "A date is yyyymmddhhmm.", "invalid-request") from None


def _slug(post_id: str, number: int) -> str:
    return hashlib.sha256(f"{post_id}/{number}".encode()).hexdigest()[:10]


def _document(content: bytes) -> dict[str, Any]:
    try:
        body = parse_json(content) if content else {}
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(400, "The body is not a JSON object.", "invalid-request")
    return body


def _multipart(kind: str, body: bytes) -> tuple[dict[str, Any], bytes]:
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    fields: dict[str, Any] = {}
    file = b""
    for part in message.iter_parts():  # pyright: ignore[reportAttributeAccessIssue] - of an EmailMessage
        name = part.get_param("name", header="content-disposition")
        value = part.get_payload(decode=True)
        content = value if isinstance(value, bytes) else b""
        if name == "media":
            file = content
        else:
            fields[str(name)] = content.decode()
    return fields, file


def _fault(error: dict[str, Any]) -> Response:
    """An error that was asked for, in the platform's form."""
    status = error.get("http") or (429 if error["code"] == 88 else 403)
    answer = Refused(status, error.get("message") or "", error.get("name") or "", error["code"]).answer()
    answer.headers.update(error.get("headers") or {})
    return answer


def iso(at: int) -> str:
    """A moment (milliseconds) as the platform writes it: to the second, with three zeros."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def weight(text: str) -> int:
    """The length of a post: addresses count 23, emoji and most scripts double."""
    rest, links = ADDRESS.subn("", unicodedata.normalize("NFC", text))
    return 23 * links + sum(_weight(cluster) for cluster in iter_graphemes(rest))


def _weight(cluster: str) -> int:
    if any(ord(letter) >= 0x1F000 or letter in "\ufe0f\u20e3" for letter in cluster):
        return 2
    light = ((0, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
    return sum(1 if any(low <= ord(each) <= high for low, high in light) else 2 for each in cluster)
