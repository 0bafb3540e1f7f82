"""Players of the story and of tests wait with little work: they ask only for what may have changed."""

from __future__ import annotations

import itertools

import httpx
import pytest

from infra.local import players
from infra.local.players import AgentApi, Broken, SquarePlatform, wait_for

FIRST, SECOND = "a" * 26, "b" * 26


class Inbox:
    """An API with two conversations, which notes what it is asked for."""

    def __init__(self) -> None:
        self.entries = [
            {"id": FIRST, "last_message_at": "2026-11-30T10:00:00Z", "unread": 1},
            {"id": SECOND, "last_message_at": "2026-11-30T11:00:00Z", "unread": 1},
        ]
        self.messages = {FIRST: ["m1"], SECOND: ["m2"]}
        self.read: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        name = request.url.path.removeprefix("/conversations").strip("/")
        if not name:
            return httpx.Response(200, json={"items": self.entries, "cursor": None})
        self.read.append(name)
        messages = [{"id": f"ours-{each}", "platform_id": each} for each in self.messages[name]]
        return httpx.Response(200, json={"id": name, "messages": messages})


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def agent_api(inbox: Inbox) -> AgentApi:
    return AgentApi(httpx.Client(transport=httpx.MockTransport(inbox), base_url="http://api.example.com"))


def test_conversation_that_did_not_change_is_not_read_again_for_a_message_that_is_not_there(
    inbox: Inbox, agent_api: AgentApi
) -> None:
    assert [agent_api.find("m3") for _ in range(3)] == [None] * 3
    assert inbox.read == [SECOND, FIRST]


def test_message_that_arrives_is_found(inbox: Inbox, agent_api: AgentApi) -> None:
    assert agent_api.find("m3") is None
    inbox.messages[FIRST].append("m3")
    inbox.entries[0] |= {"unread": 2}
    found = agent_api.find("m3")
    assert found and found["id"] == FIRST
    assert [each["platform_id"] for each in found["messages"]] == ["m1", "m3"]


def test_found_conversation_is_as_it_is_now(inbox: Inbox, agent_api: AgentApi) -> None:
    assert agent_api.find("m3") is None
    inbox.messages[FIRST].append("m4")
    found = agent_api.find("ours-m1")
    assert found and len(found["messages"]) == 2


def test_message_that_the_entry_does_not_show_is_found_after_some_seconds(
    inbox: Inbox, agent_api: AgentApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert agent_api.find("m3") is None
    inbox.messages[FIRST].append("m3")
    monkeypatch.setattr(players, "SURELY_SAME", 0)
    assert agent_api.find("m3")


def test_view_of_the_square_is_transferred_when_it_changed() -> None:
    version, sent = 1, []

    def square(request: httpx.Request) -> httpx.Response:
        tag = f'"{version}"'
        if request.headers.get("if-none-match") == tag:
            sent.append(304)
            return httpx.Response(304, headers={"ETag": tag})
        sent.append(200)
        return httpx.Response(200, json={"version": version, "threads": []}, headers={"ETag": tag})

    platform = SquarePlatform({"square_url": "http://square.example.com"}, "facebook", httpx.MockTransport(square))
    assert [platform.view()["version"] for _ in range(2)] == [1, 1]
    version = 2
    assert platform.view()["version"] == 2
    assert sent == [200, 304, 200]


def test_longer_waits_look_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    now, looks = [0.0], itertools.count()
    monkeypatch.setattr(players.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(players.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    with pytest.raises(Broken, match="waited 60 s for rain"):
        wait_for("rain", lambda: next(looks) < 0, patience=60)
    assert 60 <= now[0] <= 61
    assert next(looks) < 100
