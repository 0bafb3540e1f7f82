"""What customers and others do on the Page: the control API under ``/_square/facebook``; see README.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.square.core.web import BadInput, Fields, command
from infra.square.platforms.facebook.limits import LIMITS
from infra.square.platforms.facebook.view import threads

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from infra.square.core.square import Square
    from infra.square.platforms.facebook.model import Chat, Item, Message
    from infra.square.platforms.facebook.platform import Facebook

PUBLIC_REACTIONS = ("like", "love", "wow", "care", "haha", "sad", "angry")
CHAT_REACTIONS = ("like", "love", "smile", "wow", "sad", "angry", "dislike", "other")
MOST_EDITS = 5


def control_routes(facebook: Facebook, square: Square) -> list[BaseRoute]:
    control = Control(facebook)
    writes = {
        "/people": control.add_person,
        "/posts": control.post,
        "/comments": control.comment,
        "/messages": control.write,
        "/echoes": control.echo,
        "/reactions": control.react,
        "/postbacks": control.press,
        "/reads": control.read,
        "/page": control.set_page,
        "/events": control.raw_event,
        "/objects/{id}/hide": control.hide,
        "/objects/{id}/unhide": control.unhide,
    }
    return [
        Route("/threads", control.threads, methods=["GET"]),
        Route("/limits", command(square.changed, control.set_limits), methods=["PUT"]),
        Route("/objects/{id}", command(square.changed, control.edit), methods=["PATCH"]),
        Route("/objects/{id}", command(square.changed, control.remove), methods=["DELETE"]),
        *(Route(path, command(square.changed, action), methods=["POST"]) for path, action in writes.items()),
    ]


class Control:
    """One method per thing that somebody can do; each reads its fields strictly and says what came of it."""

    def __init__(self, facebook: Facebook) -> None:
        self._facebook = facebook
        self._page_id = facebook.account.page_id

    async def threads(self, request: Request) -> Response:
        """The whole Page; with ``If-None-Match`` nothing while nothing changed."""
        tag = f'"{self._facebook.version}"'
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        limit = request.query_params.get("limit", "")
        if limit and not limit.isdecimal():
            raise BadInput("limit must be a whole number")
        return JSONResponse(
            threads(self._facebook, int(limit or 0)), headers={"ETag": tag, "Cache-Control": "no-cache"}
        )

    def add_person(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        name = fields.text("name")
        traits = {trait: fields.flag(trait, None) for trait in ("hides_profile", "hides_author", "blocked")}
        fields.finish()
        person = self._facebook.people.who({"name": name})
        for trait, value in traits.items():
            if value is not None:
                setattr(person, trait, value)
        return {"id": person.id}

    def post(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        author, text = fields.object("author"), fields.text("text", "")
        content = {"photos": fields.texts("photos"), "video": fields.text("video", None)}
        content["link"] = fields.text("link", None)
        fields.finish()
        if not text and not any(content.values()):
            raise BadInput("a post needs a text, photos, a video or a link")
        return {"post_id": self._facebook.wall.post(self._writer(author), text, **content).id}

    def comment(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        parent = self._item(fields.text("parent_id"))
        author, text = fields.object("author"), fields.text("text", "")
        photo, video = fields.text("photo", None), fields.text("video", None)
        fields.finish()
        if not text and not photo and not video:
            raise BadInput("a comment needs a text, a photo or a video")
        photos = [photo] if photo else []
        comment = self._facebook.wall.comment(parent, self._writer(author), text, photos=photos, video=video)
        return {"comment_id": comment.id}

    def write(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        """A person's private message to the Page."""
        author, text, standby = fields.object("author"), fields.text("text", ""), fields.flag("standby", False)
        content = {"attachments": fields.objects("attachments"), "quick_reply": fields.text("quick_reply", None)}
        content["reply_to"] = fields.text("reply_to", None)
        fields.finish()
        if not text and not content["attachments"]:
            raise BadInput("a message needs a text or attachments")
        person = self._facebook.people.who(author)
        self._admit(person.id)
        message = self._facebook.chats.receive(person.id, text, standby=standby, **content)
        return {"mid": message.mid, "psid": person.id}

    def echo(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        """A message of the Page that another tool wrote, or (without ``app_id``) a person in Meta's inbox."""
        author, text, app_id = fields.object("author"), fields.text("text"), fields.text("app_id", None)
        metadata, standby = fields.text("metadata", None), fields.flag("standby", False)
        fields.finish()
        person = self._facebook.people.who(author)
        message = self._facebook.chats.send(person.id, text, app_id=app_id, metadata=metadata, standby=standby)
        return {"mid": message.mid, "psid": person.id}

    def react(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        target_id, author = fields.text("target_id"), fields.object("author")
        reaction = None if fields.flag("remove", False) else fields.text("reaction")
        fields.is_null("reaction")
        fields.finish()
        found = self._facebook.chats.find(target_id)
        known = CHAT_REACTIONS if found else PUBLIC_REACTIONS
        if reaction is not None and reaction not in known:
            raise BadInput(f"reaction must be one of {', '.join(known)}")
        if found:
            self._react_in_chat(found, author, reaction)
        else:
            self._facebook.wall.react(self._item(target_id), self._author(author), reaction)
        return {"ok": True}

    def _react_in_chat(self, found: tuple[Chat, Message], author: dict[str, Any], reaction: str | None) -> None:
        if self._facebook.people.who(author).id != found[0].person_id:
            raise BadInput("only the person whose chat it is can react there")
        self._facebook.chats.react(*found, reaction)

    def press(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        author, title, payload = fields.object("author"), fields.text("title"), fields.text("payload")
        fields.finish()
        person = self._facebook.people.who(author)
        return {"mid": self._facebook.chats.press(person.id, title, payload), "psid": person.id}

    def read(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        author = fields.object("author")
        fields.finish()
        self._facebook.chats.read(self._facebook.people.who(author).id)
        return {"ok": True}

    def set_page(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        restricted = fields.flag("restricted")
        fields.finish()
        self._facebook.account.restricted = restricted
        return {"restricted": restricted}

    def set_limits(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        """Change what is named, keep the rest; null is the platform's own limit."""
        read = {name: fields.whole(name, None, least=1) for name in LIMITS}
        fields.finish()
        return self._facebook.limits.choose({name: most for name, most in read.items() if fields.has(name)})

    def raw_event(self, fields: Fields, _path: dict[str, str]) -> dict[str, Any]:
        """Deliver a change or a Messenger event of any shape, for what the square does not play itself."""
        name, value = fields.text("field"), fields.object("value", None)
        event, standby = fields.object("messaging", None), fields.flag("standby", False)
        fields.finish()
        if (value is None) == (event is None):
            raise BadInput("give either value (a change) or messaging (a Messenger event)")
        if value is not None:
            self._facebook.account.publish_change(value, name)
        else:
            self._facebook.account.publish_messaging(name, event, standby=standby)
        return {"ok": True}

    def edit(self, fields: Fields, path: dict[str, str]) -> dict[str, Any]:
        text = fields.text("text")
        fields.finish()
        if found := self._facebook.chats.find(path["id"]):
            chat, message = found
            if message.author_id == self._page_id or message.edits >= MOST_EDITS:
                raise BadInput("only a person's own message can be edited, and at most five times")
            self._facebook.chats.edit(chat, message, text)
        else:
            self._facebook.wall.edit(self._item(path["id"]), text)
        return {"ok": True}

    def remove(self, fields: Fields, path: dict[str, str]) -> dict[str, Any]:
        fields.finish()
        if found := self._facebook.chats.find(path["id"]):
            # Messenger has no webhook for an unsent message.
            found[0].messages.remove(found[1])
        else:
            self._facebook.wall.remove(self._item(path["id"]))
        return {"ok": True}

    def hide(self, fields: Fields, path: dict[str, str]) -> dict[str, Any]:
        fields.finish()
        self._facebook.wall.hide(self._item(path["id"]), True)
        return {"ok": True}

    def unhide(self, fields: Fields, path: dict[str, str]) -> dict[str, Any]:
        fields.finish()
        self._facebook.wall.hide(self._item(path["id"]), False)
        return {"ok": True}

    def _item(self, item_id: str) -> Item:
        item = self._facebook.wall.standing(item_id)
        if item is None:
            raise BadInput("there is no such post, comment or message, or it was removed")
        return item

    def _writer(self, author: dict[str, Any]) -> str:
        """Who writes in public, if the Page lets them."""
        found = self._author(author)
        self._admit(found)
        return found

    def _admit(self, author_id: str) -> None:
        person = self._facebook.people.by_id.get(author_id)
        if person and person.shut_out:
            raise BadInput("the Page has blocked this person")

    def _author(self, author: dict[str, Any]) -> str:
        """Who acts in public: a person, or the Page itself (``{"page": true}``) through another tool."""
        if author.get("page") is True:
            return self._page_id
        return self._facebook.people.who(author).id
