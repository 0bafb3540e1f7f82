"""Placement of messages on WhatsApp: everything is private, and a chat has the id of its person."""

from __future__ import annotations

from dataclasses import replace

from infra.square.core.web import BadInput
from infra.square.core.world import Person, Places, Thread, Utterance, World


class WhatsAppPlaces(Places):
    """There is nothing in public."""

    def begin(self, world: World, person: Person | None, public: bool, title: str) -> Thread:
        if person is None:
            raise BadInput("a chat is with somebody")
        return world.add(Thread(person.id, "", False, person.id))

    def place(self, world: World, utterance: Utterance) -> Utterance:
        return replace(utterance, public=False, title="")
