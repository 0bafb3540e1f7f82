"""Actions that only people on Threads have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.actions import Actions
from infra.square.core.web import BadInput, Fields
from infra.square.core.world import Utterance
from infra.square.platforms.threads.search import MOST_SEARCHES

if TYPE_CHECKING:
    from infra.square.core.actions import Action
    from infra.square.core.world import World
    from infra.square.platforms.threads.account import ThreadsAccount
    from infra.square.platforms.threads.events import ThreadsEvents

STATES = ("IN_PROGRESS", "FINISHED", "ERROR", "EXPIRED")


class ThreadsActions(Actions):
    """The actions of ``POST /_square/threads/do``."""

    def __init__(self, account: ThreadsAccount, world: World, events: ThreadsEvents) -> None:
        self.account = account
        self.world = world
        self.events = events

    def actions(self) -> dict[str, Action]:
        return {
            "publish": self._publish,
            "by_hand": self._write_by_hand,
            "delete": self._delete_by_hand,
            "container": self._set_container,
            "webhook": self._set_webhook,
            "search": self._set_search,
        }

    def _publish(self, fields: Fields) -> dict[str, Any]:
        """Publish as the company does in the app itself."""
        return {"message_id": self.world.post(Utterance(None, fields.text("text"), is_told=True)).id}

    def _set_webhook(self, fields: Fields) -> dict[str, Any]:
        """Set where the app is called, as in its dashboard, without asking there first."""
        self.account.hook["url"] = fields.text("url")
        return {"ok": True}

    def _set_search(self, fields: Fields) -> dict[str, Any]:
        """Approve the app's permission to search or take it back, and set how many searches are left today."""
        self.account.approved = fields.flag("approved", self.account.approved)
        if fields.has("left"):
            now = self.account.clock.now()
            self.account.searches = [now] * (MOST_SEARCHES - fields.whole("left", most=MOST_SEARCHES))
        return {"approved": self.account.approved}

    def _write_by_hand(self, fields: Fields) -> dict[str, Any]:
        """Answer as the company does in the app itself."""
        text, (thread, parent) = fields.text("text"), self.world.target(fields.text("to"))
        return {"message_id": self.world.post(Utterance(None, text, thread=thread, parent=parent, is_told=True)).id}

    def _delete_by_hand(self, fields: Fields) -> dict[str, Any]:
        post = self.world.find(fields.text("message_id"))
        if post is None or not post.own:
            raise BadInput("this is not the company's, or it was removed")
        self.events.take_down(post)
        return {"ok": True}

    def _set_container(self, fields: Fields) -> dict[str, Any]:
        """Set the status of something that is to be published: of the last one, where no id is given."""
        made = self.account.containers.get(fields.text("id", "") or next(reversed(self.account.containers), ""))
        if made is None:
            raise BadInput("there is no such container")
        made["status"] = fields.choice("status", STATES)
        return {"ok": True}
