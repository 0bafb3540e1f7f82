"""An account is removed and connected again over the API of the running stack, with the rights of the console there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from infra.local import platforms
from infra.local.players import SquarePlatform
from infra.local.stack import Stack
from infra.square.platforms.telegram.platform import Telegram
from tests.integration.driver import AgentApi, Json, wait_for

CHANNEL = "telegram"
QUIET = 3.0
"""Seconds to watch that something does not happen."""
ONE = f"/connections/{CHANNEL}/{platforms.CONNECTION}"


@pytest.fixture
def wish(stack: Stack, agent: httpx.Client) -> Iterator[Json]:
    """Yield the body that connects the bot, and connect it again for the other tests."""
    connection: dict[str, Any] = Telegram.connection(stack.installation.platforms[CHANNEL], stack["square_url"])
    wish = {
        "channel": CHANNEL,
        "name": platforms.CONNECTION,
        "secrets": connection["secrets"],
        "options": connection["options"],
    }
    yield wish
    agent.delete(ONE)
    assert agent.post("/connections", json=wish).status_code == 201


def says(platform: SquarePlatform, agent_api: AgentApi, text: str, who: str = "Vera Verbindung") -> Json:
    """A customer writes to the bot; the conversation in the inbox."""
    platform.post(author={"name": who}, text=text, private=True)

    def found() -> Json | None:
        for shown in agent_api.inbox(channel=CHANNEL):
            whole = agent_api.read(shown["id"])
            if any(each["text"] == text for each in whole["messages"]):
                return whole
        return None

    return wait_for(text, found)


def test_an_account_is_let_go_and_connected_again(
    stack: Stack, agent: httpx.Client, agent_api: AgentApi, wish: Json
) -> None:
    platform = SquarePlatform(stack.values, CHANNEL)
    before = says(platform, agent_api, "Hallo, ist da wer?")

    gone = agent.delete(ONE)
    assert (gone.status_code, gone.json()) == (200, {"removed": True, "unregistered": True})
    listed = agent.get("/connections").json()["items"]
    assert (CHANNEL, platforms.CONNECTION) not in [(each["channel"], each["name"]) for each in listed]
    assert agent_api.read(before["id"])["messages"][0]["text"] == "Hallo, ist da wer?"

    forged = wish | {"secrets": wish["secrets"] | {"bot_token": "1:forged"}}
    refused = agent.post("/connections", json=forged)
    assert (refused.status_code, refused.json()["error"]) == (422, "connection_refused")
    assert "forged" not in refused.text

    made = agent.post("/connections", json=wish)
    assert made.status_code == 201, made.text
    shown = made.json()
    assert shown["account_id"] == stack.installation.platforms[CHANNEL]["account_id"]
    assert shown["webhook"]["standing"] == "yes"
    assert says(platform, agent_api, "Und jetzt?")["id"] == before["id"]


def test_a_signing_secret_is_rotated_while_customers_write(
    stack: Stack, agent: httpx.Client, agent_api: AgentApi, wish: Json
) -> None:
    """Invariant 1: what was delivered with either secret is stored."""
    platform = SquarePlatform(stack.values, CHANNEL)
    says(platform, agent_api, "Vor dem Wechsel")
    begun = agent.patch(ONE, json={"secrets": {"secret_token": "a-new-one-42"}, "rotation": "begin"})
    assert (begun.status_code, begun.json()["rotating"]) == (200, True), begun.text
    says(platform, agent_api, "Mittendrin")
    ended = agent.patch(ONE, json={"rotation": "end"})
    assert (ended.status_code, ended.json()["rotating"]) == (200, False), ended.text
    says(platform, agent_api, "Danach")


def test_replies_waiting_for_a_stopped_account_are_sent_in_order(
    stack: Stack, agent: httpx.Client, agent_api: AgentApi, wish: Json
) -> None:
    """Invariants 4 and 9: nothing leaves while a person holds it, nothing is lost, nothing overtakes."""
    platform = SquarePlatform(stack.values, CHANNEL)
    found = says(platform, agent_api, "Seid ihr noch da?", "Wanda Wartet")
    thread = next(
        each["id"] for each in platform.view()["threads"] if each["messages"][-1]["text"] == "Seid ihr noch da?"
    )
    assert agent.patch(ONE, json={"held": True}).json()["held"] is True
    for text in ("Eins.", "Zwei.", "Drei."):
        agent_api.call("POST", f"/conversations/{found['id']}/replies", text=text)
    time.sleep(QUIET)
    assert platform.ours(thread) == []
    says(platform, agent_api, "Hallo?", "Wanda Wartet")  # what the platform delivers is stored all the same
    assert agent.patch(ONE, json={"held": False}).json()["held"] is False
    wait_for("all three", lambda: len(platform.ours(thread)) == 3)
    assert platform.ours(thread) == ["Eins.", "Zwei.", "Drei."]


def test_a_check_says_how_it_is(agent: httpx.Client, wish: Json) -> None:
    checked = agent.post(f"{ONE}/check", json={})
    assert checked.status_code == 200, checked.text
    assert checked.json()["checked_at"]
    assert checked.json()["problem"] is None
