"""Notifications and the chat's log. Nothing is pushed: both are kept until somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.world import Events, Person, Post
from infra.square.platforms.bluesky.account import Note, iso
from infra.square.platforms.bluesky.records import LIKE

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms.bluesky.account import BlueskyAccount
    from infra.square.platforms.bluesky.views import Views

REPLY_DEPTH = 5


class BlueskyEvents(Events):
    """Adds a notification or a log entry for what happens."""

    def __init__(self, account: BlueskyAccount, world: World, views: Views) -> None:
        self.account = account
        self.world = world
        self.views = views

    def posted(self, post: Post) -> None:
        if not self.world.thread_of(post).public:
            self._log("CreateMessage", post, message=self.views.message_view(post))
        elif reason := self._reason(post):
            claimed = self.account.clock.now() - 1000 * int(post.traits.get("late_seconds", 0))
            self.account.notes.append(Note(post.id, reason, post.author_id, claimed, post.parent_id or ""))

    def removed(self, post: Post) -> None:
        """Drop notifications of a removed post; log a chat message as deleted by the company's own app.

        A customer who deletes a chat message only removes it from their own view.
        """
        if not self.world.thread_of(post).public:
            self._log("DeleteMessage", post, message=self.views.message_view(post))
        self.account.notes = [note for note in self.account.notes if note.uri != post.id and note.subject != post.id]

    def reacted(self, post: Post, person: Person, reaction: str | None, before: str | None) -> None:
        if not self.world.thread_of(post).public:
            change = {
                "createdAt": iso(self.account.clock.now()),
                "sender": {"did": person.id},
                "value": reaction or "👍",
            }
            self._log(
                f"{'Add' if reaction else 'Remove'}Reaction",
                post,
                message=self.views.message_view(post),
                reaction=change,
            )
            return
        likes = [note for note in self.account.notes if note.reason == "like" and note.author_id == person.id]
        self.account.notes = [note for note in self.account.notes if note not in likes or note.subject != post.id]
        if reaction and post.own:
            uri = f"at://{person.id}/{LIKE}/{self.account.tid()}"
            self.account.notes.append(Note(uri, "like", person.id, self.account.clock.now(), post.id))

    def _reason(self, post: Post) -> str | None:
        above, depth = post, 0
        while above.parent_id and (parent := self.world.posts.get(above.parent_id)) and depth < REPLY_DEPTH:
            above, depth = parent, depth + 1
            if above.own:
                return "reply"
        if post.traits.get("quote"):
            return "quote"
        return "mention" if not post.parent_id or f"@{self.account.config['handle']}" in post.text else None

    def _log(self, kind: str, post: Post, **content: Any) -> None:
        thread = self.world.thread_of(post)
        person = self.world.people[thread.person_id or ""]
        self.account.log.append(
            {
                "$type": f"chat.bsky.convo.defs#log{kind}",
                "rev": self.account.tid(),
                "convoId": thread.id,
                **content,
                "relatedProfiles": [self.views.profile(person.id)],
            }
        )
