"""Messages and statuses, as the webhook tells them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from infra.square.core.world import Events, Person, Post, Thread
from infra.square.platforms.whatsapp.answers import WORDS

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms.whatsapp.account import WhatsAppAccount

KINDS = {"image": "image", "video": "video", "audio": "audio", "document": "document"}


class WhatsAppEvents(Events):
    """Delivers a change for what happens."""

    def __init__(self, account: WhatsAppAccount, world: World) -> None:
        self.account = account
        self.world = world

    def posted(self, post: Post) -> None:
        person = self.world.people[post.author_id]
        if person.id in self.account.extra["blocked"]:
            return
        message = {**self.message_head(person, post.id), **self._content_of(post)}
        if post.parent_id:
            message["context"] = {"from": self.account.config["display_phone_number"], "id": post.parent_id}
        self.deliver(person, messages=[message])

    def edited(self, post: Post, before: str) -> None:
        person = self.world.people[post.author_id]
        edit = {"original_message_id": post.id, "message": self._content_of(post)}
        self.deliver(person, messages=[{**self.message_head(person), "type": "edit", "edit": edit}])

    def removed(self, post: Post) -> None:
        if post.own:
            return
        person = self.world.people[post.author_id]
        revoke = {"original_message_id": post.id}
        self.deliver(person, messages=[{**self.message_head(person), "type": "revoke", "revoke": revoke}])

    def reacted(self, post: Post, person: Person, reaction: str | None, before: str | None) -> None:
        content = {"message_id": post.id, **({"emoji": reaction} if reaction else {})}
        self.deliver(person, messages=[{**self.message_head(person), "type": "reaction", "reaction": content}])

    def read(self, thread: Thread, person: Person) -> None:
        for post in self.world.posts_in(thread.id):
            if post.own and not post.traits.get("told_read"):
                post.traits["told_read"] = True
                self.deliver_status(person, post.id, "read", post.traits.get("tracker"))

    def deliver(self, person: Person | None, field: str = "messages", **what: Any) -> None:
        numbers = {
            "display_phone_number": self.account.config["display_phone_number"],
            "phone_number_id": self.account.id,
        }
        value: dict[str, Any] = {"messaging_product": "whatsapp", "metadata": numbers}
        if person:
            contact: dict[str, Any] = {"profile": {"name": person.name}, "user_id": person.id}
            if person.traits.get("hidden"):
                contact["profile"]["username"] = f"@{person.handle}"
            else:
                contact["wa_id"] = number_of(person)
            value["contacts"] = [contact]
        self.account.deliver({"field": field, "value": {**value, **what}})

    def message_head(self, person: Person, mid: str | None = None) -> dict[str, Any]:
        """Return the members that each message begins with."""
        head = {
            "id": mid or self.account.new_id("post"),
            "timestamp": str(self.account.clock.now() // 1000),
            "from_user_id": person.id,
        }
        return head if person.traits.get("hidden") else {"from": number_of(person), **head}

    def _content_of(self, post: Post) -> dict[str, Any]:
        if button := post.traits.get("button"):
            chosen = {"type": "button_reply", "button_reply": {"id": button, "title": post.text}}
            return {"type": "interactive", "interactive": chosen}
        if not post.attachments:
            return {"type": "text", "text": {"body": post.text}}
        each = post.attachments[0]
        kind = KINDS.get(each.get("type", ""), "document")
        part = {"id": media_id(post), "mime_type": "image/png"}
        named = {"filename": each.get("name", "Datei")} if kind == "document" else {}
        return {"type": kind, kind: {**part, **named, **({"caption": post.text} if post.text else {})}}

    def deliver_status(
        self, person: Person, mid: str, status: str, tracker: str | None, code: int | None = None
    ) -> None:
        content: dict[str, Any] = {"id": mid, "status": status, "timestamp": str(self.account.clock.now() // 1000)}
        content["recipient_user_id"] = person.id
        if not person.traits.get("hidden"):
            content["recipient_id"] = number_of(person)
        if tracker:
            content["biz_opaque_callback_data"] = tracker
        if code is not None:
            content["errors"] = [{"code": code, "title": WORDS.get(code, "?"), "message": WORDS.get(code, "?")}]
        self.deliver(person, statuses=[content])


def media_id(post: Post) -> str:
    """Return the id of a post's file."""
    return f"media-{hashlib.sha256(post.id.encode()).hexdigest()[:15]}"


def number_of(person: Person) -> str:
    """A phone number that is always the same one's."""
    return "4915" + str(int(hashlib.sha256(person.id.encode()).hexdigest(), 16))[-9:]
