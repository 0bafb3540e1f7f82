"""Permission to answer a stranger's post, from the rules of the platform, our account, and the channel's own ways.

Everybody who offers asks here: the page before somebody writes, the API when a text is stored, and the sender again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import channels
from conversations import prices
from conversations.facts import Visibility
from conversations.send_options import Situation, Way
from outreach import permission as rules
from outreach.found_posts import FEED
from outreach.permission import Account
from storage import connections

if TYPE_CHECKING:
    from conversations.send_options import Route
    from outreach.found_posts import FoundPost
    from outreach.permission import Permission


def permission(post: FoundPost, now: int) -> Permission:
    """Return how a post may be answered now (milliseconds)."""
    price = prices.message_price(post.channel, Way.PUBLIC_REPLY, now, summoned=post.mentions_us)
    return rules.permission(post, account(post, now), price.first.most)


def account(post: FoundPost, now: int) -> Account:
    """Return our account that would answer a post."""
    if post.channel == FEED:
        return Account(is_connected=False)
    connection = connections.connection(post.channel, post.connection)
    way = _public_route(post, now) if connection.account_id else None
    return Account(
        is_connected=bool(connection.account_id),
        is_held=connection.held,
        has_problem=connection.problem in connections.NEEDS_PERSON,
        has_route=way is not None,
        route_until=way.until if way else None,
        options=connection.options,
    )


def route(post: FoundPost, now: int) -> Route | None:
    """Return the way in which an answer would go out, with its limit; None where there is none."""
    return None if post.channel == FEED else _public_route(post, now)


def length(post: FoundPost, text: str) -> int:
    """Return the length of a text as the platform of a post counts it."""
    return channels.get(post.channel).sender.measure(text, Way.PUBLIC_REPLY)


def _public_route(post: FoundPost, now: int) -> Route | None:
    if post.channel not in channels.names():
        return None
    situation = Situation(
        Visibility.PUBLIC,
        post.sent_at if post.mentions_us else None,
        post.author.id,
        thread_id=post.thread_id,
        options=connections.options_of(post.channel, post.connection),
    )
    ways = channels.get(post.channel).sender.send_options(situation, now)
    return next((way for way in ways if way.way == Way.PUBLIC_REPLY), None)
