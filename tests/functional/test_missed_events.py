"""Invariant 1 where a platform calls once: what did not get through is noticed, asked for again, and stored once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import channels
from application.connections import health, webhooks
from aws import secrets
from channels.base import Credentials
from infra.square.platforms.x.platform import X
from listen import polling
from storage import connections, received_facts
from storage.connections import Connection
from tests.support.square_platform import SquarePlatform
from tests.support.stack import Stack
from tests.support.webhook_receiver import WebhookReceiver, receiving

HERE = ("x", "demo")
x = channels.get("x")
SECTION = X.invented(lambda: "an-invented-secret") | {"bearer_token": "an-invented-bearer-token"}
HOUR = 3_600_000


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SquarePlatform]:
    square_platform = SquarePlatform(tmp_path_factory.mktemp("square"), "x", SECTION)
    yield square_platform
    square_platform.close()


class Account:
    """An account on X that is connected, with a webhook that hears."""

    def __init__(self, stack: Stack, square: SquarePlatform, receiver: WebhookReceiver) -> None:
        self.stack, self.square, self.receiver = stack, square, receiver
        self.asked = 0
        self.connection = lambda: connections.connection(*HERE)

    def now(self) -> int:
        """Milliseconds, on the platform's clock."""
        return self.square.control("/health", "GET")["now"]

    def wait(self, hours: float) -> None:
        self.square.control("/clock", advance_seconds=hours * 3600)

    def deliver(self) -> None:
        """Store the received events in the table, as the webhook function does it."""
        self.square.control("/deliveries/flush")
        facts = []
        while not self.receiver.received.empty():
            facts.append(self.receiver.next())
        received_facts.add(*HERE, facts, self.now())

    def ask(self) -> int:
        """The clock of this connection."""
        return polling.ask(*HERE, self.now, lambda: 60_000)

    def look(self) -> Connection:
        """The look after all connections, of every quarter of an hour."""
        health.look_after(connections.connection(*HERE), self.now())
        return connections.connection(*HERE)

    def read(self) -> list[list[str]]:
        """Return the texts of the conversations, the oldest first."""
        self.stack.dispatch()
        heads = sorted(self.stack.conversations(), key=lambda head: head.opened_at)
        return [[each.text or "" for each in self.stack.read(head).messages()] for head in heads]

    def replays(self) -> int:
        return len(self.square.calls("/webhooks/replay"))


@pytest.fixture
def account(stack: Stack, running: SquarePlatform) -> Iterator[Account]:
    running.reset()
    document: dict[str, Any] = X.connection(SECTION, running.url)
    with receiving(x, Credentials.of(document)) as receiver:
        found = Account(stack, running, receiver)
        secrets.put(*HERE, document)
        connections.put_connection(*HERE, document["account_id"], "Wir", options=document["options"])
        webhooks.announce(x, "demo", Credentials.of(document), receiver.url, found.now())
        assert found.ask() == 0
        found.look()
        yield found


def test_a_webhook_that_failed_for_a_while_is_noticed_by_what_asking_finds(account: Account) -> None:
    account.square.post("Mira", "Hallo, wer hilft?")
    account.deliver()
    account.receiver.broken = True
    account.wait(0.2)
    account.square.post("Ole", "Geht bei euch etwas nicht?")
    account.square.post("Ole", "Meine Nummer ist 4711", private=True)
    account.deliver()
    account.receiver.broken = False
    account.wait(0.1)
    account.ask()
    assert len(account.read()) == 2, "asking finds what is public"
    assert account.look().missed_until, "but it is too early to ask for the rest"
    assert account.replays() == 0
    account.wait(0.3)
    assert account.look().missed_until == 0
    account.deliver()
    said = ["Meine Nummer ist 4711", "@nordlichtnetz Geht bei euch etwas nicht?", "@nordlichtnetz Hallo, wer hilft?"]
    assert sorted(text for texts in account.read() for text in texts) == sorted(said), "each once"
    account.wait(0.3)
    account.ask()
    account.look()
    assert account.replays() == 1


def test_a_webhook_that_fell_out_is_put_back_and_made_up_for(account: Account) -> None:
    account.wait(0.2)
    account.square.do("invalidate")
    account.square.post("Mira", "Nur unter uns: das WLAN ist weg", private=True)
    account.deliver()
    account.wait(0.2)
    assert account.look().hooked == "yes"
    account.wait(0.3)
    assert account.look().missed_until == 0
    account.deliver()
    assert account.read() == [["Nur unter uns: das WLAN ist weg"]]


def test_events_of_a_night_are_requested_after_the_installation_was_down(account: Account) -> None:
    account.receiver.broken = True
    account.square.post("Mira", "Hört mich nachts jemand?", private=True)
    account.deliver()
    account.wait(9)
    account.receiver.broken = False
    assert account.ask() == 0
    account.wait(0.3)
    account.look()
    account.deliver()
    assert account.read() == [["Hört mich nachts jemand?"]]
    assert account.replays() == 5, "in spans of two hours"


def test_polled_event_that_no_webhook_reports_is_no_sign_of_missed_calls(account: Account) -> None:
    begin = account.square.post("Mira", "Hallo, wer hilft?")
    account.deliver()
    account.square.post("Ole", "Mir auch nicht", to=begin["message_id"])
    deep = account.square.messages()[-1]["id"]
    account.square.post("Kim", "Und mir?", to=deep)
    account.wait(0.2)
    assert account.ask() > 0
    assert account.look().missed_until == 0


def test_events_that_cannot_be_requested_again_are_logged_once(account: Account) -> None:
    connections.note_connection(*HERE, missed_since=account.now() - HOUR, missed_until=account.now() - HOUR // 2)
    account.square.fault("/webhooks/replay$", times=1, error={"http": 403, "name": "client-forbidden"})
    found = account.look()
    assert (found.missed_until, found.error) == (0, "permission 403/client-forbidden")
    connections.note_connection(*HERE, missed_since=account.now() - HOUR, missed_until=account.now() - HOUR // 2)
    account.square.fault("/webhooks/replay$", times=1, error={"http": 503})
    assert account.look().missed_until, "a fault that passes is tried again"
    assert account.look().missed_until == 0
