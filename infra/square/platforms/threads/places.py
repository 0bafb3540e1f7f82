"""Placement of posts on Threads: a thread's id is that of the post at its root."""

from __future__ import annotations

from dataclasses import replace

from infra.square.core.world import Places, Utterance, World


class ThreadsPlaces(Places):
    """A post without a place is the root of a thread of its own; one to a thread answers its root."""

    def place(self, world: World, utterance: Utterance) -> Utterance:
        thread, parent = utterance.thread, utterance.parent
        if thread is None and parent is None:
            thread = self.begin(world, None, True, utterance.text[:60])
            return replace(utterance, thread=thread, post_id=thread.id)
        if parent is None and thread is not None:
            parent = world.find(thread.id)
        return replace(utterance, parent=parent)
