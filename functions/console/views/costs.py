"""Costs as the API shows them, in US dollars: of a message before it is sent, and of a connection in a month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conversations import prices
from conversations.prices import FREE

if TYPE_CHECKING:
    from conversations.prices import MessagePrice, Price
    from storage.outreach_budgets import Budget

Json = dict[str, Any]


def message(price: MessagePrice) -> Json | None:
    """Return the price of a message on one way; None where it costs nothing, or nobody told its price."""
    if (price.first, price.with_link, price.further) == (FREE, FREE, FREE):
        return None
    return {
        "first": _range(price.first),
        "with_link": _range(price.with_link),
        "further": _range(price.further),
        "per_recipient": price.per_recipient,
    }


def budget(channel: str, budget: Budget) -> Json | None:
    """Return what a connection used of its budget this month; None where nothing costs money there."""
    if channel not in prices.CHARGED:
        return None
    state = "exhausted" if budget.is_exhausted else "near" if budget.warns else "within"
    limit = prices.dollars(budget.limit) if budget.limit else None
    return {"used": prices.dollars(budget.used), "limit": limit, "state": state}


def _range(price: Price) -> Json:
    return {"least": prices.dollars(price.least), "most": prices.dollars(price.most)}
