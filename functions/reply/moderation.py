"""Moderation of messages on the platform, recorded as the platform will report it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from channels.base import PermanentFailure, Reason, TransientFailure, UnconfirmedSend
from conversations.actions import Moderation
from conversations.facts import Author, Fact, Kind, Visibility
from storage import received_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from channels.base import Credentials
    from conversations.actions import Action
    from conversations.conversation import Conversation
    from reply.delivery import Delivery

TOLD = {
    Moderation.HIDE: Kind.HIDDEN,
    Moderation.SHOW: Kind.SHOWN,
    Moderation.DELETE: Kind.REMOVED,
    Moderation.EDIT: Kind.EDITED,
    Moderation.LIKE: Kind.REACTION,
    Moderation.UNLIKE: Kind.UNREACTION,
    Moderation.ACCEPT: Kind.SOLVED,
}
"""Kinds of facts that the platform reports for each moderation."""
LIKED = "👍"


def carry_out(delivery: Delivery, leased: Action) -> str:
    """Hide, delete or block, and record it as the platform will report it; there is no id."""
    wanted, sender, customer_id = leased.moderation, delivery.channel.sender, delivery.head.customer.id
    assert wanted is not None
    with _repeatable(wanted):
        delivery.hand_over(
            lambda: sender.try_moderate(wanted, leased.target, delivery.secrets, leased.text, customer_id)
        )
    _note(delivery.head, delivery.secrets, leased, delivery.now)
    return ""


@contextmanager
def _repeatable(wanted: Moderation) -> Iterator[None]:
    """Carry out a moderation that may be repeated: done twice, it is done once.

    One that got no answer is to be repeated (``TransientFailure``), without a look at the platform first.
    """
    try:
        yield
    except PermanentFailure as failure:
        # What is not there any more is neither seen nor needs to be deleted.
        if failure.reason != Reason.GONE or wanted not in (Moderation.HIDE, Moderation.DELETE):
            raise
    except UnconfirmedSend:
        raise TransientFailure(Reason.RETRY) from None


def _note(head: Conversation, credentials: Credentials, action: Action, now: int) -> None:
    """Note what was done to a message as the platform will report it, which may take its time or not happen."""
    if kind := TOLD.get(action.moderation) if action.moderation else None:
        identity = head.identity
        fact = Fact(
            kind,
            identity.visibility,
            identity.thread_id,
            now,
            action.target,
            identity.branch_id,
            author=Author(credentials.account_id or None),
            own=True,
            text=action.text if kind == Kind.EDITED else None,
            payload=LIKED if kind == Kind.REACTION else None,
            customer_id=head.customer.id if identity.visibility == Visibility.PRIVATE else None,
        )
        received_facts.add(identity.channel, identity.connection, [fact], now)
