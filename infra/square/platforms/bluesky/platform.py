"""Bluesky on the square: a personal data server with one account, the app view beside it, and the chat.

After the lexicons of github.com/bluesky-social/atproto. Nothing is pushed: whoever wants to know, asks. What is
written to the company at the top of a thread counts as a mention, so that it is told; answers are told up to five
levels below a post of the company. Records are kept as they came, under real record keys and content ids.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from base64 import b32encode, b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from wcwidth import iter_graphemes

from infra.square.core.stall import Person, Post, Stall, Thread
from infra.square.core.web import Fields, parse_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.requests import Request

    from infra.square.core.square import Square

POST, LIKE, BLOCK, GATE = "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.graph.block", "app.bsky.feed.threadgate"
COLLECTIONS = {POST, LIKE, BLOCK, GATE}
POST_LIMITS, CHAT_LIMITS = (300, 3000), (1000, 10_000)
LARGEST_BLOB = 2_000_000
REPLY_DEPTH = 5
SESSION, REFRESH = 2 * 3600, 90 * 86_400
SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"
TID = re.compile("[234567abcdefghij][234567a-z]{12}")
KINDS = {"createRecord": "send", "putRecord": "send", "deleteRecord": "send", "uploadBlob": "send"} | {
    "sendMessage": "send",
    "getProfile": "profile",
    "createSession": "session",
    "refreshSession": "session",
}


class Refused(Exception):
    """An error as the platform names it."""

    def __init__(self, error: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.error, self.message, self.status = error, message, status


@dataclass
class Note:
    """One notification of the company's account."""

    uri: str
    reason: str
    author_id: str
    at: int
    subject: str = ""


class Bluesky(Stall):
    """One account of the company."""

    name = "bluesky"
    label = "Bluesky"
    can = frozenset({"public", "private", "remove", "react"})

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        super().__init__(square, section)
        self.config = section
        self.did = str(section["account_id"])
        self.extra_restore({})

    def account(self) -> tuple[str, str]:
        return self.did, str(self.config["handle"])

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/xrpc/{nsid}", self._handle, methods=["GET", "POST"]),
            Route("/img/{_size}/plain/{_did}/{name}", self._picture, methods=["GET"]),
        ]

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        return {
            "account_id": "did:plc:nordlichtnetz2222222222",
            "handle": "nordlicht.test",
            "app_password": secret(),
            "session_secret": secret(),
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        here = f"{square_url}/bluesky"
        return {
            "account_id": section["account_id"],
            "account_name": section["handle"],
            "secrets": {"identifier": section["handle"], "app_password": section["app_password"]},
            "options": {"base_url": here, "pds_url": here, "cdn_url": here, "chat": "yes", "handle": section["handle"]},
        }

    # -- what is kept -------------------------------------------------------------------------------------------------

    def extra_snapshot(self) -> dict[str, Any]:
        return {
            "notes": [asdict(note) for note in self.notes],
            "log": self.log,
            "records": self.records,
            "blobs": self.blobs,
            "last_tid": self.last_tid,
            "flags": self.flags,
        }

    def extra_restore(self, stored: dict[str, Any]) -> None:
        self.notes = [Note(**note) for note in stored.get("notes", [])]
        self.log: list[dict[str, Any]] = stored.get("log", [])
        self.records: dict[str, dict[str, Any]] = stored.get("records", {})
        self.blobs: dict[str, list[str]] = stored.get("blobs", {})
        self.last_tid: int = stored.get("last_tid", 0)
        self.flags: dict[str, Any] = {"generation": 0, "chat": True, **stored.get("flags", {})}

    def set_token(self, *, expired: bool, subcode: int) -> None:
        """Sessions made until now are over; one that is made or refreshed then is good."""
        super().set_token(expired=expired, subcode=subcode)
        self.flags["generation"] += expired

    def new_id(self, kind: str) -> str:
        return f"did:plc:{_letters(secrets.token_bytes(15))}" if kind == "person" else self.tid()

    def handle_of(self, name: str) -> str:
        return f"{super().handle_of(name)}.test"

    def tid(self) -> str:
        self.last_tid = max(self.clock.now() * 1000, self.last_tid + 1)
        number = self.last_tid << 10
        return "".join(SORTABLE[(number >> shift) & 31] for shift in range(60, -1, -5))

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
        """A post gets an address that names its author, a thread that of its first post."""
        if not (thread.public if thread else public):
            return super().say(
                author, text, thread=thread, parent=parent, public=False, attachments=attachments, echo=echo, **traits
            )
        did, files = author.id if author else self.did, list(attachments)
        uri = post_id or f"at://{did}/{POST}/{self.tid()}"
        # Whoever writes into a thread answers what the company said there last.
        said = [post for post in self.in_thread(thread.id) if post.own] if thread else []
        parent = parent or (said[-1] if said else self.posts.get(thread.id) if thread else None)
        thread = thread or (self.threads[parent.thread_id] if parent else None)
        if thread is None:
            thread = self.threads[uri] = Thread(uri)
        record = traits.pop("record", None) or self._record(text, parent, files, traits)
        traits |= {"record": record, "cid": cid_of(record)}
        return super().say(author, text, thread=thread, parent=parent, attachments=files, post_id=uri, **traits)

    def said(self, post: Post) -> None:
        if not self.thread_of(post).public:
            self._log("CreateMessage", post, message=self._message_view(post))
        elif reason := self._reason(post):
            claimed = self.clock.now() - 1000 * int(post.traits.get("late_seconds", 0))
            self.notes.append(Note(post.id, reason, post.author_id, claimed, post.parent_id or ""))

    def removed(self, post: Post) -> None:
        """Who deletes a chat message takes it out of their own sight; here, the company's own app did."""
        if not self.thread_of(post).public:
            self._log("DeleteMessage", post, message=self._message_view(post))
        self.notes = [note for note in self.notes if note.uri != post.id and note.subject != post.id]

    def reacted(self, post: Post, person: Person, reaction: str | None) -> None:
        if not self.thread_of(post).public:
            told = {"createdAt": iso(self.clock.now()), "sender": {"did": person.id}, "value": reaction or "👍"}
            self._log(
                f"{'Add' if reaction else 'Remove'}Reaction", post, message=self._message_view(post), reaction=told
            )
            return
        mine = [note for note in self.notes if note.reason == "like" and note.author_id == person.id]
        self.notes = [note for note in self.notes if note not in mine or note.subject != post.id]
        if reaction and post.own:
            uri = f"at://{person.id}/{LIKE}/{self.tid()}"
            self.notes.append(Note(uri, "like", person.id, self.clock.now(), post.id))

    def acted(self, action: str, asked: Fields) -> dict[str, Any]:
        if action == "app_password":
            self.flags["chat"] = asked.flag("chat")
            return {}
        if action in ("block", "unblock", "close_chat", "open_chat"):
            person = self.who(asked.object("author"))
            name = "blocks_us" if action.endswith("block") else "no_chat"
            person.traits[name] = action in ("block", "close_chat")
            return {"person_id": person.id}
        if action == "notify":
            person, reason, uri = self.who(asked.object("author")), asked.text("reason"), asked.text("uri", "")
            uri = uri or f"at://{person.id}/app.bsky.graph.follow/{self.tid()}"
            self.notes.append(Note(uri, reason, person.id, self.clock.now(), asked.text("subject", "")))
            return {"uri": uri}
        return super().acted(action, asked)

    def _reason(self, post: Post) -> str | None:
        above, depth = post, 0
        while above.parent_id and (found := self.posts.get(above.parent_id)) and depth < REPLY_DEPTH:
            above, depth = found, depth + 1
            if above.own:
                return "reply"
        if post.traits.get("quote"):
            return "quote"
        return "mention" if not post.parent_id or f"@{self.config['handle']}" in post.text else None

    def _record(
        self, text: str, parent: Post | None, files: list[dict[str, Any]], traits: dict[str, Any]
    ) -> dict[str, Any]:
        record: dict[str, Any] = {"$type": POST, "text": text, "createdAt": iso(self.clock.now()), "langs": ["de"]}
        if parent:
            record["reply"] = {"root": self._ref(parent.thread_id), "parent": self._ref(parent.id)}
        handle = f"@{self.config['handle']}"
        if (place := text.find(handle)) >= 0:
            start = len(text[:place].encode())
            feature = {"$type": "app.bsky.richtext.facet#mention", "did": self.did}
            index = {"byteStart": start, "byteEnd": start + len(handle)}
            record["facets"] = [{"index": index, "features": [feature]}]
        if quoted := traits.get("quote"):
            record["embed"] = {"$type": "app.bsky.embed.record", "record": self._ref(str(quoted))}
        if pictures := [each for each in files if each.get("type") == "image"]:
            images = [{"alt": each.get("name", ""), "image": self._linked(each)} for each in pictures]
            record["embed"] = {"$type": "app.bsky.embed.images", "images": images}
        return record

    def _linked(self, file: dict[str, Any]) -> dict[str, Any]:
        """A picture whose bytes lie elsewhere, as a blob."""
        cid = cid_of(file, raw=True)
        self.blobs[cid] = ["", str(file.get("url", ""))]
        return {"$type": "blob", "ref": {"$link": cid}, "mimeType": "image/jpeg", "size": 1}

    def _ref(self, uri: str) -> dict[str, str]:
        post = self.posts.get(uri)
        return {"uri": uri, "cid": post.traits["cid"] if post else cid_of(uri)}

    def _log(self, kind: str, post: Post, **said: Any) -> None:
        thread = self.thread_of(post)
        person = self.people[thread.person_id or ""]
        self.log.append(
            {
                "$type": f"chat.bsky.convo.defs#log{kind}",
                "rev": self.tid(),
                "convoId": thread.id,
                **said,
                "relatedProfiles": [self._profile(person.id)],
            }
        )

    def _message_view(self, post: Post) -> dict[str, Any]:
        view = {"id": post.id, "rev": post.id, "sender": {"did": post.author_id}, "sentAt": iso(post.created)}
        if post.removed:
            return {"$type": "chat.bsky.convo.defs#deletedMessageView", **view}
        return {"$type": "chat.bsky.convo.defs#messageView", **view, "text": post.text}

    # -- the platform's own API ---------------------------------------------------------------------------------------

    async def _handle(self, request: Request) -> Response:
        nsid = str(request.path_params["nsid"])
        name = nsid.rpartition(".")[2]
        body = await request.body()

        async def carry_out() -> Response:
            try:
                return self._answer(nsid, request, body)
            except Refused as refused:
                said = {"error": refused.error, "message": refused.message}
                return JSONResponse(said, status_code=refused.status)

        return await self.answer(request, KINDS.get(name, "read"), carry_out, _fault)

    def _answer(self, nsid: str, request: Request, body: bytes) -> Response:
        endpoint = self._endpoints().get(nsid)
        method = "POST" if nsid.rpartition(".")[2] in _PROCEDURES else "GET"
        if endpoint is None or method != request.method:
            raise Refused("MethodNotImplemented", "Method Not Implemented", 501)
        is_upload = nsid.endswith("uploadBlob")
        document = {} if is_upload or not body else _document(body, request)
        query = request.query_params
        params = {name: query.getlist(name) if name in _LISTS else query[name] for name in query}
        self.note(request, {**params, **{name: value for name, value in document.items() if name != "password"}})
        if not nsid.endswith(("createSession", "refreshSession")):
            self._must_be_in(request, nsid)
        if is_upload:
            return JSONResponse(self._upload(body, request.headers.get("content-type", "")))
        if nsid.endswith("refreshSession"):
            document = {"token": _token(request)}
        return JSONResponse(endpoint({**params, **document}))

    def _endpoints(self) -> dict[str, Callable[[dict[str, Any]], dict[str, Any]]]:
        return {
            "com.atproto.server.createSession": self._create_session,
            "com.atproto.server.refreshSession": self._refresh_session,
            "com.atproto.server.getSession": lambda _: self._session(),
            "com.atproto.identity.resolveHandle": self._resolve,
            "com.atproto.repo.createRecord": self._create,
            "com.atproto.repo.putRecord": self._put,
            "com.atproto.repo.getRecord": self._get,
            "com.atproto.repo.deleteRecord": self._delete,
            "com.atproto.repo.uploadBlob": lambda _: {},
            "app.bsky.actor.getProfile": lambda asked: self._profile(self._person_id(asked.get("actor", ""))),
            "app.bsky.feed.getPosts": self._posts,
            "app.bsky.notification.listNotifications": self._notifications,
            "app.bsky.notification.updateSeen": lambda _: {},
            "chat.bsky.convo.getLog": self._logs,
            "chat.bsky.convo.getConvo": lambda asked: {"convo": self._convo(self._chat(asked))},
            "chat.bsky.convo.getConvoForMembers": self._convo_for,
            "chat.bsky.convo.getMessages": self._messages,
            "chat.bsky.convo.sendMessage": self._send,
        }

    # sessions

    def _create_session(self, asked: dict[str, Any]) -> dict[str, Any]:
        known = asked.get("identifier") in (self.config["handle"], self.did)
        if not known or not hmac.compare_digest(str(asked.get("password")), self.config["app_password"]):
            raise Refused("AuthenticationRequired", "Invalid identifier or password", 401)
        return {**self._session(), **self._tokens()}

    def _refresh_session(self, asked: dict[str, Any]) -> dict[str, Any]:
        claims = self._claims(asked["token"])
        if claims["scope"] != "com.atproto.refresh":
            raise Refused("InvalidToken", "Invalid token type")
        return {**self._session(), **self._tokens()}

    def _session(self) -> dict[str, Any]:
        here = str(self.config.get("url", ""))
        service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": here}
        return {
            "did": self.did,
            "handle": self.config["handle"],
            "active": True,
            "emailConfirmed": True,
            **({"didDoc": {"id": self.did, "service": [service]}} if here else {}),
        }

    def _tokens(self) -> dict[str, str]:
        return {
            "accessJwt": self.token("com.atproto.appPassPrivileged"),
            "refreshJwt": self.token("com.atproto.refresh"),
        }

    def token(self, scope: str) -> str:
        now = self.clock.now() // 1000
        life = REFRESH if scope.endswith("refresh") else SESSION
        claims = {"scope": scope, "sub": self.did, "iat": now, "exp": now + life, "gen": self.flags["generation"]}
        head = f"{_base64({'typ': 'at+jwt', 'alg': 'HS256'})}.{_base64({**claims, 'jti': secrets.token_hex(8)})}"
        return f"{head}.{self._signature(head)}"

    def _signature(self, head: str) -> str:
        key = str(self.config["session_secret"]).encode()
        return urlsafe_b64encode(hmac.digest(key, head.encode(), hashlib.sha256)).decode().rstrip("=")

    def _claims(self, token: str) -> dict[str, Any]:
        if not token:
            raise Refused("AuthMissing", "Authentication Required", 401)
        head, _, signature = token.rpartition(".")
        if not hmac.compare_digest(self._signature(head), signature):
            raise Refused("InvalidToken", "Token could not be verified")
        part = head.partition(".")[2]
        claims = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        if claims["exp"] * 1000 <= self.clock.now():
            raise Refused("ExpiredToken", "Token has expired")
        return claims

    def _must_be_in(self, request: Request, nsid: str) -> None:
        claims = self._claims(_token(request))
        if claims["scope"] == "com.atproto.refresh":
            raise Refused("InvalidToken", "Bad token scope")
        if self.expired and claims["gen"] < self.flags["generation"]:
            raise Refused("ExpiredToken", "Token has expired")
        if nsid.startswith("chat."):
            if not request.headers.get("atproto-proxy", "").endswith("#bsky_chat"):
                raise Refused("XRPCNotSupported", "XRPCNotSupported", 404)
            if not self.flags["chat"]:
                raise Refused("InvalidToken", "Bad token method")

    # people

    def _person_id(self, actor: str) -> str:
        if actor in (self.did, self.config["handle"]):
            return self.did
        found = self.people.get(actor) or next((each for each in self.people.values() if each.handle == actor), None)
        if found is None:
            raise Refused("InvalidRequest", "Profile not found")
        return found.id

    def _profile(self, did: str) -> dict[str, Any]:
        if did == self.did:
            return {"did": did, "handle": self.config["handle"], "displayName": self.config.get("account_name", "")}
        person = self.people[did]
        blocking = next((uri for uri, each in self.records.items() if each["value"].get("subject") == did), None)
        viewer = {"muted": False, "blockedBy": bool(person.traits.get("blocks_us"))}
        viewer |= {"blocking": blocking} if blocking else {}
        return {"did": did, "handle": person.handle, "displayName": person.name, "viewer": viewer, "labels": []}

    def _resolve(self, asked: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"did": self._person_id(asked.get("handle", ""))}
        except Refused:
            raise Refused("InvalidRequest", "Unable to resolve handle") from None

    # records

    def _create(self, asked: dict[str, Any]) -> dict[str, Any]:
        collection, record = self._own(asked), asked.get("record")
        if not isinstance(record, dict) or record.get("$type", collection) != collection:
            raise Refused("InvalidRequest", f"Invalid $type: expected {collection}")
        if not record.get("createdAt"):
            raise Refused("InvalidRequest", f'Invalid {collection} record: Record must have the property "createdAt"')
        key = asked.get("rkey") or self.tid()
        if collection in (POST, LIKE, BLOCK) and not TID.fullmatch(key):
            raise Refused("InvalidRequest", "Invalid record key: not a valid TID")
        uri = f"at://{self.did}/{collection}/{key}"
        if uri in self.records or self.standing(uri):
            raise Refused("InternalServerError", "Internal Server Error", 500)
        if collection == POST:
            return self._made(uri, self._post(uri, record))
        subject = record.get("subject")
        for known, each in self.records.items():
            if each["value"]["$type"] == collection and each["value"].get("subject") == subject:
                return self._made(known, each["cid"])
        return self._made(uri, self._keep(uri, record))

    def _post(self, uri: str, record: dict[str, Any]) -> str:
        text = record.get("text")
        if not isinstance(text, str):
            raise Refused("InvalidRequest", f"Invalid {POST} record: Record/text must be a string")
        _fits(text, POST_LIMITS, f"Invalid {POST} record: Record/text")
        _check_facets(record, text)
        reply = record.get("reply") or {}
        # The server takes an answer to what is deleted, or never was: it does not look.
        parent = self.posts.get(reply.get("parent", {}).get("uri", ""))
        root = self.threads.get(reply.get("root", {}).get("uri", ""))
        images = [self._shown_image(each) for each in (record.get("embed") or {}).get("images", [])]
        post = self.say(None, text, thread=root, parent=parent, attachments=images, post_id=uri, record=record)
        return post.traits["cid"]

    def _shown_image(self, image: dict[str, Any]) -> dict[str, Any]:
        cid = (image.get("image") or {}).get("ref", {}).get("$link", "")
        if cid not in self.blobs:
            raise Refused("BlobNotFound", f"Could not find blob: {cid}")
        return {"type": "image", "url": f"/bluesky/img/feed_fullsize/plain/{self.did}/{cid}@jpeg", "name": image["alt"]}

    def _keep(self, uri: str, record: dict[str, Any]) -> str:
        cid = cid_of(record)
        self.records[uri] = {"value": record, "cid": cid}
        liked = self.posts.get((record.get("subject") or {}).get("uri", "")) if record["$type"] == LIKE else None
        if liked:
            liked.reactions[self.did] = "❤"
        if record["$type"] == GATE:
            for post in self.posts.values():
                if post.thread_id == record.get("post"):
                    post.hidden = post.id in record.get("hiddenReplies", [])
        return cid

    def _put(self, asked: dict[str, Any]) -> dict[str, Any]:
        collection, record = self._own(asked), asked["record"]
        uri = f"at://{self.did}/{collection}/{asked['rkey']}"
        standing = self.records.get(uri)
        if "swapRecord" in asked and asked["swapRecord"] != (standing["cid"] if standing else None):
            raise Refused("InvalidSwap", f"Record was at {standing['cid'] if standing else 'null'}")
        return self._made(uri, self._keep(uri, record))

    def _get(self, asked: dict[str, Any]) -> dict[str, Any]:
        uri = f"at://{asked.get('repo')}/{asked.get('collection')}/{asked.get('rkey')}"
        if post := self.standing(uri):
            return {"uri": uri, "cid": post.traits["cid"], "value": post.traits["record"]}
        if uri not in self.records:
            raise Refused("RecordNotFound", f"Could not locate record: {uri}")
        return {"uri": uri, **self.records[uri]}

    def _delete(self, asked: dict[str, Any]) -> dict[str, Any]:
        uri = f"at://{self.did}/{self._own(asked)}/{asked.get('rkey')}"
        if post := self.standing(uri):
            post.removed = True
            self.removed(post)
        gone = self.records.pop(uri, None)
        liked = self.posts.get(gone["value"]["subject"]["uri"]) if gone and gone["value"]["$type"] == LIKE else None
        if liked:
            liked.reactions.pop(self.did, None)
        return {"commit": {"cid": cid_of(uri), "rev": self.tid()}}

    def _own(self, asked: dict[str, Any]) -> str:
        if asked.get("repo") not in (self.did, self.config["handle"]):
            raise Refused("AuthenticationRequired", "Invalid repo", 401)
        if asked.get("collection") not in COLLECTIONS:
            raise Refused("InvalidRequest", "the square keeps no such records")
        return asked["collection"]

    def _made(self, uri: str, cid: str) -> dict[str, Any]:
        return {
            "uri": uri,
            "cid": cid,
            "commit": {"cid": cid_of(f"{uri}{cid}"), "rev": self.tid()},
            "validationStatus": "valid",
        }

    def _upload(self, body: bytes, mime: str) -> dict[str, Any]:
        if len(body) > LARGEST_BLOB:
            raise Refused("BlobTooLarge", "This file is too large", 413)
        cid = cid_of(body, raw=True)
        self.blobs[cid] = [mime, b64encode(body).decode()]
        return {"blob": {"$type": "blob", "ref": {"$link": cid}, "mimeType": mime, "size": len(body)}}

    async def _picture(self, request: Request) -> Response:
        mime, content = self.blobs.get(str(request.path_params["name"]).partition("@")[0], ["", ""])
        if not mime:
            return RedirectResponse(content) if content else Response(status_code=404)
        return Response(b64decode(content), media_type=mime)

    # the app view

    def _posts(self, asked: dict[str, Any]) -> dict[str, Any]:
        uris = asked.get("uris", [])
        if len(uris) > 25:
            raise Refused("InvalidRequest", "Error: uris must not have more than 25 elements")
        return {"posts": [self._view_of(post) for uri in uris if (post := self.standing(uri)) and self._is_seen(post)]}

    def _is_seen(self, post: Post) -> bool:
        author = self.people.get(post.author_id)
        return self.thread_of(post).public and not (author and author.traits.get("blocks_us"))

    def _view_of(self, post: Post) -> dict[str, Any]:
        mine = next((uri for uri, each in self.records.items() if _likes(each["value"], post.id)), None)
        return {
            "uri": post.id,
            "cid": post.traits["cid"],
            "author": self._profile(post.author_id),
            "record": post.traits["record"],
            "replyCount": sum(each.parent_id == post.id for each in self.posts.values()),
            "repostCount": 0,
            "likeCount": len(post.reactions),
            "quoteCount": 0,
            "indexedAt": iso(post.created),
            "viewer": {
                "threadMuted": False,
                "replyDisabled": bool(self.thread_of(post).traits.get("closed") or post.traits.get("closed")),
                **({"like": mine} if mine else {}),
            },
            "labels": [],
        }

    def _notifications(self, asked: dict[str, Any]) -> dict[str, Any]:
        limit, reasons = int(asked.get("limit", 50)), asked.get("reasons", [])
        if not 1 <= limit <= 100:
            raise Refused("InvalidRequest", "Error: limit can not be greater than 100")
        wanted = [note for note in self.notes if not reasons or note.reason in reasons]
        ordered = sorted(
            ((note.at, cid_of(note.uri), note) for note in wanted), reverse=True, key=lambda each: each[:2]
        )
        if cursor := asked.get("cursor"):
            at, _, cid = cursor.partition("::")
            if not at.isdecimal():
                raise Refused("InvalidRequest", "Malformed cursor")
            ordered = [each for each in ordered if each[:2] < (int(at), cid)]
        page = ordered[:limit]
        shown = [self._notification(note) for _, _, note in page]
        return {"notifications": shown, **({"cursor": f"{page[-1][0]}::{page[-1][1]}"} if page else {})}

    def _notification(self, note: Note) -> dict[str, Any]:
        post, subject = self.posts.get(note.uri), note.subject
        if post:
            record, cid = post.traits["record"], post.traits["cid"]
        else:
            record = {"$type": note.uri.split("/")[3], "createdAt": iso(note.at)}
            record |= {"subject": self._ref(subject) if subject.startswith("at://") else subject or self.did}
            cid = cid_of(record)
        return {
            "uri": note.uri,
            "cid": cid,
            "author": self._profile(note.author_id),
            "reason": note.reason,
            **({"reasonSubject": subject} if subject else {}),
            "record": record,
            "isRead": False,
            "indexedAt": iso(note.at),
            "labels": [],
        }

    # the chat

    def _chat(self, asked: dict[str, Any]) -> Thread:
        thread = self.threads.get(str(asked.get("convoId")))
        if thread is None or thread.public:
            raise Refused("InvalidConvo", "Invalid convo")
        return thread

    def _convo(self, thread: Thread) -> dict[str, Any]:
        return {
            "id": thread.id,
            "rev": self.tid(),
            "members": [self._profile(self.did), self._profile(thread.person_id or "")],
            "muted": False,
            "unreadCount": 0,
            "status": "accepted",
            "kind": {"$type": "chat.bsky.convo.defs#directConvo"},
        }

    def _convo_for(self, asked: dict[str, Any]) -> dict[str, Any]:
        others = [each for each in asked.get("members", []) if each != self.did]
        person = self.people.get(others[0]) if len(others) == 1 else None
        if person is None:
            raise Refused("RecipientNotFound", "recipient not found")
        if person.traits.get("blocks_us"):
            raise Refused("BlockedActor", "block between recipient and sender")
        if person.traits.get("no_chat"):
            raise Refused("MessagesDisabled", "recipient has disabled incoming messages")
        return {"convo": self._convo(self.chat_with(person))}

    def _messages(self, asked: dict[str, Any]) -> dict[str, Any]:
        said = [self._message_view(post) for post in self.in_thread(self._chat(asked).id)]
        return {"messages": said[::-1][: int(asked.get("limit", 50))]}

    def _send(self, asked: dict[str, Any]) -> dict[str, Any]:
        thread, letter = self._chat(asked), asked.get("message") or {}
        if self.people[thread.person_id or ""].traits.get("blocks_us"):
            raise Refused("BlockedActor", "block between recipient and sender")
        _fits(str(letter.get("text", "")), CHAT_LIMITS, "Input/message/text")
        _check_facets(letter, letter["text"])
        parent = self.posts.get((letter.get("replyTo") or {}).get("messageId", ""))
        if "replyTo" in letter and (parent is None or parent.thread_id != thread.id):
            raise Refused("ReplyTargetNotFound", "reply target not found")
        post = self.say(None, letter["text"], thread=thread, parent=parent, echo=True)
        return self._message_view(post)

    def _logs(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Without a cursor the newest, as the official app begins; with one, what came after it, oldest first."""
        since = asked.get("cursor", "")
        logs = [each for each in self.log if each["rev"] > since][: 50 if since else None]
        last = logs[-1]["rev"] if logs else since or "2222222222222"
        return {"logs": logs if since else logs[-50:], "cursor": last}


_PROCEDURES = {"createSession", "refreshSession", "createRecord", "putRecord", "deleteRecord", "uploadBlob"} | {
    "sendMessage",
    "updateSeen",
}
_LISTS = {"reasons", "uris", "members"}


def iso(milliseconds: int) -> str:
    """A time as records write it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def cid_of(content: Any, raw: bool = False) -> str:
    """A content id (version 1, SHA-256) of a record or of a blob's bytes. Records are hashed as JSON, not as CBOR."""
    data = content if isinstance(content, bytes) else json.dumps(content, sort_keys=True).encode()
    return "b" + _letters(bytes([1, 0x55 if raw else 0x71, 0x12, 0x20]) + hashlib.sha256(data).digest())


def _letters(data: bytes) -> str:
    return b32encode(data).decode().lower().rstrip("=")


def _base64(value: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _token(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token if kind == "Bearer" else ""


def _document(body: bytes, request: Request) -> dict[str, Any]:
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Refused("InvalidRequest", "Request encoding (Content-Type) required but not provided")
    try:
        found = parse_json(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused("InvalidRequest", "Input must be an object")
    return found


def _fits(text: str, limits: tuple[int, int], what: str) -> None:
    if len(text.encode()) > limits[1]:
        raise Refused("InvalidRequest", f"{what} must not be longer than {limits[1]} characters")
    if sum(1 for _ in iter_graphemes(text)) > limits[0]:
        raise Refused("InvalidRequest", f"{what} must not be longer than {limits[0]} graphemes")


def _check_facets(holder: dict[str, Any], text: str) -> None:
    """Their places are bytes; one in the middle of a letter is refused here, where the platform shows nonsense."""
    content = text.encode()
    for facet in holder.get("facets", []):
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        try:
            content[start:end].decode()
        except UnicodeDecodeError:
            end = -1
        if not 0 <= start < end <= len(content):
            raise Refused("InvalidRequest", "a facet does not stand on whole letters")


def _likes(record: dict[str, Any], uri: str) -> bool:
    return record["$type"] == LIKE and record["subject"]["uri"] == uri


def _fault(error: dict[str, Any]) -> Response:
    status = error.get("http") or (400 if error.get("name") else 500)
    name = error.get("name") or {429: "RateLimitExceeded", 502: "UpstreamFailure"}.get(status, "InternalServerError")
    said = {"error": name, "message": error.get("message") or "as asked for"}
    return JSONResponse(said, status_code=status, headers={k: str(v) for k, v in error.get("headers", {}).items()})
