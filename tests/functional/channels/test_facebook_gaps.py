"""Times in which nothing told of what was written to a Page: it is read back, and the connection says what was not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

import channels
from application.connections import health, registration, webhooks
from application.connections.registration import New
from aws import secrets
from channels import _meta
from channels.base import Credentials
from channels.facebook import chats
from channels.facebook import polling as feed
from console.views import connections as connection_views
from conversations.facts import Fact, Visibility
from listen import polling
from storage import connections, outreach_budgets, poll_cursors
from storage.connections import Connection
from tests.support.square import FACEBOOK, MIRA, PAGE, Square
from tests.support.stack import Stack
from tests.support.webhook_receiver import WebhookReceiver, receiving

HERE = ("facebook", "gap")
facebook = channels.get("facebook")
HOUR = 3_600_000


@pytest.fixture
def document(square: Square) -> dict[str, Any]:
    kept = {name: FACEBOOK[name] for name in ("app_secret", "verify_token")} | {"access_token": FACEBOOK["page_token"]}
    return {"account_id": PAGE, "secrets": kept, "options": {"base_url": square.url, "app_id": FACEBOOK["app_id"]}}


@pytest.fixture
def receiver(document: dict[str, Any]) -> Iterator[WebhookReceiver]:
    with receiving(facebook, Credentials.of(document)) as found:
        yield found


@pytest.fixture
def connected(stack: Stack, document: dict[str, Any], receiver: WebhookReceiver) -> Stack:
    secrets.put(*HERE, document)
    connections.put_connection(*HERE, PAGE, "Wir", options=document["options"])
    webhooks.announce(facebook, "gap", Credentials.of(document), receiver.url, now())
    ask()
    return stack


def now() -> int:
    return int(time.time() * 1000)


def ask(clock: int = 0) -> int:
    return polling.ask(*HERE, lambda: clock or now(), lambda: 60_000)


def here() -> Connection:
    return connections.connection(*HERE)


def fall_silent(square: Square) -> None:
    """The Page calls no more."""
    square.graph("DELETE", f"/{PAGE}/subscribed_apps")


def read(stack: Stack) -> list[list[str]]:
    stack.dispatch()
    heads = [head for head in stack.conversations() if head.identity.connection == "gap"]
    return sorted([each.text or "" for each in stack.read(head).messages()] for head in heads)


def test_chats_and_posts_are_read_back_after_the_webhook_fell_out(
    square: Square, connected: Stack, receiver: WebhookReceiver
) -> None:
    fall_silent(square)
    square.write("Nur unter uns: Kundennummer 55-1234", MIRA)
    square.post("Kein Netz in der Hafenstraße")
    health.look_after(here(), now())
    assert here().hooked == "yes"
    assert connection_views.connection(here(), "en", outreach_budgets.Budget())["gap"]["fetched"] is None
    ask()
    assert read(connected) == [["Kein Netz in der Hafenstraße"], ["Nur unter uns: Kundennummer 55-1234"]]
    gap = connection_views.connection(here(), "de", outreach_budgets.Budget())["gap"]
    assert (gap["fetched"], gap["lost"]) == (2, [])
    assert "nachgeholte Nachrichten aus dieser Zeit: 2" in gap["explanation"]
    before = len(connected.items())
    ask()
    assert (len(connected.items()), here().missed_until) == (before, 0)


def test_messages_that_webhooks_told_are_not_told_again(
    square: Square, connected: Stack, receiver: WebhookReceiver
) -> None:
    """Invariant 2: the platform tells chats in whole seconds there, and in milliseconds here."""
    from storage import received_facts

    square.write("Kam an", MIRA)
    told = receiver.next()
    received_facts.add(*HERE, [told], now())
    fall_silent(square)
    square.write("Kam nicht an", MIRA)
    health.look_after(here(), now())
    ask()
    assert read(connected) == [["Kam an", "Kam nicht an"]]
    gap = here().gap
    assert gap and gap.fetched == 1


def test_chats_that_the_token_may_not_read_are_said_to_be_lost(
    square: Square, connected: Stack, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    fall_silent(square)
    square.post("Kein Netz")
    pages = _meta.pages

    def refused(path: str, *arguments: Any, **more: Any) -> Any:
        if path.endswith("conversations"):
            raise channels.base.PermanentFailure(channels.base.Reason.PERMISSION, "200")
        return pages(path, *arguments, **more)

    monkeypatch.setattr(_meta, "pages", refused)
    health.look_after(here(), now())
    ask()
    shown = {each: connection_views.connection(here(), each, outreach_budgets.Budget())["gap"] for each in ("en", "de")}
    assert [each["visibility"] for each in shown["en"]["lost"]] == ["private"]
    assert shown["en"]["fetched"] == 1
    assert "Private messages between " in shown["en"]["explanation"]
    assert "Private Nachrichten zwischen " in shown["de"]["explanation"]


def test_messages_of_hours_without_asking_are_read_back(square: Square, connected: Stack) -> None:
    fall_silent(square)
    square.write("Hallo?", MIRA)
    connections.note_connection(*HERE, asked_at=now() - 3 * HOUR)
    ask()
    assert read(connected) == [["Hallo?"]]
    assert here().gap is not None


def test_feed_is_read_as_far_back_as_the_gap(
    square: Square, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = now()
    posts = [square.post(f"Beitrag {number}") for number in range(60)]
    found, missing = feed.missed(begun - 1000, Credentials.of(document))
    assert {each.message_id for each in found if isinstance(each, Fact)} == set(posts)
    assert missing == 0
    monkeypatch.setattr(feed, "MOST_FEED_PAGES", 2)
    found, missing = feed.missed(begun - 1000, Credentials.of(document))
    assert (len(found), missing > 0) == (50, True)


def test_long_chats_are_read_back_page_by_page(square: Square, document: dict[str, Any]) -> None:
    begun = now()
    for number in range(60):
        square.write(f"Zeile {number}", MIRA)
    found = chats.written_since(begun - 1000, Credentials.of(document))
    texts = [each.text for each in found.events if isinstance(each, Fact)]
    assert (texts, found.missing_until) == ([f"Zeile {number}" for number in range(60)], 0)
    assert {each.visibility for each in found.events if isinstance(each, Fact)} == {Visibility.PRIVATE}


def test_connection_begins_at_the_moment_of_connecting(square: Square, stack: Stack, document: dict[str, Any]) -> None:
    square.post("Schon lange da")
    time.sleep(2.1)
    new = New(*HERE, secrets=document["secrets"], options=document["options"])
    registration.connect(new, "https://ours.example/{channel}/{connection}", now())
    assert poll_cursors.read(*HERE).value
    square.post("Gerade eben")
    ask()
    assert read(stack) == [["Gerade eben"]]


def test_good_poll_does_not_end_what_a_send_met(connected: Stack) -> None:
    connections.pause_connection(*HERE, "policy", now() + HOUR, 3600, connections.BY_SEND)
    ask()
    assert here().problem == "policy"
    connections.pause_connection(*HERE, "policy", now() + HOUR, 3600)
    ask()
    assert here().problem == ""
