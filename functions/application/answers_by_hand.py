"""Answers to posts that address nobody, which some platforms take from a person in their own app alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

import channels
from application import offer_permission
from conversations.customer import is_customers
from conversations.facts import Visibility
from outreach.found_posts import FoundPost
from outreach.permission import Possibility
from storage import connections

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.conversation import Conversation
    from conversations.messages import Message


class AnswerByHand(Struct, frozen=True):
    """The reason why a person has to answer in the platform's own app, and where."""

    why: str
    """Its sentence is ``permission.<why>``."""
    url: str


def answer_by_hand(head: Conversation, messages: Sequence[Message], now: int) -> AnswerByHand | None:
    """Return where the customer's last post is answered by hand, by the dated rules for offers.

    ``now`` in milliseconds.
    None where we were addressed, so that the platform's own ways count, and where the app permits no answer either.
    """
    identity = head.identity
    if identity.visibility != Visibility.PUBLIC or head.window.last_customer_at is not None or head.unreachable:
        return None
    theirs = [message for message in messages if is_customers(head, message) and not message.deleted]
    searcher = channels.searcher_of(identity.channel)
    if not theirs or searcher is None:
        return None
    last = theirs[-1]
    post = FoundPost(
        identity.channel,
        identity.connection,
        last.id,
        identity.thread_id,
        last.permalink or "",
        last.sent_at,
        author=last.author,
    )
    permission = offer_permission.permission(post, now)
    if permission.state != Possibility.BY_HAND:
        return None
    return AnswerByHand(
        permission.why, searcher.compose_url(post, "", connections.options_of(identity.channel, identity.connection))
    )
