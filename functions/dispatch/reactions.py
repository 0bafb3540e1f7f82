"""Effects that change conversations again: heads to correct, follow-ups to plan again, answers to classify."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from application import departures, follow_ups, projection
from conversations import effects
from conversations.addressed import Addressed
from conversations.kept_cards import KeepCard
from dispatch import answers, offer_effects
from storage import customer_cards, customers, for_me, writes

if TYPE_CHECKING:
    from collections.abc import Callable


def refold(conversation_id: str, _effect: effects.Refold, clock: Callable[[], int]) -> None:
    """Correct a head that differs from what is stored."""
    projection.catch_up(conversation_id, clock())


def remember(conversation_id: str, effect: effects.Remember, clock: Callable[[], int]) -> None:
    """List a conversation with its customer's others."""
    expires = writes.expires_at(effect.since, clock())
    customers.remember(effect.channel, effect.connection, effect.customer_id, conversation_id, expires)


def keep_card(_conversation_id: str, effect: KeepCard, _clock: Callable[[], int]) -> None:
    """Have the customer's card expire no earlier than what was said last."""
    owner = customer_cards.owner(effect.channel, effect.connection, effect.customer_id)
    customer_cards.renew(customers.digest(*owner), customer_cards.expires_at(effect.newest))


def replan(conversation_id: str, _effect: effects.Reconsider, clock: Callable[[], int]) -> None:
    """Plan the follow-up again."""
    follow_ups.replan(conversation_id, clock)


def classify_answer(conversation_id: str, effect: effects.Judge, clock: Callable[[], int]) -> None:
    """Say what the answer to the follow-up means."""
    follow_ups.classify_answer(conversation_id, effect.version, answers.outcome, clock)


def look_after(conversation_id: str, effect: effects.LookAfter, clock: Callable[[], int]) -> None:
    """Give a conversation back to its team that came to an agent who is gone."""
    departures.look_after(conversation_id, effect.agent_id, clock)


def list_for_agent(conversation_id: str, effect: Addressed, _clock: Callable[[], int]) -> None:
    """List a conversation among what is an agent's."""
    for_me.put(effect.agent_id, for_me.Entry(conversation_id, effect.cause, effect.at, effect.by))


HANDLERS: dict[type, Callable[[str, Any, Callable[[], int]], None]] = {
    Addressed: list_for_agent,
    effects.LookAfter: look_after,
    effects.Refold: refold,
    effects.Remember: remember,
    KeepCard: keep_card,
    effects.Reconsider: replan,
    effects.Judge: classify_answer,
    **offer_effects.HANDLERS,
}
