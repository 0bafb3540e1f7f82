"""Placement of posts on X: a thread has the id of its first post, a chat those of both people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from infra.square.core.world import STRANGER, Person, Places, Thread, Utterance, World

if TYPE_CHECKING:
    from infra.square.platforms.x.account import XAccount


class XPlaces(Places):
    """Everything is told, the company's posts as well."""

    def __init__(self, account: XAccount) -> None:
        super().__init__(account.new_id)
        self.account = account

    def place(self, world: World, utterance: Utterance) -> Utterance:
        post_id = utterance.post_id or self.new_id("post")
        thread, parent = utterance.thread, utterance.parent
        if thread is None and parent is None and utterance.public:
            thread = world.threads[post_id] = Thread(post_id, utterance.title)
        elif thread is not None and thread.public and parent is None:
            parent = world.posts.get(thread.id)
        is_stranger = bool(utterance.traits.get(STRANGER))
        return replace(utterance, thread=thread, parent=parent, title="", post_id=post_id, is_told=not is_stranger)

    def chat_with(self, world: World, person: Person) -> Thread:
        thread_id = "-".join(sorted((self.account.id, person.id), key=lambda each: (len(each), each)))
        return world.add(Thread(thread_id, "", False, person.id))
