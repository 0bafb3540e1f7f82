"""Targets of seconds on the running stack: missed, noted, counted, and told once in the team's chat."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.stack import Stack
from storage import routing_rules
from tests.integration.breaking import StackInternals
from tests.integration.driver import AgentApi, Json, Square, wait_for

WORD = "Sekundenziel"
TEAM = "quick"
PROBE, PROBED = "Sekundenprobe", "probed"


@pytest.fixture(scope="module")
def team(stack: Stack, agent_api: AgentApi) -> None:
    """A team that wants to answer within a second, gets what names it, and hears of everything in its chat."""
    square = Square(stack.values)
    everything = ["missed", "still_broken", "failed"]
    chat = {"kind": "slack", "to": f"{stack['square_url']}/_square/notices/{TEAM}", "on": everything}
    agent_api.call("POST", "/teams", name=TEAM, label="Schnelle")
    agent_api.call("PUT", f"/teams/{TEAM}", label="Schnelle", language="de", targets={"first_response": "PT1S"})
    agent_api.call("PUT", f"/teams/{TEAM}/notices", items=[chat])
    agent_api.call("POST", "/teams", name=PROBED, label="Probe")
    rules = [{"name": word, "when": {"words": [word]}, "team": name} for word, name in ((WORD, TEAM), (PROBE, PROBED))]
    agent_api.call("PUT", "/routing", rules=rules)

    def heeded() -> bool:
        square.post(author={"name": "Pia Probe"}, text=PROBE)
        return bool(agent_api.call("GET", f"/conversations?team={PROBED}")["items"])

    # Each environment reads the rules twice a minute, and conversations that began before stay where they are.
    wait_for("the rules to be heeded", heeded, patience=2 * routing_rules.KEPT)


def begin(square: Square, agent_api: AgentApi, text: str, name: str) -> str:
    """A customer posts; the conversation's id, once the inbox shows it in the team."""
    square.post(author={"name": name}, text=text)

    def shown() -> str | None:
        page = agent_api.call("GET", f"/conversations?team={TEAM}")["items"]
        return next((each["id"] for each in page if each["customer"]["name"] == name), None)

    return str(wait_for("the conversation to be in its team", shown))


def told(square: Square, conversation: str) -> list[Any]:
    """Return what the team was told of a conversation."""
    notices = square.call("GET", "/notices")["notices"]
    return [each["body"]["text"] for each in notices if conversation in each["body"]["text"]]


def test_overdue_conversation_is_noted_and_notified_once(
    square: Square, agent_api: AgentApi, internals: StackInternals, team: None
) -> None:
    conversation = begin(square, agent_api, f"Hallo, {WORD}! Die 4711 geht nicht.", "Ida Eilig")

    def missed() -> Json | None:
        internals.invoke("WatchFunction", {})
        found = agent_api.read(conversation)
        return found if found["missed"] == ["first_response"] else None

    found = wait_for("the target to be missed", missed)
    assert [(each["kind"], each["target"], each["by"]) for each in found["events"] if each["kind"] == "miss"] == [
        ("miss", "first_response", None)
    ]

    def heard() -> list[Any]:
        internals.invoke("WatchFunction", {})
        return told(square, conversation)

    wait_for("the team to hear of it", heard)
    for _ in range(2):
        internals.invoke("WatchFunction", {})
    (text,) = told(square, conversation)
    assert text.startswith("*Schnelle*: Auf Facebook wartet jemand seit ")
    assert not [word for word in ("4711", WORD, "Ida") if word in text]
    rows = agent_api.call("GET", f"/reports/overview?team={TEAM}")
    assert rows["totals"]["missed_first_response"] == 1


def test_an_address_is_tried_when_asked_to(square: Square, agent_api: AgentApi, team: None) -> None:
    (tried,) = agent_api.call("POST", f"/teams/{TEAM}/notices/test")["items"]
    assert (tried["ok"], tried["reason"]) == (True, None)
    texts = [each["body"]["text"] for each in square.call("GET", "/notices")["notices"]]
    assert any(text.startswith("*Schnelle*: So erfährt Schnelle") for text in texts)


def test_snoozed_conversation_comes_back(
    square: Square, agent_api: AgentApi, internals: StackInternals, team: None
) -> None:
    conversation = begin(square, agent_api, f"Noch ein {WORD}", "Ida Später")
    agent_api.call("POST", f"/conversations/{conversation}/snooze", after="PT3S")
    assert agent_api.read(conversation)["status"] == "snoozed"

    def awake() -> bool:
        internals.invoke("WatchFunction", {})
        return agent_api.read(conversation)["status"] == "open"

    wait_for("the conversation to come back", awake)
    assert [each["by"] for each in agent_api.read(conversation)["events"] if each["kind"] == "wake"] == [None]
