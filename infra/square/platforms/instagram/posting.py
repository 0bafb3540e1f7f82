"""Comments and messages of the company, and the checks that the platform makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.world import Person, Post, Thread, Utterance
from infra.square.platforms._graph.errors import GraphError

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms._graph.call import Call
    from infra.square.platforms.instagram.account import InstagramAccount
    from infra.square.platforms.instagram.views import Views

LONGEST_COMMENT = 2200
LONGEST_MESSAGE = 1000
MOST_HASHTAGS, MOST_MENTIONS = 30, 20

DAY_MS = 24 * 3600 * 1000


class Posting:
    """Writes comments and private messages as the account."""

    def __init__(self, account: InstagramAccount, world: World, views: Views) -> None:
        self.account = account
        self.world = world
        self.views = views

    def _text(self, call: Call) -> str:
        text = call.text("message")
        words = text.split()
        if not text.strip():
            raise GraphError(100, message="(#100) The parameter message is required.")
        if len(text) > LONGEST_COMMENT:
            raise GraphError(100, message=f"(#100) Param message must be at most {LONGEST_COMMENT} characters")
        if sum(word.startswith("#") for word in words) > MOST_HASHTAGS:
            raise GraphError(100, message="(#100) Too many hashtags")
        if sum(word.startswith("@") for word in words) > MOST_MENTIONS:
            raise GraphError(100, message="(#100) Too many mentions")
        return text

    def comment(self, call: Call, thread: Thread, parent: Post | None) -> dict[str, Any]:
        if thread.traits.get("locked"):
            raise GraphError(10, message="(#10) Comments are turned off for this post")
        return {"id": self.world.post(Utterance(None, self._text(call), thread=thread, parent=parent, is_told=True)).id}

    def answer_mention(self, call: Call) -> dict[str, Any]:
        thread, comment_id = self.world.threads.get(call.text("media_id")), call.text("comment_id")
        if thread is None or not thread.traits.get("foreign"):
            raise GraphError(100, 33)
        parent = self.world.find(comment_id) if comment_id else None
        if comment_id and (parent is None or not parent.traits.get("mention")):
            raise GraphError(100, 33)
        return {"id": self.world.post(Utterance(None, self._text(call), thread=thread, parent=parent)).id}

    def hide(self, call: Call, post: Post) -> dict[str, Any]:
        if post.own:
            raise GraphError(100, message="(#100) The account's own comment cannot be hidden")
        post.hidden = call.flag("hide")
        return {"success": True}

    def delete(self, post: Post) -> dict[str, Any]:
        for each in self.world.posts_in(post.thread_id):
            each.removed = each.removed or post.id in (each.id, each.parent_id)
        return {"success": True}

    def send_message(self, call: Call) -> dict[str, Any]:
        """In the order in which the platform checks: the form, the person, the window."""
        message, recipient = call.object("message"), call.object("recipient")
        text = message.get("text", "")
        if not isinstance(text, str) or not text or len(text.encode()) > LONGEST_MESSAGE:
            raise GraphError(100, message=f"(#100) Length of param message[text] must be 1 to {LONGEST_MESSAGE} bytes")
        replied = self._comment_to_reply_to(recipient)
        person = self._person(replied.author_id if replied else str(recipient.get("id", "")))
        if person.traits.get("blocked"):
            raise GraphError(551, 1545041)
        if replied:
            replied.traits["privately_replied"] = True
        else:
            self._check_window(call, person)
        post = self.send(person, text, parent=self.world.find(str(call.object("reply_to").get("mid"))))
        return {"recipient_id": person.id, "message_id": post.id}

    def send(self, person: Person, text: str, parent: Post | None = None) -> Post:
        return self.world.post(
            Utterance(None, text, thread=self.world.chat_with(person), parent=parent, public=False, is_told=True)
        )

    def _person(self, person_id: str) -> Person:
        if person_id not in self.world.people:
            raise GraphError(100, 2534014)
        return self.world.people[person_id]

    def _comment_to_reply_to(self, recipient: dict[str, Any]) -> Post | None:
        if recipient.get("comment_id") is None:
            return None
        post = self.world.find(str(recipient["comment_id"]))
        if post is None or self.views.is_foreign(post):
            raise GraphError(100, 33)
        if post.traits.get("privately_replied"):
            raise GraphError(10900)
        if post.own or self.account.clock.now() - post.created > 7 * DAY_MS:
            raise GraphError(10903)
        return post

    def _check_window(self, call: Call, person: Person) -> None:
        kind, tag = call.text("messaging_type", "RESPONSE"), call.text("tag")
        if kind == "MESSAGE_TAG" and tag == "HUMAN_AGENT":
            allowed = 7 * DAY_MS
        elif kind in ("RESPONSE", "UPDATE") and not tag:
            allowed = DAY_MS
        else:
            raise GraphError(100, message="(#100) Param messaging_type or tag is not supported")
        last = self.world.chat_with(person).traits.get("last_action")
        if last is None or self.account.clock.now() - last > allowed:
            raise GraphError(10, 2534022)
