"""Customers' answers to follow-ups: the outcome of the conversation, and opt-outs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import classification
from application import choices, follow_ups, opt_outs
from classification.outcome import reader
from conversations import identity, logged
from conversations.facts import Kind
from conversations.promise import Outcome
from shared.telemetry import count, logger
from storage import connections, conversations

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from application.loading import LoadedConversation
    from conversations.conversation import Conversation
    from conversations.facts import Fact


DECLINED = "declined"
"""The platform's report of a customer who complained, or wants to hear no more."""
BUTTONS = {
    choices.SOLVED: Outcome.SOLVED,
    choices.STILL_BROKEN: Outcome.STILL_BROKEN,
    choices.NO_MORE: Outcome.OTHER,
}
"""Outcomes of the buttons, whose meaning needs no classification."""


def outcome(conversation: LoadedConversation) -> Outcome:
    """Classify the answer to a conversation's follow-up."""
    follow_up = conversation.head.follow_up
    assert follow_up is not None
    messages = {message.id: message for message in conversation.messages()}
    answer, question = messages.get(follow_up.outcome_message_id or ""), messages.get(follow_up.asked_id)
    if answer and answer.payload in BUTTONS:
        return BUTTONS[answer.payload]
    text = answer.text if answer else None
    meaning = reader().meaning(text, follow_up.reaction or None, (question.text if question else None) or "")
    logger.info("Answer read", conversation_id=conversation.id, outcome=str(meaning))
    count("FollowUpAnswered", outcome=str(meaning))
    return Outcome(meaning)


def obey(conversation_id: str, facts: Sequence[Fact], clock: Callable[[], int]) -> None:
    """Record the opt-out of a customer who asks for it, and cancel their follow-ups in all conversations."""
    # A message from an unverified sender may be anybody's: an agent sees it, and decides.
    customer_facts = [fact for fact in facts if not fact.own and not fact.unproven]
    is_addressed = any((fact.text or "").lstrip().startswith("@") for fact in customer_facts)
    head = _head_of(conversation_id) if is_addressed or any(map(_declines, customer_facts)) else None
    if head is None:
        return
    names = _handles(head) if is_addressed else ()
    declined = [fact for fact in customer_facts if _declines(fact, names)]
    if head.customer.id not in {fact.author.id for fact in declined} - {None}:
        return
    if head.identity.channel in logged.KINDS:
        return  # an agent's words about a call
    channel, connection, customer_id = head.identity.channel, head.identity.connection, str(head.customer.id)
    opt_outs.decline((channel, connection, customer_id), clock, conversation_id)
    count("CustomerDeclined", channel=channel)


def spare(conversation_id: str, facts: Sequence[Fact], clock: Callable[[], int]) -> None:
    """Plan the follow-up again where a message was changed into one that tells of hardship: a person asks then."""
    edits = [fact for fact in facts if fact.kind == Kind.EDITED and not fact.own]
    if any(classification.hardship(fact.text) for fact in edits):
        follow_ups.replan(conversation_id, clock)


def _head_of(conversation_id: str) -> Conversation | None:
    """Return the head of a conversation, or of the whole thread where a comment's words belong to that."""
    thread, _ = identity.split_id(conversation_id)
    return conversations.head(conversation_id) or conversations.head(thread)


def _handles(head: Conversation) -> frozenset[str]:
    """Return the handles by which people address our account."""
    options = connections.options_of(head.identity.channel, head.identity.connection)
    written = (options.get(name, "") for name in ("handle", "username", "api_username"))
    return frozenset(handle.strip("@").partition("@")[0].casefold() for handle in written if handle)


def _declines(fact: Fact, names: Collection[str] = ()) -> bool:
    if fact.kind == Kind.GONE:
        return fact.payload == DECLINED
    return fact.kind == Kind.MESSAGE and (fact.payload == choices.NO_MORE or classification.declines(fact.text, names))
