"""Messages of the company: checks at once, and what becomes of an accepted message."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from infra.square.core.world import Person, Utterance
from infra.square.platforms.whatsapp.answers import Refused
from infra.square.platforms.whatsapp.events import KINDS, number_of

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms.whatsapp.account import WhatsAppAccount
    from infra.square.platforms.whatsapp.events import WhatsAppEvents

DAY = 86_400_000
TEXT_LIMIT, CAPTION_LIMIT, TRACKER_LIMIT = 4096, 1024, 512
USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,128}")
GAPS = re.compile(r"[\n\t]| {4}")


class Sending:
    """Takes messages of the company."""

    def __init__(self, account: WhatsAppAccount, world: World, events: WhatsAppEvents) -> None:
        self.account = account
        self.world = world
        self.events = events

    def take(self, params: dict[str, Any]) -> dict[str, Any]:
        if params.get("messaging_product") != "whatsapp":
            raise Refused(100, "(#100) The parameter messaging_product is required.")
        if params.get("status") == "read":
            return self._mark_read(str(params.get("message_id")))
        to, recipient = params.get("to"), params.get("recipient")
        if not to and not recipient:
            raise Refused(100, "The parameter to is required.")
        tracker = str(params.get("biz_opaque_callback_data") or "")
        if len(tracker) > TRACKER_LIMIT:
            raise Refused(131009, "biz_opaque_callback_data is too long")
        kind = str(params.get("type", "text"))
        if kind == "reaction":
            return self._take_reaction(params["reaction"], str(to or recipient))
        text, files, traits = self._content(kind, params.get(kind) or {})
        mid = self.account.new_id("post")
        # The number comes first; a user id in its place is a number that nobody has.
        person = (
            self.find_person(str(to))
            if to and not USER_ID.fullmatch(str(to))
            else None
            if to
            else self.find_person(str(recipient))
        )
        contact = {"input": to or recipient, **({"wa_id": number_of(person)} if person else {"wa_id": str(to)[3:]})}
        if person:
            self._carry_out(person, mid, text, files, {**traits, "tracker": tracker}, is_template=kind == "template")
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": mid}]}

    def _carry_out(
        self,
        person: Person,
        mid: str,
        text: str,
        files: list[dict[str, Any]],
        traits: dict[str, Any],
        is_template: bool,
    ) -> None:
        """Deliver an accepted message, or not; its statuses tell what became of it."""
        thread, tracker = self.world.chat_with(person), traits["tracker"]
        last = max((each.created for each in self.world.posts_in(thread.id) if not each.own), default=0)
        if not is_template and self.account.clock.now() >= last + DAY:
            self.events.deliver_status(person, mid, "failed", tracker, 131047)
            return
        if person.traits.get("blocked"):
            self.events.deliver_status(person, mid, "failed", tracker, 131026)
            return
        self.world.post(Utterance(None, text, thread=thread, attachments=files, post_id=mid, traits=traits))
        self.events.deliver_status(person, mid, "sent", tracker)
        if not person.traits.get("offline"):
            self.events.deliver_status(person, mid, "delivered", tracker)

    def _mark_read(self, message_id: str) -> dict[str, Any]:
        post = self.world.find(message_id)
        if post is None or post.own:
            raise Refused(100, "Invalid message_id")
        for each in self.world.posts_in(post.thread_id):
            each.read = each.read or (not each.own and each.created <= post.created)
        return {"success": True}

    def _take_reaction(self, reaction: dict[str, Any], to: str) -> dict[str, Any]:
        post = self.world.find(str(reaction.get("message_id")))
        if post is None:
            raise Refused(131009, "Message to react to not found")
        if reaction.get("emoji"):
            post.reactions[self.account.id] = reaction["emoji"]
        else:
            post.reactions.pop(self.account.id, None)
        sent = {"contacts": [{"input": to, "wa_id": to}], "messages": [{"id": self.account.new_id("post")}]}
        return {"messaging_product": "whatsapp", **sent}

    def _content(self, kind: str, part: dict[str, Any]) -> tuple[str, list[dict[str, Any]], dict[str, Any]]:
        """The words, the files and the rest of a message; raises what the real one refuses at once."""
        if kind == "template":
            return self._template(part), [], {"template": part.get("name")}
        if kind == "interactive":
            buttons = [each["reply"] for each in part.get("action", {}).get("buttons", [])]
            if not 0 < len(buttons) <= 3 or any(len(each["title"]) > 20 for each in buttons):
                raise Refused(131009, "Button title length invalid. Min length: 1, Max length: 20")
            traits = {"buttons": [(each["id"], each["title"]) for each in buttons]}
            return _fitting(str(part.get("body", {}).get("text", "")), CAPTION_LIMIT), [], traits
        if kind == "text":
            return _fitting(str(part.get("body", "")), TEXT_LIMIT), [], {}
        if kind not in KINDS:
            raise Refused(131051)
        file = self.account.extra["uploads"].get(str(part.get("id")))
        if file is None and not part.get("link"):
            raise Refused(131009, "Media id is not valid")
        named = {"url": part.get("link", ""), "name": part.get("filename") or (file or {}).get("name", "")}
        caption = str(part.get("caption", ""))
        if len(caption) > CAPTION_LIMIT:
            raise Refused(131009, "Caption is too long")
        return caption, [{"type": kind, **named, "size": (file or {}).get("size", 0)}], {}

    def _template(self, part: dict[str, Any]) -> str:
        """Return the parameter of a template; the text around it is not shown."""
        language = self.account.config["templates"].get(part.get("name"))
        if language is None or part.get("language", {}).get("code") != language:
            raise Refused(132001, "template name does not exist in the language")
        bodies = [each for each in part.get("components", []) if str(each.get("type")).lower() == "body"]
        parameters = [each for body in bodies for each in body.get("parameters", [])]
        if len(parameters) != 1:
            raise Refused(132000, "body: number of localizable_params does not match the expected number of params (1)")
        text = str(parameters[0].get("text", ""))
        if not text or GAPS.search(text):
            raise Refused(132012, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
        return _fitting(text, CAPTION_LIMIT)

    def find_person(self, named: str) -> Person | None:
        digits = named.lstrip("+")
        return self.world.people.get(named) or next(
            (each for each in self.world.people.values() if number_of(each) == digits), None
        )


def _fitting(text: str, limit: int) -> str:
    if not 0 < len(text) <= limit:
        raise Refused(100, f"Param text must be at most {limit} characters long")
    return text
