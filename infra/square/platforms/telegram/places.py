"""Placement of messages on Telegram: a thread is a chat. A private chat has its person's id, a group its title."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from infra.square.core.web import BadInput
from infra.square.core.world import Person, Places, Post, Thread, Utterance, World

GROUP = "Nordlicht Netz: Kunden helfen Kunden"
"""The group that takes what is written in public without a title."""


class TelegramPlaces(Places):
    """Messages are numbered within their chat."""

    def begin(self, world: World, person: Person | None, public: bool, title: str) -> Thread:
        if not public and person:
            return world.add(Thread(person.id, "", False, person.id, {"kind": "private", "number": 0}))
        title = title or GROUP
        groups = (thread for thread in world.threads.values() if thread.public and thread.title == title)
        new = Thread(f"-100{self.new_id('thread')}", title, traits={"kind": "supergroup", "number": 0})
        return world.add(next(groups, None) or new)

    def chat_with(self, world: World, person: Person) -> Thread:
        return world.threads.get(person.id) or self.begin(world, person, False, "")

    def place(self, world: World, utterance: Utterance) -> Utterance:
        author, parent = utterance.author, utterance.parent
        thread = utterance.thread or (world.threads[parent.thread_id] if parent else None)
        thread = thread or self.begin(world, author, utterance.public, utterance.title)
        if author and thread.id == author.id and author.traits.get("blocked"):
            raise BadInput("this person has blocked the bot: do unblock first")
        thread.traits["number"] += 1
        number = thread.traits["number"]
        traits = {"number": number, "root": None, "topic": False, **_traits_of_reply(parent), **utterance.traits}
        return replace(utterance, thread=thread, title="", post_id=f"{thread.id}:{number}", traits=traits)


def _traits_of_reply(parent: Post | None) -> dict[str, Any]:
    """Return what a reply takes over: the message at the root, and the topic."""
    if parent is None:
        return {}
    root = {"root": parent.traits.get("root") or parent.traits["number"]}
    return root | ({"topic": True} if parent.traits.get("topic") else {})
