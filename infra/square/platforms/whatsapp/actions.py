"""Actions that only people on WhatsApp have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.actions import Actions
from infra.square.core.web import BadInput, Fields
from infra.square.core.world import Person, Utterance
from infra.square.platforms.whatsapp.events import number_of

if TYPE_CHECKING:
    from infra.square.core.actions import Action
    from infra.square.core.world import World
    from infra.square.platforms.whatsapp.account import WhatsAppAccount
    from infra.square.platforms.whatsapp.events import WhatsAppEvents


class WhatsAppActions(Actions):
    """The actions of ``POST /_square/whatsapp/do``."""

    def __init__(self, account: WhatsAppAccount, world: World, events: WhatsAppEvents) -> None:
        self.account = account
        self.world = world
        self.events = events

    def actions(self) -> dict[str, Action]:
        return {
            "block": lambda fields: self._mark(fields, "blocked", True),
            "unblock": lambda fields: self._mark(fields, "blocked", False),
            "hide_number": lambda fields: self._mark(fields, "hidden", True),
            "switch_off": lambda fields: self._mark(fields, "offline", True),
            "press": self._press,
            "stop": lambda fields: self._set_preference(fields, "stop"),
            "resume": lambda fields: self._set_preference(fields, "resume"),
            "change_number": self._change_number,
            "echo": self._write_by_hand,
            "fail": self._fail,
        }

    def _mark(self, fields: Fields, trait: str, value: bool) -> dict[str, Any]:
        person = self.world.person(fields.object("author"))
        person.traits[trait] = value
        return {"author_id": person.id}

    def _press(self, fields: Fields) -> dict[str, Any]:
        """Press a button below a message of the company."""
        person, button = self.world.person(fields.object("author")), fields.text("id")
        post = self.world.get(fields.text("message_id"))
        title = dict(post.traits.get("buttons", [])).get(button)
        if title is None:
            raise BadInput("there is no such button")
        answer = self.world.post(Utterance(person, title, parent=post, traits={"button": button}))
        return {"message_id": answer.id}

    def _set_preference(self, fields: Fields, value: str) -> dict[str, Any]:
        """Stop marketing messages to somebody, or resume them."""
        person = self.world.person(fields.object("author"))
        at = self.account.clock.now() // 1000
        preference = {
            "user_id": person.id,
            "category": "marketing_messages",
            "value": value,
            "detail": "…",
            "timestamp": at,
        }
        self.events.deliver(person, "user_preferences", user_preferences=[preference])
        return {"author_id": person.id}

    def _change_number(self, fields: Fields) -> dict[str, Any]:
        """Give somebody another number, and with it another user id: to the platform it is somebody new."""
        person = self.world.person(fields.object("author"))
        old = self.events.message_head(person)
        new = Person(self.account.new_id("person"), person.name, person.handle)
        self.world.people[new.id] = new
        person.name = f"{person.name} (alte Nummer)"
        system = {"body": "…", "wa_id": number_of(new), "type": "user_changed_number"}
        self.events.deliver(None, messages=[{**old, "type": "system", "system": system}])
        return {"author_id": new.id}

    def _write_by_hand(self, fields: Fields) -> dict[str, Any]:
        """Write as a colleague in the app on the phone that shares the number."""
        person, text = self.world.person(fields.object("author")), fields.text("text")
        post = self.world.post(Utterance(None, text, thread=self.world.chat_with(person)))
        addresses = {
            "from": self.account.config["display_phone_number"],
            "to": number_of(person),
            "to_user_id": person.id,
        }
        head = {"id": post.id, "timestamp": str(post.created // 1000), "type": "text", "text": {"body": text}}
        self.events.deliver(person, "smb_message_echoes", message_echoes=[{**addresses, **head}])
        return {"message_id": post.id}

    def _fail(self, fields: Fields) -> dict[str, Any]:
        """Have an accepted message of the company not arrive after all."""
        post, code = self.world.get(fields.text("message_id")), fields.whole("code", 131026)
        post.removed = True
        person = self.world.people[self.world.thread_of(post).person_id or ""]
        self.events.deliver_status(person, post.id, "failed", post.traits.get("tracker"), code)
        return {"ok": True}
