"""The control API of customers under ``/_square/<name>``, the same for all platforms; see README.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from infra.square.core.view import view
from infra.square.core.web import BadInput, Fields, command
from infra.square.core.world import ANSWERS, STRANGER, Utterance

if TYPE_CHECKING:
    from starlette.requests import Request

    from infra.square.core.platform import Platform
    from infra.square.core.square import Square
    from infra.square.core.world import Person, Thread


def customer_routes(square: Square, platform: Platform) -> list[BaseRoute]:
    """Return the control API of one platform."""
    customers = Customers(square, platform)
    commands = {
        "/post": customers.post,
        "/say": customers.say,
        "/edit": customers.edit,
        "/remove": customers.remove,
        "/react": customers.react,
        "/read": customers.read,
        "/do": customers.do,
        "/raw": customers.raw,
    }
    return [
        Route("/view", customers.view, methods=["GET"]),
        *(Route(path, command(square.changed, action), methods=["POST"]) for path, action in commands.items()),
    ]


class Customers:
    """One method per thing that customers can do; each reads its fields strictly and returns what came of it."""

    def __init__(self, square: Square, platform: Platform) -> None:
        self._square = square
        self._platform = platform
        self._world = platform.world

    async def view(self, request: Request) -> Response:
        """Show what stands, or the last ``limit`` public threads; 304 for an unchanged ``ETag``."""
        tag = f'"{self._square.version}"'
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        limit = request.query_params.get("limit", "0")
        if not limit.isdecimal():
            raise BadInput("limit must be a whole number")
        body = {"version": self._square.version, "now": self._square.clock.now(), **view(self._platform, int(limit))}
        return JSONResponse(body, headers={"ETag": tag, "Cache-Control": "no-cache"})

    def post(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        """Write: to a thread or a message (``to``), in private, or in public."""
        author, text, to = fields.object("author"), fields.text("text", ""), fields.text("to", None)
        private, title = fields.flag("private", False), fields.text("title", "")
        attachments, traits = fields.objects("attachments"), fields.object("traits", {})
        fields.finish()
        if not text and not attachments and not traits:
            raise BadInput("a message needs a text or attachments")
        person = self._world.person(author)
        thread, parent = self._world.target(to) if to is not None else (None, None)
        if thread is None and private:
            thread = self._world.chat_with(person)
        public = thread.public if thread else True
        self._require("public" if public else "private")
        if attachments:
            self._require("attach_public" if public else "attach")
        if thread and not thread.public and thread.person_id not in (None, person.id):
            raise BadInput("this is somebody else's chat")
        utterance = Utterance(
            person,
            text,
            thread=thread,
            parent=parent,
            public=public,
            title=title,
            attachments=attachments,
            traits=dict(traits),
        )
        post = self._world.post(utterance)
        return {"message_id": post.id, "thread_id": post.thread_id, "author_id": person.id}

    def say(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        """Write in public to nobody in particular, or (``to``) below what another wrote; found by search alone.

        ``answers`` says how the author takes an answer of the company, once: nothing is ``silence``.
        """
        author, text, to = fields.object("author"), fields.text("text"), fields.text("to", None)
        fields.choice("trait", ("public",))
        title, traits = fields.text("title", ""), fields.object("traits", {})
        answers = fields.choice("answers", ("thanks", "no", "block", "silence"), "silence")
        fields.finish()
        self._require("public")
        person = self._world.person(author)
        thread, parent = self._world.target(to) if to is not None else (None, None)
        person.traits[ANSWERS] = answers
        said = {**traits, STRANGER: True}
        post = self._world.post(Utterance(person, text, thread=thread, parent=parent, title=title, traits=said))
        return {"message_id": post.id, "thread_id": post.thread_id, "author_id": person.id}

    def edit(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        """Change the text of a message."""
        post, text = self._world.get_of_others(fields.text("message_id")), fields.text("text")
        fields.finish()
        self._require("edit")
        before = post.text, post.edited
        post.text, post.edited = text, self._square.clock.now()
        try:
            self._world.events.edited(post, before[0])
        except BadInput:
            post.text, post.edited = before
            raise
        return {"ok": True}

    def remove(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        """Remove a message."""
        post = self._world.get(fields.text("message_id"))
        fields.finish()
        self._require("remove")
        post.removed = True
        self._world.events.removed(post)
        return {"ok": True}

    def react(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        """React to a message, or take a reaction back."""
        post, person = self._world.get(fields.text("message_id")), self._world.person(fields.object("author"))
        reaction = None if fields.is_null("reaction") else fields.text("reaction")
        fields.finish()
        self._require("react")
        reactions, before = dict(post.reactions), post.reactions.get(person.id)
        if reaction is None:
            post.reactions.pop(person.id, None)
        else:
            post.reactions[person.id] = reaction
        try:
            self._world.events.reacted(post, person, reaction, before)
        except BadInput:
            post.reactions = reactions
            raise
        return {"ok": True}

    def read(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        """Read a chat: that of an author, or of a thread's id."""
        thread_id, author = fields.text("thread_id", None), fields.object("author", None)
        fields.finish()
        self._require("read")
        thread, person = self._chat(thread_id, author)
        for post in self._world.posts.values():
            post.read = post.read or (post.thread_id == thread.id and post.own)
        self._world.events.read(thread, person)
        return {"ok": True}

    def do(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        """Carry out what only this platform has."""
        result = self._platform.actions.run(fields.text("action"), fields)
        fields.finish()
        return result or {"ok": True}

    def raw(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        """Deliver an update of any shape, for what the square does not play itself."""
        update = fields.object("update")
        fields.finish()
        self._platform.account.deliver(update)
        return {"ok": True}

    def _chat(self, thread_id: str | None, author: dict[str, Any] | None) -> tuple[Thread, Person]:
        if author is not None:
            thread = self._world.chat_with(self._world.person(author))
        elif thread_id in self._world.threads:
            thread = self._world.threads[str(thread_id)]
        else:
            raise BadInput("say whose chat it is: author or thread_id")
        person = self._world.people.get(thread.person_id or "")
        if person is None:
            raise BadInput("this is nobody's chat")
        return thread, person

    def _require(self, ability: str) -> None:
        if ability not in self._platform.can:
            raise BadInput(f"customers cannot do this on {self._platform.label}: {ability}")
