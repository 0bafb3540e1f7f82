"""Events of the X Activity API, as far as the webhook is subscribed to their kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.web import BadInput
from infra.square.core.world import Events, Person, Post, Thread
from infra.square.platforms.x.account import DAY

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms.x.account import XAccount
    from infra.square.platforms.x.views import Views


class XEvents(Events):
    """Delivers an event for what happens."""

    def __init__(self, account: XAccount, world: World, views: Views) -> None:
        self.account = account
        self.world = world
        self.views = views

    def posted(self, post: Post) -> None:
        if not self.world.thread_of(post).public:
            self.deliver("dm.sent" if post.own else "dm.received", self.views.message_event(post), None)
            return
        for kind in self.views.event_kinds(post):
            self.deliver(kind, self.views.post(post), {"users": [self.views.user(post.author_id)]})

    def takes_edits(self, post: Post) -> bool:
        return self.world.thread_of(post).public

    def edited(self, post: Post, before: str) -> None:
        """An edited post has a new id, and names those before."""
        if not self.takes_edits(post):
            raise BadInput("a direct message cannot be edited")
        post.traits["history"] = [*post.traits.get("history", [post.id]), self.account.new_id("post")]
        self.account.kept["newer"][post.traits["history"][-1]] = post.id
        self.posted(post)

    def read(self, thread: Thread, person: Person) -> None:
        last = next((each.id for each in reversed(self.world.posts_in(thread.id)) if each.own), "0")
        mark = {
            "created_timestamp": str(self.account.clock.now()),
            "sender_id": person.id,
            "target": {"recipient_id": self.account.id},
            "last_read_event_id": last,
        }
        self.deliver(
            "dm.read", {"direct_message_mark_read_events": [mark], "users": self.views.both_users(person.id)}, None
        )

    def deliver(self, kind: str, payload: dict[str, Any], includes: dict[str, Any] | None) -> None:
        """Deliver an event, if the webhook is subscribed to its kind."""
        listening = [each for each in self.account.kept["subscriptions"] if each["event_type"] == kind]
        for each in listening:
            data = {
                "event_uuid": str(int(self.account.new_id("event")) - 2**62),
                "filter": each["filter"],
                "event_type": kind,
                "tag": each.get("tag", ""),
                "payload": payload,
            }
            update = {"data": data | ({"includes": includes} if includes else {})}
            since = self.account.clock.now() - DAY
            self.account.kept["told"] = [
                *(each for each in self.account.kept["told"] if each[0] > since),
                [self.account.clock.now(), update],
            ]
            self.account.deliver(update)
