"""Chats, messages and people as a bot sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.world import Person, Post, Thread
from infra.square.platforms.telegram.files import FILE_PARTS

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms.telegram.account import TelegramAccount


class Views:
    """Renders what stands in the world."""

    def __init__(self, account: TelegramAccount, world: World) -> None:
        self.account = account
        self.world = world

    def bot(self) -> dict[str, Any]:
        shown = {"first_name": self.account.config["account_name"], "username": self.account.config["username"]}
        return {"id": int(self.account.config["account_id"]), "is_bot": True, **shown}

    def chat(self, thread: Thread) -> dict[str, Any]:
        person = self.world.people.get(thread.person_id or "")
        if person:
            return {**user_of(person, person_only=True), "type": "private"}
        shown = {"id": int(thread.id), "type": thread.traits["kind"], "title": thread.title}
        extra = {"username": thread.traits.get("username"), "is_forum": thread.traits.get("forum")}
        return {**shown, **{name: value for name, value in extra.items() if value}}

    def message(self, post: Post, deep: bool = True) -> dict[str, Any]:
        thread, traits = self.world.thread_of(post), post.traits
        sender = self.bot() if post.own else user_of(self.world.people[post.author_id])
        message = {
            "message_id": traits["number"],
            "from": sender,
            "chat": self.chat(thread),
            "date": post.created // 1000,
        }
        if business := thread.traits.get("business"):
            message["business_connection_id"] = business
        if traits.get("root") and (traits["topic"] or thread.traits["kind"] == "supergroup"):
            message["message_thread_id"] = traits["root"]
        if traits["topic"]:
            message["is_topic_message"] = True
        if deep and (answered := self._answered(post, thread)):
            message["reply_to_message"] = self.message(answered, deep=False)
        if post.edited:
            message["edit_date"] = post.edited // 1000
        message |= self._files_of(post)
        if post.text:
            message["caption" if post.attachments else "text"] = post.text
        if traits.get("keyboard"):
            message["reply_markup"] = {"inline_keyboard": traits["keyboard"]}
        return {**message, **traits.get("service", {})}

    def _answered(self, post: Post, thread: Thread) -> Post | None:
        """In a topic, what answers nobody answers the message that opened it."""
        if post.parent_id:
            return self.world.posts.get(post.parent_id)
        opened = f"{thread.id}:{post.traits['root']}" if post.traits["topic"] else ""
        return self.world.posts.get(opened) if opened != post.id else None

    def _files_of(self, post: Post) -> dict[str, Any]:
        parts: dict[str, Any] = {}
        for position, each in enumerate(post.attachments):
            kind = each.get("type", "file")
            file = {"file_id": f"AgAC_{post.id.replace(':', '_')}_{position}", "file_unique_id": f"u{position}"}
            if kind == "image":
                sizes = ("small", 90), ("large", 1280)
                parts["photo"] = [
                    {**file, "file_id": f"{file['file_id']}_{name}", "width": w, "height": w} for name, w in sizes
                ]
            else:
                parts[FILE_PARTS.get(kind) or str(kind)] = {**file, "file_name": each.get("name", "Datei")}
        return parts


def user_of(person: Person, person_only: bool = False) -> dict[str, Any]:
    first, _, last = person.name.partition(" ")
    named = {"id": int(person.id), "first_name": first, "username": person.handle}
    if last:
        named["last_name"] = last
    return named if person_only else {**named, "is_bot": False, "language_code": person.traits.get("language", "de")}
