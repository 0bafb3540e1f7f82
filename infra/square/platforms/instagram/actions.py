"""Actions that only people on Instagram have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.actions import Actions
from infra.square.core.web import Fields
from infra.square.core.world import Utterance

if TYPE_CHECKING:
    from infra.square.core.actions import Action
    from infra.square.core.world import World
    from infra.square.platforms.instagram.account import InstagramAccount
    from infra.square.platforms.instagram.events import InstagramEvents
    from infra.square.platforms.instagram.places import InstagramPlaces
    from infra.square.platforms.instagram.posting import Posting


class InstagramActions(Actions):
    """The actions of ``POST /_square/instagram/do``."""

    def __init__(
        self,
        account: InstagramAccount,
        world: World,
        places: InstagramPlaces,
        events: InstagramEvents,
        posting: Posting,
    ) -> None:
        self.account = account
        self.world = world
        self.places = places
        self.events = events
        self.posting = posting

    def actions(self) -> dict[str, Action]:
        return {
            "publish": self._publish,
            "mention": self._mention,
            "press": self._press,
            "by_hand": self._write_by_hand,
            "block": self._block,
            "webhook": self._set_webhook,
            "enable_comments": self._enable_comments,
        }

    def _publish(self, fields: Fields) -> dict[str, Any]:
        return {"thread_id": self.places.publish(self.world, fields.text("text")).id}

    def _set_webhook(self, fields: Fields) -> dict[str, Any]:
        """Set where the app is called, as in its dashboard, without asking there first."""
        self.account.hook["url"] = fields.text("url")
        return {"ok": True}

    def _mention(self, fields: Fields) -> dict[str, Any]:
        """Name the account below somebody else's post, or in the caption of an own one."""
        person, text = self.world.person(fields.object("author")), fields.text("text")
        if fields.flag("caption", False):
            thread = self.places.publish(self.world, text, person.handle)
            self.events.deliver_change("mentions", {"media_id": thread.id})
            return {"message_id": thread.id, "thread_id": thread.id}
        thread = self.places.publish(self.world, "Ein fremder Beitrag", "somebody.else")
        post = self.world.post(Utterance(person, text, thread=thread, traits={"mention": True}))
        return {"message_id": post.id, "thread_id": thread.id}

    def _press(self, fields: Fields) -> dict[str, Any]:
        """Press a conversation starter, or a button below a message."""
        person, title, payload = (
            self.world.person(fields.object("author")),
            fields.text("title"),
            fields.text("payload"),
        )
        post = self.world.post(
            Utterance(person, title, public=False, thread=self.world.chat_with(person), traits={"quick_reply": payload})
        )
        return {"message_id": post.id}

    def _write_by_hand(self, fields: Fields) -> dict[str, Any]:
        """Answer as the company does in the app itself: a comment (``to``), or a private message (``author``)."""
        text, to = fields.text("text"), fields.text("to", None)
        if to is not None:
            thread, parent = self.world.target(to)
            return {"message_id": self.world.post(Utterance(None, text, thread=thread, parent=parent, is_told=True)).id}
        return {"message_id": self.posting.send(self.world.person(fields.object("author")), text).id}

    def _block(self, fields: Fields) -> dict[str, Any]:
        self.world.person(fields.object("author")).traits["blocked"] = fields.flag("blocked", True)
        return {"ok": True}

    def _enable_comments(self, fields: Fields) -> dict[str, Any]:
        """Let a post take comments, or not."""
        self.world.target(fields.text("thread_id"))[0].traits["locked"] = not fields.flag("enabled")
        return {"ok": True}
