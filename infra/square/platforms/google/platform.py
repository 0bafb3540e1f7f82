"""Google on the square: the reviews of one location, the comments on one YouTube channel, and what announces them.

After developers.google.com/my-business/reference/rest/v4 (reviews and their reply), …/my-business/content/
notification-setup and cloud.google.com/pubsub/docs/push (pushes, signed as OpenID tokens), and
developers.google.com/youtube/v3/docs (comment threads, comments, what each call costs).

``say`` writes a review with the trait ``stars``, a comment below a video with the trait ``video``, and a reply where
``to`` is a comment. ``do`` knows ``subscribe`` {url, audience, email} (what people do in the Cloud console),
``reject_reply`` {message_id}, ``quota`` {left}, ``unverify`` {unverified} and ``revoke`` {revoked}.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from infra.square.core.stall import Person, Post, Stall, Thread
from infra.square.core.web import BadInput, Fields, parse_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from starlette.requests import Request

    from infra.square.core.square import Square

    Handler = Callable[[Request, dict[str, Any]], dict[str, Any] | None]

STARS = ("ONE", "TWO", "THREE", "FOUR", "FIVE")
REPLY_BYTES = 4096
COMMENT_LENGTH = 10_000
INLINE_REPLIES = 5
DAILY_UNITS = 10_000
TOKEN_SECONDS = 3599
READ_UNITS, WRITE_UNITS = 1, 50


class Refused(Exception):
    """An error as Google answers it; ``name`` is the reason of YouTube, or the status of the newer interfaces."""

    def __init__(self, http: int, name: str, message: str = "") -> None:
        super().__init__(name)
        self.http = http
        self.name = name
        self.message = message or f"The request was refused: {name}."

    def answer(self, *, youtube: bool) -> Response:
        error: dict[str, Any] = {"code": self.http, "message": self.message}
        if youtube:
            error["errors"] = [{"message": self.message, "domain": "youtube.comment", "reason": self.name}]
        else:
            error["status"] = self.name
        return JSONResponse({"error": error}, status_code=self.http)


class Google(Stall):
    """One Business Profile location and one YouTube channel, with one consent for both."""

    name = "google"
    label = "Google"
    can = frozenset({"public", "edit", "remove"})

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        super().__init__(square, section)
        self.config = section
        self.extra_restore({})

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        return {
            "account_id": "accounts/104200000000001/locations/7300000000000001",
            "account_name": "Nordlicht Netz",
            "channel_id": "UCnordlichtnetz0000000001",
            "client_id": "nordlicht.apps.googleusercontent.com",
            "client_secret": secret(),
            "refresh_token": secret(),
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        """The connection to the reviews; ``youtube`` makes the one to the comments."""
        here = f"{square_url}/google"
        return {
            "account_id": section["account_id"],
            "account_name": section["account_name"],
            "secrets": {name: section[name] for name in ("client_id", "client_secret", "refresh_token")},
            "options": {
                "service": "reviews",
                "base_url": here,
                "token_url": f"{here}/token",
                "information_url": f"{here}/information",
                "notifications_url": f"{here}/notifications",
                "certs_url": f"{here}/certs",
                "topic": "projects/nordlicht/topics/reviews",
                "push_audience": "nachfrage",
                "push_email": "push@nordlicht.iam.example",
            },
        }

    @staticmethod
    def youtube(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        here = f"{square_url}/google"
        return {
            **Google.connection(section, square_url),
            "account_id": section["channel_id"],
            "options": {"service": "youtube", "base_url": f"{here}/youtube", "token_url": f"{here}/token"},
        }

    # -- state ------------------------------------------------------------------------------------------------------

    def extra_snapshot(self) -> dict[str, Any]:
        return {"tokens": self.tokens, "setting": self.setting, "left": self.left, "flags": sorted(self.flags)}

    def extra_restore(self, stored: dict[str, Any]) -> None:
        self.tokens: list[str] = stored.get("tokens", [])
        self.setting: dict[str, Any] = stored.get("setting", {})
        self.left: int = stored.get("left", DAILY_UNITS)
        self.flags: set[str] = set(stored.get("flags", []))

    def set_token(self, *, expired: bool, subcode: int) -> None:
        """Access tokens end after an hour; the refresh token gives a new one."""
        if expired:
            self.tokens = []

    def new_id(self, kind: str) -> str:
        if kind == "person":
            return f"UC{secrets.token_urlsafe(16)}"
        return f"Ugx{secrets.token_urlsafe(16)}4AaABAg"

    @property
    def location(self) -> str:
        return str(self.config["account_id"])

    @property
    def channel(self) -> str:
        return str(self.config["channel_id"])

    # -- what customers do ------------------------------------------------------------------------------------------

    def say(self, author: Person | None, text: str, **more: Any) -> Post:
        """A review, a comment or a reply; each with the kind of id that it has."""
        parent: Post | None = more.get("parent")
        thread: Thread | None = more.get("thread")
        if author and thread and "/reviews/" in thread.id:
            raise BadInput("a review is answered by the company alone, and changed by who wrote it")
        if parent and not is_review(parent):
            top = self.posts[parent.parent_id] if parent.parent_id else parent
            more |= {"parent": top, "thread": None, "post_id": f"{top.id}.{secrets.token_urlsafe(12)}"}
        elif parent is None and more.get("video"):
            more["thread"] = self._video(str(more["video"]))
        elif parent is None and thread is None and author:
            self._must_be_first(author)
            more.setdefault("stars", 3)
            if more["stars"] not in range(1, 6):
                raise BadInput("stars must be 1 to 5")
            # A thread of its own, of the same name.
            more["post_id"] = review_id = f"{self.location}/reviews/{secrets.token_urlsafe(24)}"
            more["thread"] = self.threads[review_id] = Thread(review_id, "", public=True)
        return super().say(author, text, **more)

    def _video(self, video: str) -> Thread:
        return self.threads.setdefault(video, Thread(video, "Video", public=True))

    def _must_be_first(self, author: Person) -> None:
        if any(is_review(post) and post.author_id == author.id for post in self.posts.values() if not post.removed):
            raise BadInput("who has written a review changes it")

    def said(self, post: Post) -> None:
        self._announce(post)

    def edited(self, post: Post, before: str) -> None:
        self._announce(post)

    def _announce(self, post: Post) -> None:
        """Only reviews are announced, and only by name."""
        if is_review(post) and not post.own and self.setting.get("pubsubTopic"):
            self.deliver({"review_name": post.id, "location_name": self.location})

    def acted(self, action: str, asked: Fields) -> dict[str, Any]:
        if action == "subscribe":
            self.hook = {name: asked.text(name) for name in ("url", "audience", "email")}
        elif action == "reject_reply":
            reply = self._reply_of(asked.text("message_id"))
            if reply is None:
                raise BadInput("there is no reply")
            reply.traits["state"] = "REJECTED"
        elif action == "judge":
            post, stars = self._theirs(asked.text("message_id")), asked.whole("stars", 0)
            if not is_review(post) or stars not in range(1, 6):
                raise BadInput("a review has 1 to 5 stars")
            post.traits["stars"], post.edited = stars, self.clock.now()
            self._announce(post)
        elif action == "quota":
            self.left = asked.whole("left", DAILY_UNITS)
        elif action in ("unverify", "revoke"):
            flag = {"unverify": "unverified", "revoke": "revoked"}[action]
            (self.flags.add if asked.flag(flag, True) else self.flags.discard)(flag)
        else:
            return super().acted(action, asked)
        return {}

    # -- pushes -----------------------------------------------------------------------------------------------------

    @cached_property
    def _key(self) -> RSAPrivateKey:
        from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

        return generate_private_key(65537, 2048)

    @cached_property
    def _key_id(self) -> str:
        return secrets.token_hex(8)

    def compose(self, updates: list[dict[str, Any]]) -> bytes:
        data = base64.b64encode(json.dumps(updates[0]).encode()).decode()
        message = {"data": data, "messageId": str(secrets.randbelow(10**16)), "publishTime": iso(self.clock.now())}
        frame = {"message": message, "subscription": "projects/nordlicht/subscriptions/reviews"}
        return json.dumps(frame).encode()

    def sign(self, body: bytes) -> dict[str, str]:
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        now = int(time.time())
        claims = {
            "iss": "https://accounts.google.com",
            "aud": self.hook.get("audience"),
            "email": self.hook.get("email"),
            "email_verified": True,
            "iat": now,
            "exp": now + 3600,
        }
        parts = [{"alg": "RS256", "kid": self._key_id, "typ": "JWT"}, claims]
        signed = ".".join(packed(json.dumps(part).encode()) for part in parts)
        return {"Authorization": f"Bearer {signed}.{packed(self._key.sign(signed.encode(), PKCS1v15(), SHA256()))}"}

    async def _certs(self, _request: Request) -> Response:
        numbers = self._key.public_key().public_numbers()
        n, e = (packed(each.to_bytes(size, "big")) for each, size in ((numbers.n, 256), (numbers.e, 3)))
        key = {"kid": self._key_id, "kty": "RSA", "alg": "RS256", "use": "sig", "n": n, "e": e}
        return JSONResponse({"keys": [key]}, headers={"Cache-Control": "public, max-age=20000"})

    # -- the interfaces ---------------------------------------------------------------------------------------------

    def routes(self) -> list[BaseRoute]:
        review = "/v4/accounts/{account}/locations/{location}/reviews"
        setting = "/notifications/v1/accounts/{account}/notificationSetting"
        return [
            Route("/token", self._token, methods=["POST"]),
            Route("/certs", self._certs, methods=["GET"]),
            Route(review, self._call("read", self._reviews), methods=["GET"]),
            Route(f"{review}/{{review}}", self._call("read", self._review), methods=["GET"]),
            Route(f"{review}/{{review}}/reply", self._call("send", self._put_reply), methods=["PUT"]),
            Route(f"{review}/{{review}}/reply", self._call("send", self._delete_reply), methods=["DELETE"]),
            Route(
                "/v4/accounts/{account}/locations:batchGetReviews", self._call("read", self._batch), methods=["POST"]
            ),
            Route("/information/v1/locations/{location}", self._call("profile", self._information), methods=["GET"]),
            Route(setting, self._call("read", self._setting), methods=["GET"]),
            Route(setting, self._call("read", self._set_setting), methods=["PATCH"]),
            *self._youtube_routes(),
        ]

    def _youtube_routes(self) -> list[BaseRoute]:
        calls: list[tuple[str, str, str, Handler]] = [
            ("GET", "/commentThreads", "read", self._comment_threads),
            ("GET", "/comments", "read", self._comments),
            ("POST", "/comments", "send", self._insert),
            ("PUT", "/comments", "send", self._update),
            ("DELETE", "/comments", "send", self._delete),
            ("POST", "/comments/setModerationStatus", "send", self._set_status),
            ("GET", "/channels", "profile", self._channels),
        ]
        return [
            Route(f"/youtube/v3{path}", self._call(kind, handler, youtube=True), methods=[method])
            for method, path, kind, handler in calls
        ]

    def _call(self, kind: str, handler: Handler, *, youtube: bool = False) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint: who asks, what it costs, and the answer, or the fault that was asked for."""

        async def endpoint(request: Request) -> Response:
            body = await _body(request)
            self.note(request, {**request.query_params, **body})

            async def carry_out() -> Response:
                try:
                    self._admit(request, youtube)
                    found = handler(request, body)
                except Refused as refused:
                    return refused.answer(youtube=youtube)
                return Response(status_code=204) if found is None else JSONResponse(found)

            def refuse(error: dict[str, Any]) -> Response:
                name = error.get("name") or ("backendError" if youtube else "INTERNAL")
                response = Refused(error.get("http") or 500, name).answer(youtube=youtube)
                response.headers.update(error.get("headers") or {})
                return response

            return await self.answer(request, kind, carry_out, refuse)

        return endpoint

    def _admit(self, request: Request, youtube: bool) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self.tokens:
            raise Refused(401, "authError" if youtube else "UNAUTHENTICATED", "Invalid Credentials")
        if youtube:
            cost = READ_UNITS if request.method == "GET" else WRITE_UNITS
            if self.left < cost:
                raise Refused(403, "quotaExceeded", "The request cannot be completed: you have exceeded your quota.")
            self.left -= cost

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        known = ("client_id", "client_secret")
        if any(form.get(name) != self.config[name] for name in known):
            return JSONResponse({"error": "invalid_client", "error_description": "Unauthorized"}, status_code=401)
        if form.get("grant_type") != "refresh_token":
            return JSONResponse({"error": "unsupported_grant_type"}, status_code=400)
        if form.get("refresh_token") != self.config["refresh_token"] or "revoked" in self.flags:
            return JSONResponse({"error": "invalid_grant", "error_description": "Token revoked."}, status_code=400)
        self.tokens.append(f"ya29.{secrets.token_urlsafe(24)}")
        self.square.changed()
        return JSONResponse(
            {"access_token": self.tokens[-1], "expires_in": TOKEN_SECONDS, "token_type": "Bearer", "scope": "…"}
        )

    # -- reviews ----------------------------------------------------------------------------------------------------

    def _all_reviews(self) -> list[Post]:
        found = [post for post in self.posts.values() if is_review(post) and not post.removed and not post.own]
        return sorted(found, key=lambda post: post.edited or post.created, reverse=True)

    def _reply_of(self, review: str) -> Post | None:
        own = (post for post in self.posts.values() if post.own and post.parent_id == review and not post.removed)
        return next(own, None)

    def _shown_review(self, post: Post) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "name": post.id,
            "reviewId": post.id.rpartition("/")[2],
            "reviewer": {"displayName": self.people[post.author_id].name},
            "starRating": STARS[post.traits["stars"] - 1],
            "createTime": iso(post.created),
            "updateTime": iso(post.edited or post.created),
        }
        if post.text:
            shown["comment"] = post.text
        if reply := self._reply_of(post.id):
            shown["reviewReply"] = _shown_reply(reply)
        return shown

    def _page(self, reviews: list[Post], size: int, token: str) -> tuple[list[dict[str, Any]], dict[str, str]]:
        start = int(token) if token.isdecimal() else 0
        shown = [self._shown_review(post) for post in reviews[start : start + size]]
        return shown, {"nextPageToken": str(start + size)} if start + size < len(reviews) else {}

    def _is_here(self, request: Request) -> None:
        wanted = "accounts/{account}/locations/{location}".format(**request.path_params)
        if wanted != self.location:
            raise Refused(404, "NOT_FOUND")

    def _reviews(self, request: Request, _body: dict[str, Any]) -> dict[str, Any]:
        self._is_here(request)
        size, token = request.query_params.get("pageSize", "50"), request.query_params.get("pageToken", "")
        if not size.isdecimal() or not 0 < int(size) <= 50:
            raise Refused(400, "INVALID_ARGUMENT")
        found = self._all_reviews()
        shown, more = self._page(found, int(size), token)
        return {"reviews": shown, "totalReviewCount": len(found), "averageRating": 3.0, **more} if found else {}

    def _batch(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        if any(name != self.location for name in body.get("locationNames", [])):
            raise Refused(404, "NOT_FOUND")
        shown, more = self._page(self._all_reviews(), body.get("pageSize", 50), str(body.get("pageToken", "")))
        return {"locationReviews": [{"name": self.location, "review": each} for each in shown], **more}

    def _wanted_review(self, request: Request) -> Post:
        self._is_here(request)
        post = self.standing(f"{self.location}/reviews/{request.path_params['review']}")
        if post is None:
            raise Refused(404, "NOT_FOUND")
        return post

    def _review(self, request: Request, _body: dict[str, Any]) -> dict[str, Any]:
        return self._shown_review(self._wanted_review(request))

    def _put_reply(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        review, text = self._wanted_review(request), body.get("comment")
        if "unverified" in self.flags:
            raise Refused(400, "FAILED_PRECONDITION", "The location is not verified.")
        if not isinstance(text, str) or not text.strip() or len(text.encode()) > REPLY_BYTES:
            raise Refused(400, "INVALID_ARGUMENT")
        reply = self._reply_of(review.id)
        if reply is None:
            reply = self.say(None, text, parent=review, post_id=f"{review.id}/reply/{secrets.token_hex(4)}")
        elif reply.text != text:
            reply.text, reply.edited = text, self.clock.now()
        reply.traits["state"] = "APPROVED"
        return _shown_reply(reply)

    def _delete_reply(self, request: Request, _body: dict[str, Any]) -> dict[str, Any]:
        reply = self._reply_of(self._wanted_review(request).id)
        if reply is None:
            raise Refused(404, "NOT_FOUND")
        reply.removed = True
        return {}

    def _information(self, request: Request, _body: dict[str, Any]) -> dict[str, Any]:
        if not self.location.endswith(f"/locations/{request.path_params['location']}"):
            raise Refused(404, "NOT_FOUND")
        return {"name": f"locations/{request.path_params['location']}", "title": self.account()[1]}

    def _setting(self, request: Request, _body: dict[str, Any]) -> dict[str, Any]:
        return {"name": f"accounts/{request.path_params['account']}/notificationSetting", **self.setting}

    def _set_setting(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        topic = body.get("pubsubTopic", "")
        if topic and not topic.startswith("projects/"):
            raise Refused(400, "INVALID_ARGUMENT")
        self.setting = {"pubsubTopic": topic, "notificationTypes": body.get("notificationTypes", [])} if topic else {}
        return self._setting(request, body)

    # -- YouTube ----------------------------------------------------------------------------------------------------

    def _shown_comment(self, post: Post) -> dict[str, Any]:
        author = self.people.get(post.author_id)
        snippet = {
            "channelId": self.channel,
            "videoId": post.thread_id,
            "textDisplay": post.text,
            "textOriginal": post.text,
            "authorDisplayName": f"@{author.handle}" if author and not post.own else self.account()[1],
            "authorChannelId": {"value": self.channel if post.own else post.author_id},
            "canRate": True,
            "viewerRating": "none",
            "likeCount": 0,
            "publishedAt": iso(post.created),
            "updatedAt": iso(post.edited or post.created),
        }
        if post.parent_id:
            snippet["parentId"] = post.parent_id
        return {"kind": "youtube#comment", "etag": secrets.token_hex(4), "id": post.id, "snippet": snippet}

    def _below(self, top: Post) -> list[Post]:
        return [
            each for each in self.posts.values() if each.parent_id == top.id and not each.removed and not each.hidden
        ]

    def _shown_thread(self, top: Post) -> dict[str, Any]:
        replies = self._below(top)
        shown: dict[str, Any] = {
            "kind": "youtube#commentThread",
            "etag": secrets.token_hex(4),
            "id": top.id,
            "snippet": {
                "channelId": self.channel,
                "videoId": top.thread_id,
                "topLevelComment": self._shown_comment(top),
                "canReply": True,
                "totalReplyCount": len(replies),
                "isPublic": True,
            },
        }
        if replies:
            shown["replies"] = {"comments": [self._shown_comment(each) for each in replies[:INLINE_REPLIES]]}
        return shown

    def _comment_threads(self, request: Request, _body: dict[str, Any]) -> dict[str, Any]:
        query = request.query_params
        tops = [each for each in self.posts.values() if is_top(each) and not each.removed and not each.hidden]
        if "id" in query:
            wanted = query["id"].split(",")
            tops = [each for each in tops if each.id in wanted]
        elif query.get("allThreadsRelatedToChannelId") != self.channel:
            raise Refused(404, "channelNotFound")
        tops.sort(key=lambda each: each.created, reverse=True)
        size = _size(query.get("maxResults"), 20)
        items = [self._shown_thread(each) for each in tops[:size]]
        return {
            "kind": "youtube#commentThreadListResponse",
            "etag": secrets.token_hex(4),
            "pageInfo": {"totalResults": len(items), "resultsPerPage": size},
            "items": items,
        }

    def _comments(self, request: Request, _body: dict[str, Any]) -> dict[str, Any]:
        top = self._comment(request.query_params.get("parentId", ""))
        size, token = _size(request.query_params.get("maxResults"), 20), request.query_params.get("pageToken", "")
        start = int(token) if token.isdecimal() else 0
        replies = list(reversed(self._below(top)))
        items = [self._shown_comment(each) for each in replies[start : start + size]]
        more = {"nextPageToken": str(start + size)} if start + size < len(replies) else {}
        return {"kind": "youtube#commentListResponse", "items": items, **more}

    def _comment(self, comment_id: str) -> Post:
        post = self.standing(comment_id)
        if post is None or is_review(post):
            raise Refused(404, "commentNotFound")
        return post

    def _insert(self, _request: Request, body: dict[str, Any]) -> dict[str, Any]:
        snippet = body.get("snippet", {})
        parent = self.standing(str(snippet.get("parentId")))
        if parent is None or not is_top(parent):
            raise Refused(404, "parentCommentNotFound")
        return self._shown_comment(self.say(None, _text(snippet), parent=parent))

    def _own(self, comment_id: str) -> Post:
        post = self._comment(comment_id)
        if not post.own:
            raise Refused(403, "forbidden")
        return post

    def _update(self, _request: Request, body: dict[str, Any]) -> dict[str, Any]:
        post = self._own(str(body.get("id")))
        post.text, post.edited = _text(body.get("snippet", {})), self.clock.now()
        return self._shown_comment(post)

    def _delete(self, request: Request, _body: dict[str, Any]) -> None:
        self._own(request.query_params.get("id", "")).removed = True

    def _set_status(self, request: Request, _body: dict[str, Any]) -> None:
        post, status = self._comment(request.query_params.get("id", "")), request.query_params.get("moderationStatus")
        if status == "rejected":
            post.removed = True
        elif status in ("heldForReview", "published"):
            post.hidden = status == "heldForReview"
        else:
            raise Refused(400, "operationNotSupported")

    def _channels(self, _request: Request, _body: dict[str, Any]) -> dict[str, Any]:
        mine = {"kind": "youtube#channel", "id": self.channel, "snippet": {"title": self.account()[1]}}
        return {"kind": "youtube#channelListResponse", "items": [mine]}


def is_review(post: Post) -> bool:
    return "/reviews/" in post.id


def is_top(post: Post) -> bool:
    return not is_review(post) and post.parent_id is None


def iso(milliseconds: int) -> str:
    """A time as Google writes it."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _shown_reply(reply: Post) -> dict[str, Any]:
    state = reply.traits.get("state", "APPROVED")
    return {"comment": reply.text, "updateTime": iso(reply.edited or reply.created), "reviewReplyState": state}


def _text(snippet: dict[str, Any]) -> str:
    text = snippet.get("textOriginal")
    if not isinstance(text, str) or not text.strip():
        raise Refused(400, "commentTextRequired")
    if len(text) > COMMENT_LENGTH:
        raise Refused(400, "commentTextTooLong")
    return text


def _size(value: str | None, usual: int) -> int:
    if value is None:
        return usual
    if not value.isdecimal() or not 0 < int(value) <= 100:
        raise Refused(400, "invalidValue")
    return int(value)


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    try:
        value = parse_json(raw) if raw else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
