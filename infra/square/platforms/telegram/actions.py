"""Actions that only people on Telegram have."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from infra.square.core.actions import Actions
from infra.square.core.web import BadInput, Fields
from infra.square.core.world import Thread, Utterance
from infra.square.platforms.telegram.views import user_of

if TYPE_CHECKING:
    from infra.square.core.actions import Action
    from infra.square.core.world import World
    from infra.square.platforms.telegram.account import TelegramAccount
    from infra.square.platforms.telegram.events import TelegramEvents
    from infra.square.platforms.telegram.views import Views


class TelegramActions(Actions):
    """The actions of ``POST /_square/telegram/do``."""

    def __init__(self, account: TelegramAccount, world: World, views: Views, events: TelegramEvents) -> None:
        self.account = account
        self.world = world
        self.views = views
        self.events = events

    def actions(self) -> dict[str, Action]:
        return {
            "block": lambda fields: self._block(fields, blocked=True),
            "unblock": lambda fields: self._block(fields, blocked=False),
            "press": self._press,
            "group": self._make_group,
            "topic": self._open_topic,
            "migrate": self._migrate,
            "business": self._write_to_business,
        }

    def _block(self, fields: Fields, *, blocked: bool) -> dict[str, Any]:
        """Have somebody block the bot, or let it in again."""
        person = self.world.person(fields.object("author"))
        person.traits["blocked"] = blocked
        thread, bot = self.world.chat_with(person), self.views.bot()
        before, after = ("member", "kicked") if blocked else ("kicked", "member")
        members = {
            "old_chat_member": {"user": bot, "status": before},
            "new_chat_member": {"user": bot, "status": after},
        }
        update = {
            "chat": self.views.chat(thread),
            "from": user_of(person),
            "date": self.account.clock.now() // 1000,
            **members,
        }
        self.events.deliver("my_chat_member", update)
        return {"author_id": person.id}

    def _press(self, fields: Fields) -> dict[str, Any]:
        """Press a button below a message of the bot."""
        person, data = self.world.person(fields.object("author")), fields.text("data")
        post = self.world.get(fields.text("message_id"))
        if data not in [button["callback_data"] for row in post.traits.get("keyboard", []) for button in row]:
            raise BadInput("there is no such button")
        query_id = str(secrets.randbelow(2**62))
        query = {"id": query_id, "from": user_of(person), "chat_instance": "-1", "data": data}
        self.events.deliver("callback_query", {**query, "message": self.views.message(post)})
        return {"callback_query_id": query_id}

    def _make_group(self, fields: Fields) -> dict[str, Any]:
        """Make a group: ``group``, ``supergroup`` or ``channel``."""
        kind, title = fields.choice("kind", ["group", "supergroup", "channel"]), fields.text("title")
        thread = Thread(
            f"-{self.account.new_id('thread')}" if kind == "group" else f"-100{self.account.new_id('thread')}", title
        )
        thread.traits = {"kind": kind, "number": 0, "username": fields.text("username", None)}
        self.world.threads[thread.id] = thread
        return {"thread_id": thread.id}

    def _open_topic(self, fields: Fields) -> dict[str, Any]:
        """Open a topic in a group, which is a forum from then on."""
        person, thread = self.world.person(fields.object("author")), self.world.threads.get(fields.text("thread_id"))
        if thread is None or thread.traits["kind"] != "supergroup":
            raise BadInput("there is no such supergroup")
        thread.traits["forum"] = True
        number = thread.traits["number"] + 1
        opened = {"name": fields.text("name"), "icon_color": 7322096}
        post = self.world.post(
            Utterance(
                person,
                "",
                thread=thread,
                traits={"root": number, "topic": True, "service": {"forum_topic_created": opened}},
            )
        )
        return {"message_id": post.id}

    def _migrate(self, fields: Fields) -> dict[str, Any]:
        """Make a group a supergroup, with a new id; its messages stay under the old one."""
        old = self.world.threads.get(fields.text("thread_id"))
        if old is None or old.traits["kind"] != "group":
            raise BadInput("there is no such group")
        new = Thread(f"-100{self.account.new_id('thread')}", old.title, traits={"kind": "supergroup", "number": 0})
        self.world.threads[new.id] = new
        self.account.extra["migrated"][old.id] = new.id
        sender = next(iter(self.world.people.values()), None)
        sender_part = {"from": user_of(sender)} if sender else {}
        number = {"message_id": old.traits["number"] + 1, "date": self.account.clock.now() // 1000}
        self.events.deliver(
            "message", {**number, **sender_part, "chat": self.views.chat(old), "migrate_to_chat_id": int(new.id)}
        )
        return {"thread_id": new.id}

    def _write_to_business(self, fields: Fields) -> dict[str, Any]:
        """Write to the company's own Telegram Business account, in which the bot takes part."""
        person, text = self.world.person(fields.object("author")), fields.text("text")
        connection = self.account.extra.setdefault("business", f"Bc{secrets.token_hex(8)}")
        thread_id = f"{connection}:{person.id}"
        traits = {"kind": "private", "number": 0, "business": connection}
        thread = self.world.threads.setdefault(thread_id, Thread(thread_id, "", False, person.id, traits))
        post = self.world.post(Utterance(person, text, thread=thread))
        return {"message_id": post.id, "thread_id": thread_id, "author_id": person.id}

    def shown(self) -> dict[str, Any]:
        return {"hook": {"url": self.account.hook.get("url")}, "answered": self.account.extra["answered"]}
