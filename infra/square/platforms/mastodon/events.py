"""Notifications of the company's account. Nothing is pushed: they are kept until somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.square.core.world import Events, Person, Post
from infra.square.platforms.mastodon.account import Note

if TYPE_CHECKING:
    from infra.square.core.world import World
    from infra.square.platforms.mastodon.account import MastodonAccount


class MastodonEvents(Events):
    """Adds a notification for what people write and like."""

    def __init__(self, account: MastodonAccount, world: World) -> None:
        self.account = account
        self.world = world

    def posted(self, post: Post) -> None:
        post.traits.setdefault("visibility", "public" if self.world.thread_of(post).public else "direct")
        self.notify("mention", post.author_id, post)

    def reacted(self, post: Post, person: Person, reaction: str | None, before: str | None) -> None:
        if reaction is not None and post.own:
            self.notify("favourite", person.id, post)

    def notify(self, kind: str, person_id: str, post: Post | None) -> None:
        self.account.notes.append(
            Note(self.account.new_id("note"), kind, person_id, post.id if post else "", self.account.clock.now())
        )
