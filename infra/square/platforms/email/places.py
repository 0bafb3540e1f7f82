"""Placement of mails: always in private, in a thread for each matter; a person's id is the address."""

from __future__ import annotations

from dataclasses import replace

from infra.square.core.world import Person, Places, Thread, Utterance, World


class EmailPlaces(Places):
    """A mail that answers nothing begins a thread."""

    def handle(self, name: str, taken: set[str]) -> str:
        return name if "@" in name else f"{super().handle(name, taken)}@mail.example"

    def new_person(self, world: World, name: str) -> Person:
        address = super().new_person(world, name).handle
        return world.people.get(address) or Person(address, name, address)

    def chat_with(self, world: World, person: Person) -> Thread:
        return self.begin(world, person, False, "")

    def place(self, world: World, utterance: Utterance) -> Utterance:
        if utterance.thread and utterance.title:
            utterance.thread.title = utterance.title
        return replace(utterance, public=False, title="")
