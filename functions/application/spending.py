"""Costs of what is read and sent on platforms that charge for it, added up by connection and month.

They are estimates by the table of prices: a platform's own bill decides. Each read and each message is charged once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversations import prices
from conversations.facts import Kind, Visibility
from conversations.send_options import Way
from storage import outreach_budgets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.actions import Action
    from conversations.facts import Fact
    from outreach.found_posts import FoundPost
    from storage.connections import Connection


def note_read(channel: str, connection: str, facts: Sequence[Fact], now: int) -> None:
    """Charge the messages that a platform reported, each once."""
    if not prices.is_metered(channel):
        return
    for fact in facts:
        if fact.kind == Kind.MESSAGE:
            amount = prices.read_price(channel, fact.visibility, now, own=fact.own)
            outreach_budgets.charge(channel, connection, amount, now, key=f"read#{fact.message_id}")


def note_answers(post: FoundPost, answers: Sequence[FoundPost], now: int) -> None:
    """Charge what was read below a post that a search found, each once."""
    if prices.is_metered(post.channel):
        amount = prices.read_price(post.channel, Visibility.PUBLIC, now)
        for answer in answers:
            outreach_budgets.charge(post.channel, post.connection, amount, now, key=f"read#{answer.id}")


def note_sent(connection: Connection, action: Action, now: int) -> None:
    """Charge what a message that was sent cost, the most it can where that is a range."""
    recipients = max(1, len(action.to)) + len(action.cc)
    amount = price_of(connection.channel, action.text, now, action.way or Way.PUBLIC_REPLY, recipients)
    outreach_budgets.charge(connection.channel, connection.name, amount, now, key=f"sent#{action.id}")


def price_of(channel: str, text: str, now: int, way: Way = Way.PUBLIC_REPLY, recipients: int = 1) -> int:
    """Return what a message costs, the most it can, in millionths of a US dollar."""
    price = prices.message_price(channel, way, now)
    return price.of((price.with_link != price.first and _has_link(text),), recipients).most


def _has_link(text: str) -> bool:
    from channels import _text  # slow to load, and only some platforms charge for links

    return bool(_text.addresses(text))
