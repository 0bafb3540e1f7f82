"""The story on every platform of the square: written, read, answered, received, asked about again, as far as it goes.

Each over the platform's own wire protocol: what a customer does on the square reaches the inbox by webhook or by being
asked for, and what the company answers stands where the customer reads it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

import channels
from infra.local import platforms
from infra.local.players import SquarePlatform
from infra.local.stack import Stack
from tests.integration.breaking import StackInternals
from tests.integration.driver import AgentApi, Json, wait_for

PATIENCE = 120.0
ANSWER = "Bitte den Router einmal aus- und wieder einschalten."
QUESTION = "Und, läuft das WLAN wieder?"


@dataclass(frozen=True)
class Play:
    """The story as it is played on a platform."""

    private: bool = False
    begin: dict[str, Any] = field(default_factory=dict)
    """Further arguments of the first post: a title, a mention, stars."""
    question: str | None = QUESTION
    """The question that is on the platform after the follow-up; None where nothing is sent automatically."""
    replaced: bool = False
    """The question takes the place of the answer."""


PLAYS: dict[str, tuple[Play, ...]] = {
    "bluesky": (Play(), Play(private=True)),
    "discourse": (Play(begin={"title": "WLAN geht nicht"}), Play(private=True, begin={"title": "WLAN"})),
    "email": (Play(private=True, begin={"title": "WLAN geht nicht"}),),
    "google": (Play(replaced=True),),
    "instagram": (Play(), Play(private=True)),
    "mastodon": (Play(), Play(private=True)),
    "reddit": (Play(),),
    "telegram": (Play(), Play(private=True)),
    "threads": (Play(),),
    "whatsapp": (Play(private=True),),
    "x": (Play(), Play(private=True)),
}
ALL = [
    pytest.param(name, play, id=f"{name}-{'private' if play.private else 'public'}")
    for name, plays in PLAYS.items()
    for play in plays
]


def test_every_platform_of_the_square_has_its_story() -> None:
    assert sorted(PLAYS) == platforms.names()
    assert {*PLAYS, "facebook"} == set(channels.names())


@pytest.fixture
def listen(internals: StackInternals) -> Callable[[str], None]:
    """Has a platform asked now, instead of within the minute."""

    def ask(name: str) -> None:
        if channels.get(name).capabilities.poll_seconds:
            internals.invoke("ListenFunction", {"channel": name, "connection": platforms.CONNECTION})

    return ask


@pytest.mark.parametrize(("name", "play"), ALL)
def test_the_story(name: str, play: Play, stack: Stack, agent_api: AgentApi, listen: Callable[[str], None]) -> None:
    platform = SquarePlatform(stack.values, name)
    listen(name)  # what is said from now on is news
    customer = f"Mira {name} {'privat' if play.private else 'offen'}"
    text = f"@{platform.view()['account']['name']} Seit gestern geht bei {customer} das WLAN nicht."
    began = platform.post(author={"name": customer}, text=text, private=play.private, **play.begin)

    def arrived() -> Json | None:
        listen(name)
        return find(agent_api, name, text)

    found = wait_for(f"{name}: the message in the inbox", arrived, PATIENCE)
    assert found["visibility"] == ("private" if play.private else "public")
    assert found["customer"]["id"]

    promise = {"follow_up": {"text": QUESTION}}
    agent_api.call("POST", f"/conversations/{found['id']}/replies", text=ANSWER, **promise)
    thread = began["thread_id"]
    wait_for(f"{name}: the answer on the square", lambda: stands(platform, thread, ANSWER), PATIENCE)

    def answered() -> bool:
        listen(name)
        states = [each["state"] for each in agent_api.read(found["id"])["messages"] if each["text"] == ANSWER]
        return states[0] in ("sent", "delivered", "read") and len(states) == 1

    # What comes back of our own is no second message.
    wait_for(f"{name}: the answer known to be sent", answered, PATIENCE)
    if "read" in platform.view()["can"] and play.private:
        platform.read(author={"name": customer})
        wait_for(f"{name}: the answer read", lambda: read(agent_api, found["id"]), PATIENCE)

    wait_for(f"{name}: the question on the square", lambda: stands(platform, thread, QUESTION), PATIENCE)
    assert (ANSWER in " ".join(platform.ours(thread))) != play.replaced
    follow_up = agent_api.read(found["id"])["follow_up"]
    assert follow_up["state"] == "asked"


def find(agent_api: AgentApi, channel: str, text: str) -> Json | None:
    """The conversation in the inbox in which somebody wrote this."""
    for shown in agent_api.inbox(channel=channel):
        whole = agent_api.read(shown["id"])
        if any(text in (each["text"] or "") for each in whole["messages"]):
            return whole
    return None


def stands(platform: SquarePlatform, thread: str, text: str) -> bool:
    """Return whether the company's words stand in a thread of the square."""
    return any(text in each for each in platform.ours(thread))


def read(agent_api: AgentApi, conversation: str) -> bool:
    """Return whether the answer is known to be read."""
    time.sleep(0.2)
    return any(each["state"] == "read" for each in agent_api.read(conversation)["messages"] if each["text"] == ANSWER)
