"""Instagram and Threads as people connect them, and where what they tell is stored: square, webhook and table."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import channels
from application.connections import registration
from aws import secrets as kept
from channels.base import Credentials, Outbound, Way
from conversations import identity
from conversations.facts import Fact, Visibility
from conversations.identity import Identity
from infra.square.platforms.instagram.platform import Instagram
from infra.square.platforms.threads.platform import Threads
from storage import connections, conversations, received_facts
from tests.support.square_platform import SquarePlatform
from tests.support.webhook_receiver import WebhookReceiver, receiving

PLATFORMS: dict[str, Any] = {"instagram": Instagram, "threads": Threads}
SECTIONS = {
    name: platform.invented(lambda: "an-invented-secret") | {"access_token": "an-invented-token"}
    for name, platform in PLATFORMS.items()
}


@pytest.fixture(params=sorted(PLATFORMS))
def square(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SquarePlatform]:
    square_platform = SquarePlatform(tmp_path, request.param, SECTIONS[request.param])
    yield square_platform
    square_platform.close()


def now() -> int:
    return int(time.time() * 1000)


@pytest.fixture
def receiver(square: SquarePlatform, table: str) -> Iterator[WebhookReceiver]:
    """The connection is made as a person makes it: the platform is asked, and told where to call."""
    channel = channels.get(square.name)
    made = PLATFORMS[square.name].connection(SECTIONS[square.name], square.url)
    with receiving(channel, Credentials(made["account_id"], made["secrets"], made["options"])) as heard:
        new = registration.New(square.name, "demo", made["secrets"], made["options"])
        registration.connect(new, heard.url.replace(f"{square.name}/demo", "{channel}/{connection}"), now())
        kept.forget()
        heard.credentials = Credentials.of(kept.read(square.name, "demo"))
        yield heard


def test_connection_knows_the_account_and_is_called(square: SquarePlatform, receiver: WebhookReceiver) -> None:
    connection = connections.connection(square.name, "demo")
    assert (connection.account_id, connection.account_name) == (receiver.credentials.account_id, "nordlicht.netz")
    assert receiver.credentials.options["username"] == "nordlicht.netz"
    assert receiver.channel.account.registered(receiver.credentials, receiver.url) is True
    said = square.post("Mira", "Hallo @nordlicht.netz")
    assert receiver.next().message_id == said["message_id"]


def test_talk_below_our_post_is_one_conversation(square: SquarePlatform, receiver: WebhookReceiver) -> None:
    """A customer's reply to our reply is in the conversation where it began, however little the platform names."""
    root = square.do("publish", text="Heute wird gewartet.")
    root_id = root.get("message_id") or root["thread_id"]
    if square.name == "threads":
        assert receiver.receives_nothing()  # our own posts are told without their text
    square.post("Mira", "Kein Netz", to=root_id)
    first = receiver.next()
    who = Identity(square.name, "demo", Visibility.PUBLIC, first.thread_id, first.branch_id)
    keep(square, first)
    sent = send(first, receiver)
    received_facts.store_reference(square.name, "demo", sent, who, now())
    square.post("Mira", "Danke!", to=sent)
    heard = [receiver.next()]
    if heard[0].own:  # the echo of our answer
        heard = [receiver.next()]
    keep(square, *heard)
    key = identity.thread_key(square.name, "demo", who.thread_id)
    stored = conversations.read(identity.conversation_id(key, identity.branch_key(who.branch_id)))
    assert {fact.text for fact in stored.facts if not fact.own} == {"Kein Netz", "Danke!"}


def keep(square: SquarePlatform, *facts: Fact) -> None:
    assert received_facts.add(square.name, "demo", facts, now()) == []


def send(fact: Fact, receiver: WebhookReceiver) -> str:
    place = (fact.thread_id, fact.branch_id, None, fact.message_id)
    message = Outbound("our-id-1", Way.PUBLIC_REPLY, "Wir schauen nach.", *place, attempted_at=now())
    if receiver.channel.capabilities.prepares:
        message = replace(message, draft_id=receiver.channel.sender.prepare(message, receiver.credentials))
    return receiver.channel.sender.try_send(message, receiver.credentials)
