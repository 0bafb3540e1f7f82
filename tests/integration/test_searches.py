"""Saved searches on the deployed stack: saved by the API, run by their clock, and what they find is proposed."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from infra.local import platforms
from infra.local.stack import Stack
from tests.integration.driver import Square, wait_for

ASK = "Kann mir jemand {word} für den Sport empfehlen?"
MINUTE = 60.0


def say(square: Square, author: str, text: str) -> None:
    square.call("POST", "/mastodon/say", author={"name": author}, text=text, trait="public")


def proposed(agent: httpx.Client, search: str) -> list[dict[str, Any]]:
    answer = agent.get("/proposals", params={"search": search})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_stranger_who_asks_is_proposed_within_a_minute(agent: httpx.Client, square: Square) -> None:
    word = f"Kopfhörer{time.time_ns() % 1_000_000}"
    connection = next(each for each in agent.get("/connections").json()["items"] if each["channel"] == "mastodon")
    source = {"channel": "mastodon", "connection": connection["name"]}
    new = {"name": "Sport", "query": {"all": [word]}, "sources": [source]}
    say(square, "Runa", ASK.format(word=word))
    tried = agent.post("/searches/try", json=new)
    assert tried.status_code == 200, tried.text
    assert (tried.json()["found"], tried.json()["examples"][0]["proposed"]) == (1, True)
    saved = agent.post("/searches", json=new)
    assert saved.status_code == 200, saved.text
    search = saved.json()["id"]
    (proposal,) = wait_for("the proposal", lambda: proposed(agent, search), MINUTE)
    assert proposal["post"]["author"]["name"] == "Runa"
    say(square, "Mina", ASK.format(word=word))
    wait_for("the next one", lambda: len(proposed(agent, search)) == 2, 2 * MINUTE)
    state = agent.get(f"/searches/{search}").json()["states"][0]
    assert (state["problem"], bool(state["asked_at"])) == (None, True)
    assert agent.delete(f"/searches/{search}").status_code == 200


@pytest.mark.parametrize("channel", ["bluesky", "discourse", "reddit", "threads", "x"])
def test_stranger_on_each_platform_is_found_and_would_be_proposed(
    channel: str, agent: httpx.Client, square: Square
) -> None:
    word = f"Kopfhörer{time.time_ns() % 1_000_000}"
    said = {"author": {"name": "Runa"}, "text": ASK.format(word=word), "trait": "public"}
    square.call("POST", f"/{channel}/say", **said)
    source = {"channel": channel, "connection": platforms.CONNECTION}
    tried = agent.post("/searches/try", json={"name": "Sport", "query": {"all": [word]}, "sources": [source]})
    assert tried.status_code == 200, tried.text
    (example,) = tried.json()["examples"]
    assert (example["proposed"], example["post"]["channel"]) == (True, channel)
    assert word in example["post"]["text"]


def test_entry_of_a_feed_is_found_and_would_be_proposed(agent: httpx.Client, square: Square, stack: Stack) -> None:
    word = f"Kopfhörer{time.time_ns() % 1_000_000}"
    square.call("POST", "/feed", author="Runa", title="Kaufberatung", text=ASK.format(word=word))
    source = {"feed": f"{stack['square_url']}/_square/feed.xml"}
    tried = agent.post("/searches/try", json={"name": "Sport", "query": {"all": [word]}, "sources": [source]})
    assert tried.status_code == 200, tried.text
    (example,) = tried.json()["examples"]
    assert (example["proposed"], word in example["post"]["text"]) == (True, True)
