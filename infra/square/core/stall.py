"""What the stalls of the market have in common: people, threads and messages, and what customers do with them.

A platform is one module beside this one: a ``Stall`` with the platform's own API (``routes``), and with what it tells
its webhooks when somebody says, edits or removes something. Everything under ``/_square/<name>`` is the same for all:
README.md describes it.
"""

from __future__ import annotations

import json
import secrets
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from infra.square.core.web import BadInput, Fields, command

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from starlette.requests import Request

    from infra.square.core.square import Square

ACTIONS = frozenset({"public", "private", "edit", "remove", "react", "read"})
"""What customers may be able to do: write in public, write in private, and the rest with what stands there."""
Kept = TypeVar("Kept")


@dataclass
class Person:
    """Somebody on the platform. ``traits`` are the platform's own."""

    id: str
    name: str
    handle: str
    traits: dict[str, Any] = field(default_factory=dict)


@dataclass
class Thread:
    """What belongs together: a public thread, or a chat with one person."""

    id: str
    title: str = ""
    public: bool = True
    person_id: str | None = None
    traits: dict[str, Any] = field(default_factory=dict)


@dataclass
class Post:
    """One message. Times are milliseconds; ``own`` is the company's."""

    id: str
    thread_id: str
    author_id: str
    text: str
    created: int
    parent_id: str | None = None
    own: bool = False
    edited: int | None = None
    removed: bool = False
    hidden: bool = False
    attachments: list[dict[str, Any]] = field(default_factory=list)
    reactions: dict[str, str] = field(default_factory=dict)
    read: bool = False
    traits: dict[str, Any] = field(default_factory=dict)


class Stall(ABC):
    """One platform with one account of the company. A ``Sender`` for the deliveries."""

    name: str
    label: str
    can: frozenset[str] = ACTIONS
    batches = False
    """Whether several updates come in one POST."""
    repeats = True
    """Whether a call that did not get through is made again."""

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        self.square = square
        self.section = section
        self.clock = square.clock
        self.faults = square.faults
        self.people: dict[str, Person] = {}
        self.threads: dict[str, Thread] = {}
        self.posts: dict[str, Post] = {}
        self.expired = False
        """The company's token is refused."""
        self.hook: dict[str, Any] = {}
        """Where the platform's webhook goes, as it was registered; kept."""

    # -- what a platform says for itself ----------------------------------------------------------------------------

    def account(self) -> tuple[str, str]:
        """The id and the name of the company's account."""
        return str(self.section["account_id"]), str(self.section.get("account_name", self.section["account_id"]))

    def routes(self) -> list[BaseRoute]:
        """The platform's own API, mounted under ``/<name>``."""
        return []

    def said(self, post: Post) -> None:
        """Somebody else wrote."""
        return

    def edited(self, post: Post, before: str) -> None:
        """Somebody else changed what they wrote."""
        return

    def removed(self, post: Post) -> None:
        """Somebody else took down what they wrote; it still stands in ``posts``, marked."""
        return

    def reacted(self, post: Post, person: Person, reaction: str | None) -> None:
        """Somebody reacted, or took a reaction back (None)."""
        return

    def read(self, thread: Thread, person: Person) -> None:
        """Somebody read a chat; its own messages of the company are marked."""
        return

    def acted(self, action: str, asked: Fields) -> dict[str, Any]:
        """What only this platform has."""
        raise BadInput(f"{self.label} has no {action}")

    def callback_url(self) -> str | None:
        """Where webhooks go; None while nobody listens."""
        return self.hook.get("url")

    def compose(self, updates: list[dict[str, Any]]) -> bytes:
        """The body of a webhook call: one update, unless the platform puts something around it."""
        return json.dumps(updates[0]).encode()

    def sign(self, body: bytes) -> dict[str, str]:
        """The headers that prove where it comes from."""
        return {}

    def headers(self, updates: list[dict[str, Any]]) -> dict[str, str]:
        """Further headers of a webhook call."""
        return {}

    def new_id(self, kind: str) -> str:
        """An id for a new ``person``, ``thread`` or ``post``; override it for the platform's kind of ids."""
        return str(10**15 + secrets.randbelow(10**15))

    def extra_snapshot(self) -> dict[str, Any]:
        """What the platform keeps beside people, threads and posts; plain JSON."""
        return {}

    def extra_restore(self, stored: dict[str, Any]) -> None:
        """The reverse; an empty one is a new day."""
        return

    @staticmethod
    @abstractmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        """A configuration for a market of one's own, with secrets made by ``secret``."""

    @staticmethod
    @abstractmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        """How the company connects to it: ``account_id``, ``account_name``, ``secrets``, ``options``."""

    # -- for the platform's own code --------------------------------------------------------------------------------

    def who(self, author: dict[str, Any]) -> Person:
        """The person of a name or id; a name that is new comes to the market."""
        known, name = author.get("id"), author.get("name")
        if known is not None:
            if str(known) not in self.people:
                raise BadInput("there is nobody with this id")
            return self.people[str(known)]
        if not isinstance(name, str) or not name.strip():
            raise BadInput("author needs a name or an id")
        found = next((person for person in self.people.values() if person.name == name), None)
        if found is None:
            found = Person(self.new_id("person"), name, self.handle_of(name))
            self.people[found.id] = found
        return found

    def handle_of(self, name: str) -> str:
        """What a new person is called where names have no spaces."""
        plain = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())
        taken = {person.handle for person in self.people.values()}
        return plain if plain and plain not in taken else f"{plain or 'guest'}{secrets.randbelow(10**6)}"

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
        """Somebody writes, the company if there is no author; a thread is begun where none is named."""
        if thread is None:
            thread = self.threads[parent.thread_id] if parent else self._begin(author, public, title)
        author_id = author.id if author else self.account()[0]
        post = Post(
            post_id or self.new_id("post"),
            thread.id,
            author_id,
            text,
            self.clock.now(),
            parent_id=parent.id if parent else None,
            own=author is None,
            attachments=[dict(each) for each in attachments],
            traits=dict(traits),
        )
        self.posts[post.id] = post
        if author is not None or echo:
            self.said(post)
        self.square.changed()
        return post

    def chat_with(self, person: Person) -> Thread:
        """The private thread with a person, begun if there is none."""
        found = next((each for each in self.threads.values() if not each.public and each.person_id == person.id), None)
        return found or self._begin(person, False, "")

    def thread_of(self, post: Post) -> Thread:
        return self.threads[post.thread_id]

    def in_thread(self, thread_id: str) -> list[Post]:
        """What stands in a thread, oldest first."""
        return [post for post in self.posts.values() if post.thread_id == thread_id and not post.removed]

    def standing(self, post_id: str) -> Post | None:
        """A message that was not taken down."""
        found = self.posts.get(post_id)
        return found if found and not found.removed else None

    def deliver(self, update: dict[str, Any]) -> None:
        """Send an update to whoever listens."""
        self.square.deliveries.post(self.name, update)

    def note(self, request: Request, params: dict[str, Any]) -> None:
        """Remember a call for ``GET /_square/requests``."""
        self.square.note_call(self.name, request.method, request.url.path, params)

    async def answer(
        self,
        request: Request,
        kind: str,
        handler: Callable[[], Awaitable[Response]],
        error_answer: Callable[[dict[str, Any]], Response],
    ) -> Response:
        """Carry a call out, or let the fault happen that was asked for.

        ``kind`` is ``send``, ``read`` or ``profile``; ``error_answer`` makes the platform's own error of
        ``{code, name, http, message, headers, …}``, each but ``code`` perhaps None.
        """
        response = await self.faults.around((kind, request.url.path), handler, error_answer)
        self.square.changed()
        return response

    def _begin(self, person: Person | None, public: bool, title: str) -> Thread:
        thread = Thread(self.new_id("thread"), title, public, person.id if person and not public else None)
        self.threads[thread.id] = thread
        return thread

    # -- the square's side ------------------------------------------------------------------------------------------

    def set_token(self, *, expired: bool, subcode: int) -> None:
        self.expired = expired

    def snapshot(self) -> dict[str, Any]:
        return {
            "people": [asdict(each) for each in self.people.values()],
            "threads": [asdict(each) for each in self.threads.values()],
            "posts": [asdict(each) for each in self.posts.values()],
            "hook": self.hook,
            "extra": self.extra_snapshot(),
        }

    def restore(self, stored: dict[str, Any]) -> None:
        self.people = _restored(Person, stored.get("people", []))
        self.threads = _restored(Thread, stored.get("threads", []))
        self.posts = _restored(Post, stored.get("posts", []))
        self.hook = stored.get("hook", {})
        self.expired = False
        self.extra_restore(stored.get("extra", {}))

    def control_routes(self) -> list[BaseRoute]:
        """What customers do, the same for every platform."""
        actions = {
            "/say": self._say,
            "/edit": self._edit,
            "/remove": self._remove,
            "/react": self._react,
            "/read": self._read,
            "/do": self._do,
            "/raw": self._raw,
        }
        return [
            Route("/view", self._view, methods=["GET"]),
            *(Route(path, command(self.square, action), methods=["POST"]) for path, action in actions.items()),
        ]

    async def _view(self, request: Request) -> Response:
        """Everything that stands; with ``If-None-Match`` nothing while nothing changed."""
        tag = f'"{self.square.version}"'
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        return JSONResponse(self.view(), headers={"ETag": tag, "Cache-Control": "no-cache"})

    def view(self) -> dict[str, Any]:
        """The platform as data, for its visitors' page and for tests."""
        account_id, name = self.account()
        return {
            "label": self.label,
            "version": self.square.version,
            "now": self.clock.now(),
            "account": {"id": account_id, "name": name},
            "can": sorted(self.can),
            "people": [asdict(each) for each in self.people.values()],
            "threads": [self._shown(thread) for thread in self.threads.values()],
        }

    def _shown(self, thread: Thread) -> dict[str, Any]:
        person = self.people.get(thread.person_id or "")
        return {
            "id": thread.id,
            "title": thread.title,
            "public": thread.public,
            "person": asdict(person) if person else None,
            "messages": [self._message(post) for post in self.posts.values() if post.thread_id == thread.id],
        }

    def _message(self, post: Post) -> dict[str, Any]:
        author = self.people.get(post.author_id)
        account_id, account_name = self.account()
        return {
            "id": post.id,
            "parent_id": post.parent_id,
            "author": {
                "id": account_id if post.own else post.author_id,
                "name": account_name if post.own or author is None else author.name,
                "own": post.own,
            },
            "text": "" if post.removed else post.text,
            "created": post.created,
            "edited": post.edited,
            "removed": post.removed,
            "hidden": post.hidden,
            "attachments": [] if post.removed else post.attachments,
            "reactions": dict(post.reactions),
            "read": post.read,
            "traits": post.traits,
        }

    def _say(self, asked: Fields, _path: dict[str, str]) -> dict[str, Any]:
        author, text, to = asked.object("author"), asked.text("text", ""), asked.text("to", None)
        private, title = asked.flag("private", False), asked.text("title", "")
        attachments, traits = asked.objects("attachments"), asked.object("traits", {})
        asked.finish()
        if not text and not attachments and not traits:
            raise BadInput("a message needs a text or attachments")
        person = self.who(author)
        thread, parent = self._place(to) if to is not None else (None, None)
        if thread is None and private:
            thread = self.chat_with(person)
        public = thread.public if thread else True
        self._must("public" if public else "private")
        if thread and not thread.public and thread.person_id not in (None, person.id):
            raise BadInput("this is somebody else's chat")
        post = self.say(
            person, text, thread=thread, parent=parent, public=public, title=title, attachments=attachments, **traits
        )
        return {"message_id": post.id, "thread_id": post.thread_id, "author_id": person.id}

    def _place(self, to: str) -> tuple[Thread, Post | None]:
        if to in self.threads:
            return self.threads[to], None
        parent = self._standing(to)
        return self.threads[parent.thread_id], parent

    def _edit(self, asked: Fields, _path: dict[str, str]) -> dict[str, Any]:
        post, text = self._theirs(asked.text("message_id")), asked.text("text")
        asked.finish()
        self._must("edit")
        before, post.text, post.edited = post.text, text, self.clock.now()
        self.edited(post, before)
        return {"ok": True}

    def _remove(self, asked: Fields, _path: dict[str, str]) -> dict[str, Any]:
        post = self._standing(asked.text("message_id"))
        asked.finish()
        self._must("remove")
        post.removed = True
        self.removed(post)
        return {"ok": True}

    def _react(self, asked: Fields, _path: dict[str, str]) -> dict[str, Any]:
        post, person = self._standing(asked.text("message_id")), self.who(asked.object("author"))
        reaction = None if asked.is_null("reaction") else asked.text("reaction")
        asked.finish()
        self._must("react")
        if reaction is None:
            post.reactions.pop(person.id, None)
        else:
            post.reactions[person.id] = reaction
        self.reacted(post, person, reaction)
        return {"ok": True}

    def _read(self, asked: Fields, _path: dict[str, str]) -> dict[str, Any]:
        thread_id, author = asked.text("thread_id", None), asked.object("author", None)
        asked.finish()
        self._must("read")
        if author is not None:
            thread = self.chat_with(self.who(author))
        elif thread_id in self.threads:
            thread = self.threads[str(thread_id)]
        else:
            raise BadInput("say whose chat it is: author or thread_id")
        person = self.people.get(thread.person_id or "")
        if person is None:
            raise BadInput("this is nobody's chat")
        for post in self.posts.values():
            post.read = post.read or (post.thread_id == thread.id and post.own)
        self.read(thread, person)
        return {"ok": True}

    def _do(self, asked: Fields, _path: dict[str, str]) -> dict[str, Any]:
        action = asked.text("action")
        result = self.acted(action, asked)
        asked.finish()
        return result or {"ok": True}

    def _raw(self, asked: Fields, _path: dict[str, str]) -> dict[str, Any]:
        """Deliver an update of any shape, for what the square does not play itself."""
        update = asked.object("update")
        asked.finish()
        self.deliver(update)
        return {"ok": True}

    def _must(self, action: str) -> None:
        if action not in self.can:
            raise BadInput(f"customers cannot do this on {self.label}: {action}")

    def _standing(self, post_id: str) -> Post:
        found = self.standing(post_id)
        if found is None:
            raise BadInput("there is no such message, or it was removed")
        return found

    def _theirs(self, post_id: str) -> Post:
        post = self._standing(post_id)
        if post.own:
            raise BadInput("this is the company's")
        return post


def _restored(kind: type[Kept], stored: Iterable[dict[str, Any]]) -> dict[str, Kept]:
    known = {each.name for each in fields(kind)}  # pyright: ignore[reportArgumentType] - dataclasses, all of them
    made = [kind(**{name: value for name, value in each.items() if name in known}) for each in stored]
    return {each.id: each for each in made}  # pyright: ignore[reportAttributeAccessIssue]
