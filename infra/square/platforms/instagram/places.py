"""Placement of texts on Instagram: comments below a post (a public thread), at two levels; messages in a chat."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from infra.square.core.world import Places, Thread, Utterance, World

if TYPE_CHECKING:
    from infra.square.platforms.instagram.account import InstagramAccount


class InstagramPlaces(Places):
    """A public text without a place stands below a new post of the account."""

    def __init__(self, account: InstagramAccount) -> None:
        super().__init__(account.new_id)
        self.account = account

    def place(self, world: World, utterance: Utterance) -> Utterance:
        author, thread, parent = utterance.author, utterance.thread, utterance.parent
        if thread is None and parent is None and utterance.public:
            thread = self.publish(world, utterance.title or "Heute im Laden")
        thread = thread or (world.threads[parent.thread_id] if parent else None)
        is_public = thread.public if thread else False
        if parent and is_public and parent.parent_id:
            parent = world.posts[parent.parent_id]
        post_id = utterance.post_id or self.new_id("post" if is_public else "message")
        if author and not is_public:
            world.chat_with(author).traits["last_action"] = self.account.clock.now()
        return replace(utterance, thread=thread, parent=parent, title="", post_id=post_id)

    def publish(self, world: World, caption: str, foreign: str | None = None) -> Thread:
        """Publish a post (a thread): of the account, or of somebody else (``foreign``, a user name)."""
        traits = {"created": self.account.clock.now(), "foreign": foreign}
        return world.add(Thread(self.new_id("thread"), caption, traits=traits))
