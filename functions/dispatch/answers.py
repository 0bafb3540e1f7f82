"""What customers say about being asked: how it went, and that they do not want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import classification
from application import choices, follow_ups
from classification.outcome import reader
from conversations import identity
from conversations.facts import Kind
from conversations.promise import Outcome
from shared.telemetry import count, logger
from storage import conversations, customers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from application.loading import LoadedConversation
    from conversations.conversation import Conversation
    from conversations.facts import Fact


DECLINED = "declined"
"""What the platform says of a customer who complained, or wants to hear no more."""
BUTTONS = {
    choices.SOLVED: Outcome.SOLVED,
    choices.STILL_BROKEN: Outcome.STILL_BROKEN,
    choices.NO_MORE: Outcome.OTHER,
}
"""What a button means needs no reading."""


def outcome(conversation: LoadedConversation) -> Outcome:
    """What the answer to a conversation's follow-up means, as a reader proposes it."""
    follow_up = conversation.head.follow_up
    assert follow_up is not None
    said = {message.id: message for message in conversation.messages()}
    answer, question = said.get(follow_up.outcome_message_id or ""), said.get(follow_up.asked_id)
    if answer and answer.payload in BUTTONS:
        return BUTTONS[answer.payload]
    text = answer.text if answer else None
    meaning = reader().meaning(text, follow_up.reaction or None, (question.text if question else None) or "")
    logger.info("Answer read", conversation_id=conversation.id, outcome=str(meaning))
    count("FollowUpAnswered", outcome=str(meaning))
    return Outcome(meaning)


def obey(conversation_id: str, facts: Sequence[Fact], clock: Callable[[], int]) -> None:
    """Whoever asks not to be asked is not asked any more, in any conversation, from now on."""
    # What nobody vouches for may be anybody's wish: an agent sees it, and decides.
    declined = [fact for fact in facts if not fact.own and not fact.unproven and _declines(fact)]
    head = _head_of(conversation_id) if declined else None
    if head is None or head.customer.id not in {fact.author.id for fact in declined} - {None}:
        return
    who, customer_id = head.identity, str(head.customer.id)
    customers.decline(who.channel, who.connection, customer_id, clock(), conversation_id)
    count("CustomerDeclined", channel=who.channel)
    for other in customers.conversations_of(who.channel, who.connection, customer_id):
        follow_ups.replan(other, clock)


def _head_of(conversation_id: str) -> Conversation | None:
    """Return the head of a conversation, or of the whole thread where a comment's words belong to that."""
    thread, _ = identity.split_id(conversation_id)
    return conversations.head(conversation_id) or conversations.head(thread)


def _declines(fact: Fact) -> bool:
    if fact.kind == Kind.GONE:
        return fact.payload == DECLINED
    return fact.kind == Kind.MESSAGE and (fact.payload == choices.NO_MORE or classification.declines(fact.text or ""))
