"""Events of the forum, as far as the webhook was made for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.world import STRANGER, Events, Person, Post

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms.discourse.account import DiscourseAccount
    from infra.square.platforms.discourse.views import Views

EVENT_TYPES = {
    101: "topic_created",
    201: "post_created",
    202: "post_edited",
    203: "post_destroyed",
    204: "post_recovered",
    1501: "post_liked",
    1201: "accepted_solution",
    1202: "unaccepted_solution",
}


class DiscourseEvents(Events):
    """Delivers an event for what happens."""

    def __init__(self, account: DiscourseAccount, world: World, views: Views) -> None:
        self.account = account
        self.world = world
        self.views = views

    def posted(self, post: Post) -> None:
        thread = self.world.thread_of(post)
        post.traits.setdefault("type", 1)
        thread.traits["posts"] = post.traits["number"] = thread.traits.get("posts", 0) + 1
        if post.traits["number"] == 1:
            thread.title = thread.title or post.text[:60] or "Ohne Titel"
            thread.traits |= {name: post.traits[name] for name in ("category", "tags") if name in post.traits}
            if thread.public and not post.traits.get(STRANGER):
                topic = {"id": int(thread.id), "title": thread.title, "archetype": "regular", "posts_count": 1}
                self.deliver("topic_created", "topic", topic)
        if not post.traits.get(STRANGER):
            self.deliver("post_created", "post", self.views.post(post, webhook=True))

    def edited(self, post: Post, before: str) -> None:
        post.traits["version"] = post.traits.get("version", 1) + 1
        self.deliver("post_edited", "post", self.views.post(post, webhook=True))

    def removed(self, post: Post) -> None:
        post.traits["deleted"] = self.account.clock.now()
        self.deliver("post_destroyed", "post", self.views.post(post, webhook=True))

    def reacted(self, post: Post, person: Person, reaction: str | None, before: str | None) -> None:
        if reaction is not None:
            user = {"id": int(person.id), "username": person.handle, "name": person.name}
            self.deliver("post_liked", "like", {"post": self.views.post(post, webhook=True), "user": user})

    def accept(self, post: Post) -> None:
        """Make a post the solution of its topic."""
        self.account.solved[post.thread_id] = post.id
        self.deliver("accepted_solution", "solved", self.views.post(post, webhook=True))

    def unaccept(self, post: Post) -> None:
        """Leave a post's topic without a solution."""
        self.account.solved.pop(post.thread_id, None)
        self.deliver("unaccepted_solution", "solved", self.views.post(post, webhook=True))

    def recover(self, post: Post) -> None:
        """Bring a removed post back."""
        post.removed, post.edited = False, self.account.clock.now()
        post.traits.pop("deleted", None)
        self.deliver("post_recovered", "post", self.views.post(post, webhook=True))

    def withdraw(self, post: Post) -> None:
        """Take a post back as its author does: a note stands in its place for a day."""
        post.traits["user_deleted"], post.edited = True, self.account.clock.now()
        self.deliver("post_edited", "post", self.views.post(post, webhook=True))

    def deliver(self, event: str, kind: str, subject: dict[str, Any]) -> None:
        """Deliver an event, if the webhook was made for it."""
        if event in [EVENT_TYPES.get(number) for number in self.account.hook.get("web_hook_event_type_ids", [])]:
            self.account.deliver({"event": event, "type": kind, "body": {kind: subject}})
