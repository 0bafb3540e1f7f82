"""Effects of approved offers: their messages, what became of these, and what their readers answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application import answered_offers, offer_messages
from outreach import leaving

if TYPE_CHECKING:
    from collections.abc import Callable


def carry_out(_conversation_id: str, effect: leaving.CarryOut, clock: Callable[[], int]) -> None:
    """Store the message of an offer that is approved, or count one that was posted."""
    offer_messages.carry_out(effect.proposal, clock)


def follow_delivery(conversation_id: str, effect: leaving.FollowDelivery, clock: Callable[[], int]) -> None:
    """Note with the proposal what became of its message."""
    offer_messages.follow_delivery(conversation_id, effect.action_id, clock)
    answered_offers.read(conversation_id, clock)  # an answer may come before the platform's own


def read_answer(conversation_id: str, _effect: leaving.ReadAnswer, clock: Callable[[], int]) -> None:
    """Read what a person answers to an offer."""
    answered_offers.read(conversation_id, clock)


HANDLERS = {
    leaving.CarryOut: carry_out,
    leaving.FollowDelivery: follow_delivery,
    leaving.ReadAnswer: read_answer,
}
