"""Mastodon on the square: one server with the company's account on it, and everybody else's posts to it.

After docs.joinmastodon.org (methods: accounts, instance, media, notifications, statuses; entities: Status, Account,
Notification) and ``app/validators/status_length_validator.rb``. Nothing is pushed: whoever wants to know, asks.
Whatever somebody writes to the company counts as a mention.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from wcwidth import iter_graphemes

from infra.square.core.params import read_params
from infra.square.core.stall import Person, Post, Stall, Thread
from infra.square.core.web import Fields

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request

    from infra.square.core.square import Square

KEPT = 3_600_000
"""Milliseconds for which an idempotency key is remembered."""
MOST_AT_ONCE = 20
PUBLIC = ("public", "unlisted")
VISIBILITIES = (*PUBLIC, "private", "direct")
NAME = re.compile(r"(?<![=/\w])@([a-zA-Z0-9_]+(?:[a-zA-Z0-9_.-]*[a-zA-Z0-9_])?)(?:@([\w.-]+\w))?")
ADDRESS = re.compile(r"https?://[\w.-]+\.[a-z]{2,}(?:/[^\s]*)?")


class Refused(Exception):
    """An error as the server answers it."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


@dataclass
class Note:
    """One notification of the company's account."""

    id: str
    type: str
    person_id: str
    post_id: str
    at: int


class Mastodon(Stall):
    """One account of the company."""

    name = "mastodon"
    label = "Mastodon"
    can = frozenset({"public", "private", "edit", "remove", "react"})

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        super().__init__(square, section)
        self.config = section
        self.username = str(section["username"])
        self.extra_restore({})

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        """A fresh server, with a token of its own."""
        return {
            "account_id": "109300000000000001",
            "account_name": "Nordlicht Netz",
            "username": "nordlicht",
            "access_token": secret(),
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        """The connection to the company's account."""
        return {
            "account_id": section["account_id"],
            "account_name": section["account_name"],
            "secrets": {"access_token": section["access_token"]},
            "options": {"base_url": f"{square_url}/mastodon", "max_characters": "500"},
        }

    def routes(self) -> list[BaseRoute]:
        return [Route("/api/{path:path}", self._handle, methods=["GET", "POST", "PUT", "DELETE"])]

    # -- state ------------------------------------------------------------------------------------------------------

    def extra_snapshot(self) -> dict[str, Any]:
        return {
            "last": self.last,
            "notes": [asdict(note) for note in self.notes],
            "keys": self.keys,
            "settings": self.settings,
            "media": self.media,
        }

    def extra_restore(self, stored: dict[str, Any]) -> None:
        self.last: int = stored.get("last", 115_000_000_000_000_000)
        self.notes: list[Note] = [Note(**each) for each in stored.get("notes", [])]
        self.keys: dict[str, Any] = stored.get("keys", {})
        """Idempotency key → when it was used, and for which post."""
        self.settings: dict[str, Any] = stored.get("settings", {"max": 500, "several": True, "domain": "nord.example"})
        self.media: dict[str, Any] = stored.get("media", {})

    def new_id(self, kind: str) -> str:
        self.last += 1 + secrets.randbelow(1000)
        return str(self.last)

    def _address(self) -> str:
        return str(self.config.get("url", "https://nord.example"))

    # -- what people do ---------------------------------------------------------------------------------------------

    def said(self, post: Post) -> None:
        post.traits.setdefault("visibility", "public" if self.thread_of(post).public else "direct")
        self._note("mention", post.author_id, post)

    def reacted(self, post: Post, person: Person, reaction: str | None) -> None:
        if reaction is not None and post.own:
            self._note("favourite", person.id, post)

    def acted(self, action: str, asked: Fields) -> dict[str, Any]:
        if action == "own":
            post = self._publish(asked.text("text"), asked.text("to", ""), asked.text("visibility", "public"))
            return {"message_id": post.id}
        if action == "settings":
            self.settings.update({"max": asked.whole("max")} if asked.has("max") else {})
            self.settings.update({"several": asked.flag("several")} if asked.has("several") else {})
            return dict(self.settings)
        if action == "notify":
            post = self.posts.get(asked.text("message_id", ""))
            person = self.who(asked.object("author"))
            self._note(asked.text("type"), person.id, post)
            return {}
        if action in ("abroad", "block"):
            person = self.who(asked.object("author"))
            trait = {"domain": asked.text("domain")} if action == "abroad" else {"blocks": True}
            person.traits.update(trait)
            return {"author_id": person.id}
        return super().acted(action, asked)

    def _note(self, kind: str, person_id: str, post: Post | None) -> None:
        self.notes.append(Note(self.new_id("note"), kind, person_id, post.id if post else "", self.clock.now()))

    # -- as the server shows it -------------------------------------------------------------------------------------

    def _account(self, person_id: str) -> dict[str, Any]:
        account_id, name = self.account()
        own = person_id == account_id
        person = Person(account_id, name, self.username) if own else self.people[person_id]
        domain = person.traits.get("domain", "")
        return {
            "id": person.id,
            "username": person.handle,
            "acct": f"{person.handle}@{domain}" if domain else person.handle,
            "display_name": person.name,
            "url": f"https://{domain or self.settings['domain']}/@{person.handle}",
            "bot": False,
            "locked": False,
            "created_at": "2024-01-01T00:00:00.000Z",
        }

    def _status(self, post: Post) -> dict[str, Any]:
        account = self._account(post.author_id)
        above = self.standing(post.parent_id or "")
        return {
            "id": post.id,
            "uri": f"{self._address()}/users/{account['username']}/statuses/{post.id}",
            "url": f"{self._address()}/@{account['acct']}/{post.id}",
            "created_at": _iso(post.created),
            "edited_at": _iso(post.edited) if post.edited else None,
            "in_reply_to_id": above.id if above else None,
            "in_reply_to_account_id": above.author_id if above else None,
            "account": account,
            "content": self._content(post.text),
            "visibility": post.traits.get("visibility", "public"),
            "spoiler_text": post.traits.get("spoiler_text", ""),
            "sensitive": False,
            "language": post.traits.get("language", "de"),
            "mentions": self._mentions(post),
            "tags": [],
            "emojis": [],
            "media_attachments": [self._medium(each) for each in post.attachments],
            "reblog": None,
            "favourited": self.account()[0] in post.reactions,
            "favourites_count": len(post.reactions),
        }

    def _medium(self, attachment: dict[str, Any]) -> dict[str, Any]:
        kept = {"id": attachment.get("id") or "1", "type": attachment.get("type", "image")}
        return {**kept, "url": attachment.get("url"), "remote_url": None, "description": attachment.get("name")}

    def _content(self, text: str) -> str:
        """HTML as the server makes it: links to people and addresses, the latter partly invisible."""

        def person(found: re.Match[str]) -> str:
            return f'<span class="h-card"><a href="#" class="u-url mention">@<span>{found[1]}</span></a></span>'

        def address(found: re.Match[str]) -> str:
            start, _, rest = found[0].partition("://")
            return (
                f'<a href="{found[0]}" rel="nofollow noopener"><span class="invisible">{start}://</span>'
                f'<span class="ellipsis">{rest[:30]}</span><span class="invisible">{rest[30:]}</span></a>'
            )

        paragraphs = [NAME.sub(person, ADDRESS.sub(address, escape(part))) for part in text.split("\n\n")]
        return "".join("<p>{}</p>".format(part.replace("\n", "<br />")) for part in paragraphs if part)

    def _mentions(self, post: Post) -> list[dict[str, Any]]:
        """Whom a post names; what others write names the company."""
        people = self._named(post.text) if post.own else []
        shown = [self._account(person.id) for person in people] if post.own else [self._account(self.account()[0])]
        return [{name: each[name] for name in ("id", "username", "acct", "url")} for each in shown]

    def _named(self, text: str) -> list[Person]:
        names = {(found[1].lower(), (found[2] or "").lower()) for found in NAME.finditer(text)}
        known = self.people.values()
        return [each for each in known if (each.handle.lower(), each.traits.get("domain", "").lower()) in names]

    # -- the API ----------------------------------------------------------------------------------------------------

    async def _handle(self, request: Request) -> Response:
        path = request.path_params["path"].strip("/")
        params = await read_params(request)
        self.note(request, params)
        kind = "read" if request.method == "GET" else "send"
        key = request.headers.get("idempotency-key", "")

        async def handler() -> Response:
            try:
                self._permit(request, path)
                found = self._call(request.method, path, {**params, "idempotency_key": key})
            except Refused as refused:
                return _json({"error": refused.text}, refused.status)
            return _json(found, headers=self._links(request, path, found))

        return await self.answer(request, kind, handler, _error)

    def _permit(self, request: Request, path: str) -> None:
        if path.endswith("instance"):
            return
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        right = secrets.compare_digest(given.encode(), str(self.config["access_token"]).encode())
        if self.expired or not right:
            raise Refused(401, "The access token is invalid")

    def _links(self, request: Request, path: str, found: Any) -> dict[str, str]:
        if not isinstance(found, list) or not found or path == "v1/statuses":
            return {}
        here = f"{self._address()}/api/{path}"
        links = f'<{here}?max_id={found[-1]["id"]}>; rel="next", <{here}?min_id={found[0]["id"]}>; rel="prev"'
        return {"Link": links}

    def _call(self, method: str, path: str, params: dict[str, Any]) -> Any:
        for allowed, pattern, action in self._actions():
            found = re.fullmatch(pattern, path)
            if found and method == allowed:
                return action(params, *found.groups())
        raise Refused(404, "Record not found")

    def _actions(self) -> list[tuple[str, str, Callable[..., Any]]]:
        """What the API offers: method, path, and what is called with the parameters and the path's parts."""
        return [
            ("GET", "(v[12])/instance", self._instance),
            ("GET", "v1/accounts/verify_credentials", lambda _: self._account(self.account()[0])),
            ("GET", r"v1/accounts/(\d+)", self._somebody),
            ("GET", r"v1/accounts/(\d+)/statuses", self._statuses_of),
            ("POST", r"v1/accounts/(\d+)/(block|unblock)", self._block),
            ("GET", "v1/notifications", self._notifications),
            ("GET", "v1/statuses", self._several),
            ("POST", "v1/statuses", self._create),
            ("GET", r"v1/statuses/(\d+)", lambda _, post_id: self._status(self._seen(post_id))),
            ("PUT", r"v1/statuses/(\d+)", self._update),
            ("DELETE", r"v1/statuses/(\d+)", self._delete),
            ("GET", r"v1/statuses/(\d+)/source", self._source),
            ("GET", r"v1/statuses/(\d+)/context", self._context),
            ("POST", r"v1/statuses/(\d+)/(favourite|unfavourite)", self._favourite),
            ("POST", "v2/media", self._upload),
        ]

    def _instance(self, _params: dict[str, Any], version: str) -> dict[str, Any]:
        limits = {"max_characters": self.settings["max"], "max_media_attachments": 4, "characters_reserved_per_url": 23}
        name = {"domain": self.settings["domain"]} if version == "v2" else {"uri": self.settings["domain"]}
        shown = {"title": "Nord", "version": "4.6.0", "configuration": {"statuses": limits}}
        return {**name, **shown}

    def _seen(self, post_id: str) -> Post:
        post = self.standing(post_id)
        author = self.people.get(post.author_id) if post else None
        if post is None or (author and author.traits.get("blocks")):
            raise Refused(404, "Record not found")
        return post

    def _somebody(self, _params: dict[str, Any], person_id: str) -> dict[str, Any]:
        if person_id not in self.people and person_id != self.account()[0]:
            raise Refused(404, "Record not found")
        return self._account(person_id)

    def _statuses_of(self, params: dict[str, Any], person_id: str) -> list[dict[str, Any]]:
        found = [post for post in self.posts.values() if post.author_id == person_id and not post.removed]
        return [self._status(post) for post in _page(found, params, 40)]

    def _block(self, _params: dict[str, Any], person_id: str, verb: str) -> dict[str, Any]:
        self._somebody({}, person_id)
        self.people[person_id].traits["blocked"] = verb == "block"
        return {"id": person_id, "blocking": verb == "block"}

    def _notifications(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        types = _listed(params.get("types[]"))
        seen = [
            note
            for note in self.notes
            if (not types or note.type in types)
            and (not note.post_id or self.standing(note.post_id))
            and not self.people[note.person_id].traits.get("blocked")
        ]
        return [self._noted(note) for note in _page(seen, params, 80)]

    def _noted(self, note: Note) -> dict[str, Any]:
        shown = {"id": note.id, "type": note.type, "created_at": _iso(note.at), "group_key": f"ungrouped-{note.id}"}
        status = {"status": self._status(self.posts[note.post_id])} if note.post_id else {}
        return {**shown, "account": self._account(note.person_id), **status}

    def _several(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        if not self.settings["several"]:
            raise Refused(404, "Record not found")
        wanted = _listed(params.get("id[]"))
        if len(wanted) > MOST_AT_ONCE:
            raise Refused(422, "Too many ids")
        people = self.people
        found = [post for each in wanted if (post := self.standing(each))]
        hidden = {each.id for each in people.values() if each.traits.get("blocks")}
        return [self._status(post) for post in found if post.author_id not in hidden]

    def _create(self, params: dict[str, Any]) -> dict[str, Any]:
        key = params["idempotency_key"]
        at, known = self.keys.get(key, (0, "")) if key else (0, "")
        if known and self.clock.now() - at < KEPT and known in self.posts:
            return self._status(self.posts[known])
        visibility = str(params.get("visibility") or "public")
        if visibility not in VISIBILITIES:
            raise Refused(422, "Validation failed: Visibility is not included in the list")
        media = [self.media[each] for each in _listed(params.get("media_ids")) if each in self.media]
        text = str(params.get("status") or "")
        self._judge(text, str(params.get("spoiler_text") or ""), media)
        post = self._publish(text, str(params.get("in_reply_to_id") or ""), visibility, media)
        if key:
            self.keys[key] = (self.clock.now(), post.id)
        return self._status(post)

    def _judge(self, text: str, warning: str, media: Sequence[dict[str, Any]]) -> None:
        if not text.strip() and not media:
            raise Refused(422, "Validation failed: Text can't be blank")
        counted = NAME.sub(lambda found: f"@{found[1]}", ADDRESS.sub("x" * 23, text))
        if sum(1 for _ in iter_graphemes(warning + counted)) > self.settings["max"]:
            raise Refused(422, f"Validation failed: Text character limit of {self.settings['max']} exceeded")

    def _publish(self, text: str, to: str, visibility: str, media: Sequence[dict[str, Any]] = ()) -> Post:
        """The company's post, in the thread of what it answers; what is not public goes into a chat."""
        parent = self._seen(to) if to else None
        named = self._named(text)
        thread = self.thread_of(parent) if parent else None
        if visibility not in PUBLIC:
            person = next(iter(named), None)
            thread = self.chat_with(person) if person else Thread(self.new_id("thread"), public=False)
            self.threads.setdefault(thread.id, thread)
        return self.say(None, text, thread=thread, parent=parent, attachments=media, visibility=visibility)

    def _update(self, params: dict[str, Any], post_id: str) -> dict[str, Any]:
        post = self._mine(post_id)
        media = [each for each in post.attachments if str(each.get("id")) in _listed(params.get("media_ids"))]
        text = str(params.get("status") or "")
        self._judge(text, str(params.get("spoiler_text") or ""), media)
        if text != post.text:
            post.text, post.edited = text, self.clock.now()
        post.attachments = media
        return self._status(post)

    def _delete(self, _params: dict[str, Any], post_id: str) -> dict[str, Any]:
        post = self._mine(post_id)
        shown = {**self._status(post), "text": post.text}
        post.removed = True
        return shown

    def _mine(self, post_id: str) -> Post:
        post = self._seen(post_id)
        if not post.own:
            raise Refused(404, "Record not found")
        return post

    def _source(self, _params: dict[str, Any], post_id: str) -> dict[str, Any]:
        post = self._mine(post_id)
        return {"id": post.id, "text": post.text, "spoiler_text": post.traits.get("spoiler_text", "")}

    def _context(self, _params: dict[str, Any], post_id: str) -> dict[str, Any]:
        post = self._seen(post_id)
        above: list[Post] = []
        while parent := self.standing((above[0] if above else post).parent_id or ""):
            above.insert(0, parent)
        below, known = [], {post.id}
        for each in self.posts.values():
            if each.parent_id in known and not each.removed:
                known.add(each.id)
                below.append(each)
        return {
            "ancestors": [self._status(each) for each in above],
            "descendants": [self._status(each) for each in below],
        }

    def _favourite(self, _params: dict[str, Any], post_id: str, verb: str) -> dict[str, Any]:
        post = self._seen(post_id)
        if verb == "favourite":
            post.reactions[self.account()[0]] = "⭐"
        else:
            post.reactions.pop(self.account()[0], None)
        return self._status(post)

    def _upload(self, params: dict[str, Any]) -> dict[str, Any]:
        file = params.get("file")
        if not isinstance(file, dict):
            raise Refused(422, "Validation failed: File can't be blank")
        if not str(file["type"]).startswith(("image/", "video/", "audio/")):
            raise Refused(422, "Validation failed: File content type is invalid")
        found = self.new_id("media")
        url = f"{self._address()}/media/{found}"
        self.media[found] = {"id": found, "type": "image", "url": url, "name": params.get("description")}
        return self._medium(self.media[found])


def _page(items: Sequence[Any], params: dict[str, Any], most: int) -> list[Any]:
    """A page as the server cuts it, the newest first; with ``min_id`` the oldest of what is newer."""
    limit = min(int(params.get("limit", 20)), most)
    found = sorted(items, key=lambda each: int(each.id))
    least = int(params.get("min_id") or params.get("since_id") or 0)
    highest = int(params.get("max_id") or 10**30)
    found = [each for each in found if least < int(each.id) < highest]
    return list(reversed(found[:limit] if params.get("min_id") else found[-limit:]))


def _listed(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)] if value else []


def _iso(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    reset = _iso(int(time.time() // 300 * 300 + 300) * 1000)
    limits = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "299", "X-RateLimit-Reset": reset}
    kind = {"Content-Type": "application/json; charset=utf-8"}
    return Response(json.dumps(body).encode(), status, {**kind, **limits, **(headers or {})})


def _error(error: dict[str, Any]) -> Response:
    """An error that was asked for: by its status, as the server words it."""
    status = error.get("http") or (error["code"] if 400 <= error["code"] < 600 else 500)
    texts = {401: "The access token is invalid", 404: "Record not found", 429: "Too many requests"}
    return _json({"error": error.get("message") or texts.get(status, "asked for")}, status, error.get("headers") or {})
