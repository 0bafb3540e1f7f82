"""Attacks on live connections, each named by what the attacker tries."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from live import admission, page_requests
from storage import live_connections, live_tickets
from tests.functional.console_api import Console, now
from tests.support.live_gateway import LiveGateway, is_allowed, live_gateway

PAGE = "https://inbox.example"


@pytest.fixture
def gateway(table: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveGateway]:
    """API Gateway with no connection."""
    with live_gateway() as (running, address):
        monkeypatch.setenv("LIVE_ENDPOINT", address)
        yield running


def ticket_of(by: Console, origin: str = PAGE) -> str:
    return by.post("/live/ticket", Origin=origin).body["ticket"]


def test_ticket_from_a_log_or_a_history_is_worthless(console: Console, gateway: LiveGateway) -> None:
    ticket = ticket_of(console)
    assert is_allowed(gateway.authorize(ticket, PAGE))
    assert not is_allowed(gateway.authorize(ticket, PAGE))


@pytest.mark.parametrize("origin", ["https://evil.example", "https://inbox.example.evil.example", "null", ""])
def test_page_of_another_origin_opens_nothing_and_uses_nothing_up(
    console: Console, gateway: LiveGateway, origin: str
) -> None:
    ticket = ticket_of(console)
    assert not is_allowed(gateway.authorize(ticket, origin))
    assert is_allowed(gateway.authorize(ticket, PAGE))


def test_ticket_that_was_kept_for_later_opens_nothing(
    console: Console, gateway: LiveGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = ticket_of(console)
    later = now() + 31_000
    assert live_tickets.redeem(live_tickets.digest_of(ticket), PAGE, later) is None


@pytest.mark.parametrize(
    "ticket", [None, "", "a" * 42, "a" * 43, "a" * 44, "../" * 20, "ä" * 43, "live", "\x00" * 43, "a" * 100_000]
)
def test_guessed_or_malformed_ticket_opens_nothing(table: str, gateway: LiveGateway, ticket: str | None) -> None:
    assert not is_allowed(gateway.authorize(ticket, PAGE))


def test_many_guesses_open_nothing(console: Console, gateway: LiveGateway) -> None:
    ticket_of(console)
    assert not any(is_allowed(gateway.authorize(secrets.token_urlsafe(32), PAGE)) for _ in range(50))


def test_table_alone_opens_nothing(console: Console, gateway: LiveGateway, client: Any, table: str) -> None:
    ticket = ticket_of(console)
    stored = str(client("dynamodb").scan(TableName=table)["Items"])
    assert ticket not in stored
    assert not is_allowed(gateway.authorize(live_tickets.digest_of(ticket), PAGE))


def test_connection_without_a_ticket_is_not_kept(gateway: LiveGateway, console: Console) -> None:
    digest = live_tickets.digest_of(ticket_of(console))
    with pytest.raises(LookupError):
        admission.open_connection("forged", digest, now())
    assert live_connections.everyone(now()) == []


def test_account_without_a_role_gets_no_ticket(console: Console, gateway: LiveGateway) -> None:
    console.claims["cognito:groups"] = ""
    assert console.post("/live/ticket", Origin=PAGE).status == 403


def test_flood_of_connections_of_one_agent_is_bounded(console: Console, gateway: LiveGateway) -> None:
    for number in range(admission.MOST + 3):
        assert gateway.connect(ticket_of(console), f"c{number}", PAGE)
    assert len(live_connections.everyone(now())) == admission.MOST
    assert len(gateway.open) == admission.MOST


def test_flood_of_messages_closes_the_connection(console: Console, gateway: LiveGateway) -> None:
    page = gateway.connect(ticket_of(console), "loud", PAGE)
    for _ in range(2 * page_requests.MOST_A_MINUTE + 1):
        gateway.send(page, "type")
        if page not in gateway.open:
            break
    assert page not in gateway.open
    assert live_connections.everyone(now()) == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        "{",
        '{"action": "post"}',
        '{"action": "look", "teams": "service"}',
        '{"action": "look", "teams": [1]}',
        '{"action": "look", "conversation": "connections"}',
        '{"action": "look", "conversation": {"id": 1}}',
        '{"action": "ping", "x": "' + "x" * 9000 + '"}',
        "[" * 5000,
    ],
)
def test_message_that_no_page_sends_closes_the_connection(console: Console, gateway: LiveGateway, body: str) -> None:
    page = gateway.connect(ticket_of(console), "odd", PAGE)
    gateway.send_raw(page, body)
    assert page not in gateway.open
    assert gateway.posted == {}


def test_message_of_an_unknown_connection_is_not_answered(console: Console, gateway: LiveGateway) -> None:
    gateway.open.add("unknown")
    gateway.send("unknown", "ping")
    assert (gateway.posted, gateway.open) == ({}, set())
