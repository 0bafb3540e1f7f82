"""``POST /{page-id}/messages``: what Messenger takes, from whom, to whom, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.world import Utterance
from infra.square.platforms._graph.errors import GraphError
from infra.square.platforms.facebook.views import PRIVATE_REPLY_MS

if TYPE_CHECKING:
    from infra.square.core.world import Person, Post, World
    from infra.square.platforms._graph.call import Call
    from infra.square.platforms.facebook.account import FacebookAccount
    from infra.square.platforms.facebook.limits import Limits

STANDARD_WINDOW_MS = 24 * 3600 * 1000
HUMAN_AGENT_MS = 7 * 24 * 3600 * 1000
TEXT_BELOW = 2000
LARGEST_FILE = 25_000_000
METADATA_BELOW = 1000
MOST_QUICK_REPLIES = 13
LONGEST_TITLE = 20
LONGEST_PAYLOAD = 1000
SENDER_ACTIONS = ("typing_on", "typing_off", "mark_seen", "react", "unreact")


class Sending:
    """Checks a send in the order in which Messenger does: the rate, the form, the person, the window."""

    def __init__(self, account: FacebookAccount, world: World, limits: Limits) -> None:
        self._account = account
        self._world = world
        self._limits = limits

    def send(self, call: Call) -> dict[str, Any]:
        """Take a message, or an action beside messages; raises ``GraphError``."""
        recipient = call.object("recipient")
        self._limits.count_send(recipient, call.object("message"))
        if self._account.restricted:
            raise GraphError(10, 1893063)
        if "sender_action" in call.params:
            return self._act(call, recipient)
        text, attachments, reply_to, traits = self._read_message(call)
        replied = self._post_to_reply_to(recipient)
        person = self._world.people[replied.author_id] if replied else self._person(recipient)
        if person.traits.get("blocked"):
            raise GraphError(551, 1545041)
        if replied:
            replied.traits["privately_replied"] = True
            traits["private_reply_to"] = replied.id
        else:
            self._check_window(call, person)
        thread, parent = self._world.chat_with(person), self._world.find(reply_to)
        utterance = Utterance(None, text, thread=thread, parent=parent, attachments=attachments, traits=traits)
        return {"recipient_id": person.id, "message_id": self._world.post(utterance).id}

    def _act(self, call: Call, recipient: dict[str, Any]) -> dict[str, Any]:
        action = call.text("sender_action").lower()
        if "message" in call.params or action not in SENDER_ACTIONS:
            raise GraphError(100, message="(#100) Param sender_action cannot be used here")
        person = self._person(recipient)
        thread = self._world.chat_with(person)
        if action == "mark_seen":
            thread.traits["page_read_until"] = self._account.clock.now()
        if action in ("react", "unreact"):
            payload = call.object("payload")
            message = self._world.find(str(payload.get("message_id")))
            if message is None or message.thread_id != thread.id:
                raise GraphError(100, message="(#100) Invalid message_id")
            message.reactions.pop(self._account.id, None)
            if action == "react":
                message.reactions[self._account.id] = str(payload.get("reaction"))
        return {"recipient_id": person.id}

    def _read_message(self, call: Call) -> tuple[str, list[dict[str, Any]], str, dict[str, Any]]:
        """Return text, attachments, the id of the message that is answered, and the rest."""
        message = call.object("message")
        text, attachment, metadata = message.get("text", ""), message.get("attachment"), message.get("metadata")
        if url := call.file("filedata", ("image", "audio", "video", "application", "text"), LARGEST_FILE):
            attachment = {**attachment, "payload": {"url": url}} if isinstance(attachment, dict) else None
        if not isinstance(text, str) or len(text) >= TEXT_BELOW:
            raise GraphError(100, message=f"(#100) Length of param message[text] must be less than {TEXT_BELOW}")
        if metadata is not None and len(str(metadata)) >= METADATA_BELOW:
            raise GraphError(100, message="(#100) Length of param message[metadata] must be less than 1000")
        if bool(text) == isinstance(attachment, dict) and "template" not in message:
            raise GraphError(100, message="(#100) Message must have either a text or an attachment")
        traits = {
            "app_id": str(self._account.config["app_id"]),
            "metadata": None if metadata is None else str(metadata),
            "quick_replies": self._read_quick_replies(message.get("quick_replies") or []),
        }
        attachments = [attachment] if isinstance(attachment, dict) else []
        return text, attachments, str(call.object("reply_to").get("mid", "")), traits

    def _read_quick_replies(self, given: Any) -> list[dict[str, Any]]:
        if not isinstance(given, list) or len(given) > MOST_QUICK_REPLIES:
            raise GraphError(100, message="(#100) Param message[quick_replies] must have at most 13 entries")
        for each in given:
            title, payload = str(each.get("title", "")), str(each.get("payload", ""))
            fits = 0 < len(title) <= LONGEST_TITLE and 0 < len(payload) <= LONGEST_PAYLOAD
            if each.get("content_type") == "text" and not fits:
                raise GraphError(100, message="(#100) A quick reply needs a title of 20 characters and a payload")
        return given

    def _person(self, recipient: dict[str, Any]) -> Person:
        person_id = str(recipient.get("id", ""))
        if not person_id:
            raise GraphError(100, message="(#100) Param recipient must have an id, a comment_id or a post_id")
        if person_id not in self._world.people:
            raise GraphError(100, 2018001)
        return self._world.people[person_id]

    def _post_to_reply_to(self, recipient: dict[str, Any]) -> Post | None:
        """Return the post or comment that a private reply answers: one reply each, within a week."""
        post_id = recipient.get("comment_id") or recipient.get("post_id")
        if post_id is None:
            return None
        post = self._world.find(str(post_id))
        if post is None or not self._world.thread_of(post).public:
            raise GraphError(100, 33)
        if post.traits.get("privately_replied"):
            raise GraphError(10900)
        if post.own or self._account.clock.now() - post.created > PRIVATE_REPLY_MS:
            raise GraphError(10903)
        return post

    def _check_window(self, call: Call, person: Person) -> None:
        kind, tag = call.text("messaging_type", "RESPONSE"), call.text("tag")
        if kind == "UTILITY" and "template" in call.object("message"):
            return
        if kind == "MESSAGE_TAG" and tag == "HUMAN_AGENT":
            allowed = HUMAN_AGENT_MS
        elif kind in ("RESPONSE", "UPDATE") and not tag:
            allowed = STANDARD_WINDOW_MS
        else:
            raise GraphError(100, message="(#100) Param messaging_type or tag is not supported")
        last_action = self._world.chat_with(person).traits.get("last_action")
        if last_action is None or self._account.clock.now() - last_action > allowed:
            raise GraphError(10, 2018278)
