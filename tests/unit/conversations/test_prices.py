"""Prices of messages and of reading, by the dated table."""

from __future__ import annotations

from datetime import date

import pytest

from conversations import prices
from conversations.facts import Visibility
from conversations.prices import FREE, MessagePrice, Price, Rate
from conversations.send_options import Way

NOW = 1_796_000_000_000
BEFORE_X_CHARGED = 1_760_000_000_000
ONE_POST, WITH_LINK = (False,), (True,)


def cost(channel: str, way: Way, links: tuple[bool, ...], recipients: int = 1, **about: bool) -> Price:
    return prices.message_price(channel, way, NOW, **about).of(links, recipients)


@pytest.mark.parametrize(
    ("links", "amount"),
    [(ONE_POST, 10_000), (WITH_LINK, 200_000), ((False, False), 25_000), ((False, True), 210_000)],
)
def test_answer_on_x_costs_by_its_posts_and_their_links(links: tuple[bool, ...], amount: int) -> None:
    assert cost("x", Way.PUBLIC_REPLY, links) == Price(amount, amount)


def test_answer_on_x_to_somebody_who_did_not_mention_us_costs_a_whole_post() -> None:
    assert cost("x", Way.PUBLIC_REPLY, ONE_POST, summoned=False) == Price(15_000, 15_000)


def test_private_message_on_x_costs_the_same_with_a_link() -> None:
    assert (
        cost("x", Way.PRIVATE_MESSAGE, ONE_POST) == cost("x", Way.PRIVATE_MESSAGE, WITH_LINK) == Price(15_000, 15_000)
    )


def test_mail_costs_for_each_recipient() -> None:
    assert cost("email", Way.PRIVATE_MESSAGE, ONE_POST, recipients=3) == Price(300, 300)


def test_template_on_whatsapp_costs_between_two_ends_and_a_message_nothing() -> None:
    assert cost("whatsapp", Way.TEMPLATE, ONE_POST) == Price(800, 159_700)
    assert cost("whatsapp", Way.PRIVATE_MESSAGE, ONE_POST) == FREE


@pytest.mark.parametrize("way", list(Way))
def test_message_on_a_channel_without_a_price_is_free(way: Way) -> None:
    assert prices.message_price("mastodon", way, NOW) == MessagePrice()


def test_price_holds_from_its_day_on() -> None:
    assert prices.price("x", prices.READ, BEFORE_X_CHARGED) == FREE
    assert prices.price("x", prices.READ, NOW) == Price(5_000, 5_000)


def test_later_row_replaces_an_earlier_one(monkeypatch: pytest.MonkeyPatch) -> None:
    later = Rate("x", prices.READ, Price(7, 7), "2026-10-01", "")
    monkeypatch.setattr(prices, "TABLE", (later, *prices.TABLE))
    assert prices.price("x", prices.READ, NOW) == Price(7, 7)
    assert prices.price("x", prices.READ, 1_775_000_000_000) == Price(5_000, 5_000)


def test_reading_costs_by_what_is_read() -> None:
    assert prices.read_price("x", Visibility.PUBLIC, NOW) == 5_000
    assert prices.read_price("x", Visibility.PUBLIC, NOW, own=True) == 1_000
    assert prices.read_price("x", Visibility.PRIVATE, NOW) == 10_000
    assert prices.read_price("bluesky", Visibility.PUBLIC, NOW) == 0
    assert [prices.is_metered(name) for name in ("x", "bluesky", "email")] == [True, False, False]


def test_each_row_has_a_source_and_a_day_and_a_price_that_is_no_negative_range() -> None:
    for rate in prices.TABLE:
        assert rate.source
        assert date.fromisoformat(rate.since) <= date(2026, 11, 30)
        assert 0 < rate.price.least <= rate.price.most


def test_amount_is_given_in_dollars() -> None:
    assert prices.dollars(210_000) == 0.21
