"""Placement of texts on Facebook: a post is its own thread, comments below it at two levels, messages in a chat."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from infra.square.core.web import BadInput
from infra.square.core.world import Person, Places, Thread, Utterance, World

if TYPE_CHECKING:
    from infra.square.platforms.facebook.account import FacebookAccount


class FacebookPlaces(Places):
    """Everything is told, the Page's own texts as well."""

    def __init__(self, account: FacebookAccount) -> None:
        super().__init__(account.new_id)
        self.account = account

    def chat_with(self, world: World, person: Person) -> Thread:
        chats = (thread for thread in world.threads.values() if thread.person_id == person.id)
        return next(chats, None) or world.add(Thread(f"t_{self.new_id('thread')}", "", False, person.id))

    def place(self, world: World, utterance: Utterance) -> Utterance:
        author, thread, parent = utterance.author, utterance.thread, utterance.parent
        if author and author.traits.get("shut_out"):
            raise BadInput("the Page has blocked this person")
        thread = thread or (world.threads[parent.thread_id] if parent else None)
        if not (thread.public if thread else utterance.public):
            return self._private(utterance, thread)
        if thread is None:
            post_id = f"{self.account.id}_{self.new_id('post')}"
            return replace(utterance, thread=world.add(Thread(post_id)), title="", post_id=post_id, is_told=True)
        parent = parent or world.get(thread.id)
        if parent.parent_id and parent.parent_id != thread.id:
            # Facebook shows two levels: an answer to an answer joins the level above.
            parent = world.posts[parent.parent_id]
        post_id = f"{thread.id.partition('_')[2]}_{self.new_id('post')}"
        return replace(utterance, thread=thread, parent=parent, title="", post_id=post_id, is_told=True)

    def _private(self, utterance: Utterance, thread: Thread | None) -> Utterance:
        if thread is None:
            raise BadInput("a private message is with somebody")
        if utterance.author:
            thread.traits["last_action"] = self.account.clock.now()
        return replace(utterance, thread=thread, title="", post_id=new_message_id(), is_told=True)


def new_message_id() -> str:
    """Return an id for a private message, or for something that is told as one."""
    return "m_" + secrets.token_urlsafe(48)
