"""The example of CONTRIBUTING.md: a channel and its simulation, in docs/examples/guestbook."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from channels.base import Channel, Credentials, InvalidSignature, Request, Situation
from conversations.facts import Fact, Unreadable, Visibility
from infra.square.core import app
from infra.square.core.square import Square
from tests.unit.channels import samples

FOLDER = Path(__file__).parents[3] / "docs" / "examples" / "guestbook"
PLATFORM = "infra.square.platforms.guestbook"


def _load(name: str, file: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, FOLDER / file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def channel() -> Channel:
    return _load("guestbook_example", "channel.py").channel


@pytest.fixture
def sample() -> samples.Sample:
    return samples.sample("guestbook", FOLDER / "signed.json")


@pytest.fixture
def square(tmp_path: Path) -> Iterator[Square]:
    """A market square with the example as its only platform."""
    module: Any = _load(PLATFORM, "platform.py")
    module.Platform = module.Guestbook
    sys.modules[PLATFORM] = module
    yield Square({"guestbook": module.Guestbook.invented(lambda: "an-invented-secret")}, tmp_path / "state.json")
    del sys.modules[PLATFORM]


def test_signed_sample_is_accepted_and_gives_the_expected_facts(channel: Channel, sample: samples.Sample) -> None:
    channel.receiver.verify(sample.request, sample.credentials)
    facts = channel.receiver.parse(sample.request, sample.credentials)
    assert [samples.told(fact, expected) for fact, expected in zip(facts, sample.expect, strict=True)] == sample.expect


def test_altered_body_is_refused(channel: Channel, sample: samples.Sample) -> None:
    altered = Request("POST", sample.request.headers, {}, sample.raw + b" ")
    with pytest.raises(InvalidSignature):
        channel.receiver.verify(altered, sample.credentials)


def test_broken_entry_does_not_affect_another_one(channel: Channel) -> None:
    body = {"entries": ["odd", {"id": "e1", "author": {"id": "v1"}, "text": "Hallo"}]}
    facts = channel.receiver.parse(Request("POST", {}, {}, json.dumps(body).encode()), Credentials("501"))
    assert [type(fact) for fact in facts] == [Unreadable, Fact]


def test_only_public_replies_are_offered(channel: Channel) -> None:
    assert channel.sender.send_options(Situation(Visibility.PRIVATE, None, None), 0) == []
    assert len(channel.sender.send_options(Situation(Visibility.PUBLIC, None, None), 0)) == 1


def test_entry_on_the_square_can_be_answered(square: Square) -> None:
    async def play() -> tuple[str, list[dict[str, Any]]]:
        headers = {"Authorization": "Bearer an-invented-secret"}
        transport = httpx.ASGITransport(app.build(square))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as http:
            written = {"author": {"name": "Mira"}, "text": "Hallo!"}
            entry = (await http.post("/_square/guestbook/post", json=written)).json()
            path = f"/guestbook/threads/{entry['thread_id']}/entries"
            sent = (await http.post(path, json={"text": "Danke!", "client_id": "m1"})).json()
            return sent["id"], (await http.get(path)).json()["entries"]

    sent_id, entries = asyncio.run(play())
    assert [entry["text"] for entry in entries] == ["Hallo!", "Danke!"]
    assert (entries[1]["id"], entries[1]["client_id"]) == (sent_id, "m1")
