"""Prices of messages in the API: each way to answer says what it costs before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from conversations import identity
from conversations import prices as price_table
from conversations.facts import Author, Fact, Kind, Visibility
from storage import connections, outreach_budgets, received_facts
from tests.functional.console_api import Console, now, visitor_post
from tests.support.stack import Stack


def prices(stack: Stack, console: Console, channel: str, visibility: Visibility, thread: str) -> dict[str, Any]:
    """Return the price of each way in which a message on a channel can be answered."""
    connections.put_connection(channel, "main", "7", "Telefunk")
    author = Author("555", "Mika", "mika@example.com" if channel == "email" else None)
    customer = None if visibility == Visibility.PUBLIC else author.id
    message = Fact(Kind.MESSAGE, visibility, thread, now(), "900", author=author, text="Hello?", customer_id=customer)
    received_facts.add(channel, "main", [message], now())
    stack.dispatch()
    conversation = identity.conversation_id(identity.thread_key(channel, "main", thread), "")
    shown = console.get(f"/conversations/{conversation}")
    assert shown.status == 200, shown.body
    return {route["way"]: route["price"] for route in shown.body["routes"]}


def test_answer_on_x_says_what_a_link_and_a_further_post_cost(stack: Stack, console: Console) -> None:
    assert prices(stack, console, "x", Visibility.PUBLIC, "900")["public_reply"] == {
        "first": {"least": 0.01, "most": 0.01},
        "with_link": {"least": 0.2, "most": 0.2},
        "further": {"least": 0.015, "most": 0.015},
        "per_recipient": False,
    }


def test_mail_says_that_each_recipient_costs(stack: Stack, console: Console) -> None:
    price = prices(stack, console, "email", Visibility.PRIVATE, "m1")["private_message"]
    assert (price["first"], price["per_recipient"]) == ({"least": 0.0001, "most": 0.0001}, True)


@pytest.mark.parametrize("channel", ["mastodon", "whatsapp"])
def test_answer_that_costs_nothing_has_no_price(stack: Stack, console: Console, channel: str) -> None:
    is_public = channel == "mastodon"
    visibility = Visibility.PUBLIC if is_public else Visibility.PRIVATE
    assert set(prices(stack, console, channel, visibility, "7:555").values()) == {None}


def test_message_that_comes_in_on_x_is_charged_to_its_connection_once(stack: Stack, console: Console) -> None:
    prices(stack, console, "x", Visibility.PUBLIC, "900")
    assert outreach_budgets.read("x", "main", now()).used == 5_000
    prices(stack, console, "x", Visibility.PUBLIC, "900")  # it is delivered once more
    assert outreach_budgets.read("x", "main", now()).used == 5_000


def test_answer_is_charged_once_it_left(stack: Stack, lead: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    rate = price_table.Rate("facebook", price_table.MESSAGE, price_table.Price(70, 70), "2020-01-01", "")
    monkeypatch.setattr(price_table, "TABLE", (*price_table.TABLE, rate))
    monkeypatch.setattr(price_table, "CHARGED", price_table.CHARGED | {"facebook"})
    post = visitor_post()
    stack.settle()
    stack.platform.says({"id": "1055_2"})
    lead.post(f"/conversations/{post}/replies", {"text": "Wir schauen nach."})
    assert outreach_budgets.read("facebook", "demo", now()).used == 0
    stack.settle()
    assert outreach_budgets.read("facebook", "demo", now()).used == 70
