"""A conversation between a customer on the square and an agent who uses the API, seen from both sides."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import pytest

from tests.integration.driver import AgentApi, Json, Square, wait_for

LONGER_THAN_A_KILL = 8
"""Seconds for which the square holds an answer back: less than the functions wait for one."""
QUIET_SECONDS = 1.5
"""Seconds to watch that something does not happen."""


@dataclass(frozen=True)
class Talk:
    """One conversation. ``place`` is the post's id or, in private, the customer's."""

    square: Square
    agent_api: AgentApi
    id: str
    customer: str
    place: str
    private: bool

    def writes(self, text: str) -> str:
        """The customer writes; returns the platform's id of the message."""
        author = {"name": self.customer}
        if self.private:
            return self.square.post(private=True, author=author, text=text)["message_id"]
        return self.square.post(to=self.place, author=author, text=text)["message_id"]

    def answer(self, text: str, **more: Any) -> str:
        """The agent answers; returns our id of the message."""
        return self.agent_api.call("POST", f"/conversations/{self.id}/replies", text=text, **more)["id"]

    def read(self) -> Json:
        """The conversation as the API shows it."""
        return self.agent_api.read(self.id)

    def follow_up(self) -> Json:
        """The promise as the API shows it."""
        return self.read()["follow_up"]

    def message(self, message_id: str) -> Json:
        """One message as the API shows it, by our id or the platform's."""
        found = self.read()["messages"]
        return next(each for each in found if message_id in (each["id"], each["platform_id"]))

    def questions(self) -> list[Json]:
        """The follow-ups that were asked, or were to be."""
        return [each for each in self.read()["messages"] if each["follow_up"]]

    def on_square(self) -> list[str]:
        """Return what the company wrote, in order, as it stands on the platform."""
        messages = self.square.chat(self.place) if self.private else self.square.thread(self.place)
        return [each["text"] for each in messages if each["author"]["own"]]

    def asked(self, question: str) -> list[str]:
        """Return how the question stands on the platform, each time; a machine adds that it is one where that is
        wanted.
        """
        return [text for text in self.on_square() if text.startswith(question)]

    def await_state(self, message_id: str, *states: str) -> Json:
        """Wait until a message of ours has come this far."""
        return wait_for(f"a message to be {' or '.join(states)}", lambda: self._in(message_id, states))

    def await_arrival(self, platform_id: str) -> Json:
        """Wait until the customer's message can be read with the API."""
        return wait_for("the message to arrive", lambda: self._holding(platform_id))

    def await_on_square(self, text: str) -> None:
        """Wait until a text of ours stands on the platform."""
        wait_for("the message on the platform", lambda: text in self.on_square())

    def _in(self, message_id: str, states: tuple[str, ...]) -> Json | None:
        message = self.message(message_id)
        return message if message["state"] in states else None

    def _holding(self, platform_id: str) -> Json | None:
        conversation = self.read()
        return conversation if any(each["platform_id"] == platform_id for each in conversation["messages"]) else None


ARRIVED = ("sent", "delivered", "read")
"""States of a message that stands on the platform; Messenger's receipts come at once."""

in_public_and_private = pytest.mark.parametrize("private", [False, True], ids=["comment", "messenger"])


def begin(square: Square, agent_api: AgentApi, customer: str, *, private: bool = False) -> Talk:
    """A customer begins a conversation, and it is in the inbox."""
    text = f"Guten Tag, hier ist {customer}."
    author = {"name": customer}
    if private:
        wrote = square.post(private=True, author=author, text=text)
        first, place = wrote["message_id"], wrote["author_id"]
    else:
        first = place = square.post(author=author, text=text)["message_id"]
    found = wait_for("the conversation in the inbox", lambda: agent_api.find(first))
    return Talk(square, agent_api, found["id"], customer, place, private)


def stays_quiet() -> None:
    """Give what must not happen the time to happen."""
    time.sleep(QUIET_SECONDS)
