"""Changes and messages, as far as the account is subscribed to their field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.web import BadInput
from infra.square.core.world import Events, Person, Post, Thread
from infra.square.platforms._graph.reactions import EMOJI

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms.instagram.account import InstagramAccount
    from infra.square.platforms.instagram.views import Views


class InstagramEvents(Events):
    """Delivers an entry for what happens."""

    def __init__(self, account: InstagramAccount, world: World, views: Views) -> None:
        self.account = account
        self.world = world
        self.views = views

    def posted(self, post: Post) -> None:
        thread = self.world.thread_of(post)
        if not thread.public:
            self._tell_chat("messages", post, {"message": self.views.message_content(post)})
        elif not thread.traits.get("foreign"):
            self.deliver_change("comments", self.views.comment_value(post))
        if post.traits.get("mention"):
            self.deliver_change("mentions", {"media_id": thread.id, "comment_id": post.id})

    def takes_edits(self, post: Post) -> bool:
        return not self.world.thread_of(post).public

    def edited(self, post: Post, before: str) -> None:
        if not self.takes_edits(post):
            raise BadInput("comments cannot be edited on Instagram")
        post.traits["edits"] = post.traits.get("edits", 0) + 1
        content = {"mid": post.id, "text": post.text, "num_edit": post.traits["edits"]}
        self._tell_chat("message_edit", post, {"message_edit": content})

    def removed(self, post: Post) -> None:
        """A private message is unsent; of a comment that is taken down nobody is told."""
        if not self.world.thread_of(post).public:
            self._tell_chat("messages", post, {"message": {"mid": post.id, "is_deleted": True}})

    def reacted(self, post: Post, person: Person, reaction: str | None, before: str | None) -> None:
        """In private only: nobody is told who likes a comment."""
        if self.world.thread_of(post).public:
            return
        content: dict[str, Any] = {"mid": post.id, "action": "react" if reaction else "unreact"}
        if reaction:
            content |= {"reaction": reaction, "emoji": EMOJI.get(reaction, "❤")}
        self.world.chat_with(person).traits["last_action"] = self.account.clock.now()
        self._tell_person("message_reactions", person, {"reaction": content})

    def read(self, thread: Thread, person: Person) -> None:
        seen = [post for post in self.world.posts_in(thread.id) if post.own]
        if seen:
            self._tell_person("messaging_seen", person, {"read": {"mid": seen[-1].id}})

    def deliver_change(self, field: str, value: dict[str, Any]) -> None:
        change = {"value": value, "field": field}
        self._deliver(field, {"id": self.account.id, "time": self.account.clock.now() // 1000, "changes": [change]})

    def _tell_chat(self, field: str, post: Post, content: dict[str, Any]) -> None:
        person = self.world.people[self.world.thread_of(post).person_id or ""]
        self._tell_person(field, person, content, own=post.own)

    def _tell_person(self, field: str, person: Person, content: dict[str, Any], *, own: bool = False) -> None:
        account, now = {"id": self.account.id}, self.account.clock.now()
        sender, recipient = (account, {"id": person.id}) if own else ({"id": person.id}, account)
        event = {"sender": sender, "recipient": recipient, "timestamp": now, **content}
        self._deliver(field, {"time": now, "id": account["id"], "messaging": [event]})

    def _deliver(self, field: str, entry: dict[str, Any]) -> None:
        # With the Page's token, what is told is chosen in the app's dashboard: the Page only has to be subscribed.
        by_page = self.account.config.get("flavour") == "facebook"
        if field in self.account.hook.get("fields", []) or (by_page and "fields" in self.account.hook):
            self.account.deliver(entry)
