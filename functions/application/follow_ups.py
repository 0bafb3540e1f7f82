"""Commands about follow-ups that the system carries out by itself, without an agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from application.commands import execute
from application.planning_context import circumstances
from application.projection import catch_up
from application.signatures import signature_of
from application.templates import as_sent, at_last
from application.thanks import thanks
from classification import language_of
from conversations import follow_ups
from conversations.actions import Verb
from conversations.conversation import counted_customer
from conversations.follow_ups import person_asked
from conversations.planning import Wish, month_of, plan
from conversations.promise import FollowUpState, Outcome
from conversations.recipients import subject_of
from storage import customers, teams, writes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from application.commands import Context, Decide
    from application.loading import LoadedConversation
    from conversations.actions import Action
    from storage.writes import Write

_COUNTED = frozenset({Verb.ASK, Verb.TASK})
"""Actions that a customer notices, or soon will."""


def run_due(conversation_id: str, version: str, clock: Callable[[], int]) -> Action | None:
    """Carry out a follow-up that came due; returns the action, None where there was nothing to do.

    Raises ``Conflict`` when others change the conversation again and again; the caller then calls again.
    """

    def decide(conversation: LoadedConversation, context: Context) -> Sequence[Action]:
        at, action_id = context.at, context.action_id
        follow_up = conversation.head.follow_up
        if follow_up is None or follow_up.version != version:
            return []
        if follow_up.state != FollowUpState.PLANNED:
            return _one(follow_ups.unanswered(conversation.head, version, at, action_id))
        promise = follow_up.promise
        language = promise.language or language_of(promise.text)
        around = circumstances(conversation, context.now, about_id=promise.about).in_language(language)
        planned = plan(around.case, Wish(at, promise.visibility), at)
        text = at_last(promise, planned.at or at, follow_up.made_at)
        action = follow_ups.due(conversation.head, version, planned, text, at, action_id)
        if action is None or action.verb != Verb.ASK:
            return _one(action)
        question = replace(action, text=as_sent(around, planned, text), language=around.language)
        if around.about:
            return [replace(question, reply_to_id=around.about.platform_id)]
        return [_addressed(conversation, question)]

    return _execute(conversation_id, decide, clock) or catch_up(conversation_id, clock())


def replan(conversation_id: str, clock: Callable[[], int]) -> Action | None:
    """Plan a follow-up again, because the basis of its plan changed."""

    def decide(conversation: LoadedConversation, context: Context) -> Sequence[Action]:
        at, action_id = context.at, context.action_id
        follow_up = conversation.head.follow_up
        if follow_up is None or follow_up.state not in follow_ups.STANDING:
            return []
        promise = follow_up.promise
        around = circumstances(conversation, context.now, about_id=promise.about)
        wish = Wish(promise.at if promise.wished is None else promise.wished, promise.visibility)
        planned = plan(around.case, wish, at)
        text = at_last(promise, planned.at or promise.at, follow_up.made_at)
        return _one(follow_ups.reconsidered(conversation.head, planned, text, at, action_id))

    return _execute(conversation_id, decide, clock)


def classify_answer(
    conversation_id: str, version: str, read: Callable[[LoadedConversation], Outcome], clock: Callable[[], int]
) -> Action | None:
    """Classify the answer to a follow-up, unless its outcome was set before."""

    def decide(conversation: LoadedConversation, context: Context) -> Sequence[Action]:
        at, action_id = context.at, context.action_id
        follow_up = conversation.head.follow_up
        if follow_up is None or follow_up.version != version or follow_up.outcome != Outcome.ANSWERED:
            return []
        outcome = read(conversation)
        return [follow_ups.judged(conversation.head, outcome, follow_ups.SYSTEM, at, action_id)]

    return _execute(conversation_id, decide, clock)


def thank(conversation_id: str, answer_id: str, clock: Callable[[], int]) -> Action | None:
    """Thank the author of the answer that was accepted, unless that was done or nobody wants it."""

    def decide(conversation: LoadedConversation, context: Context) -> Sequence[Action]:
        return _one(thanks(conversation, answer_id, context))

    return _execute(conversation_id, decide, clock)


def _addressed(conversation: LoadedConversation, question: Action) -> Action:
    """Return a question with the message below which it stands, and to whom it goes: the customer, and nobody else."""
    to: tuple[str, ...] = ()
    if conversation.names_recipients and conversation.head.customer.id:
        to = (conversation.head.customer.id,)
        signature = signature_of(conversation, question.language).text
        question = replace(question, to=to, subject=subject_of(conversation.head), signature=signature)
    return replace(question, reply_to_id=conversation.message_answered(question.way, to))


def _execute(conversation_id: str, decide: Decide, clock: Callable[[], int]) -> Action | None:
    executed = execute(conversation_id, decide, clock, extra_writes=_claims)
    return executed.action if executed else None


def _one(action: Action | None) -> list[Action]:
    return [action] if action else []


def _claims(conversation: LoadedConversation, actions: Sequence[Action], now: int) -> list[Write]:
    """Return the writes that count a question in the customer's month, in the transaction of the question."""
    if not any(action.verb in _COUNTED for action in actions):
        return []
    identity, follow_up = conversation.head.identity, conversation.head.follow_up
    customer_id = counted_customer(conversation.head)
    recipient = person_asked(follow_up, customer_id) if follow_up else customer_id
    cap = teams.team(identity.team).cap
    expires = writes.expires_at(now, now)
    return customers.claim(identity.channel, identity.connection, recipient, month_of(now), cap, expires)
