"""Placement of texts on Reddit: a post is its own thread, comments below it; a private message names its thread."""

from __future__ import annotations

from dataclasses import replace

from infra.square.core.world import Places, Thread, Utterance, World


class RedditPlaces(Places):
    """The id says what a text is: a post, a comment or a private message."""

    def place(self, world: World, utterance: Utterance) -> Utterance:
        thread = utterance.thread
        if not (thread.public if thread else utterance.public):
            return self._private(world, utterance)
        parent = utterance.parent or (world.posts.get(thread.id) if thread else None)
        post_id = self.new_id("comment" if parent else "post")
        if parent is None:
            title = utterance.title or utterance.text.partition("\n")[0][:300]
            thread = world.threads[post_id] = Thread(post_id, title)
        return replace(utterance, thread=thread, parent=parent, title="", post_id=post_id)

    def _private(self, world: World, utterance: Utterance) -> Utterance:
        parent, thread = utterance.parent, utterance.thread
        thread = thread or (world.threads[parent.thread_id] if parent else None)
        thread = thread or self.begin(world, utterance.author, False, utterance.title)
        thread.title = thread.title or utterance.title
        before = [post for post in world.posts.values() if post.thread_id == thread.id]
        parent = parent or (before[-1] if before else None)
        post_id = self.new_id("thread") if before else thread.id
        return replace(utterance, thread=thread, parent=parent, title="", post_id=post_id, attachments=())
