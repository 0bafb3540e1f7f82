"""What the house does about follow-ups by itself: decided over all that is stored, written with the head."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from application.commands import act, catch_up
from application.planning_context import circumstances, message_answered
from application.templates import as_sent, at_last
from application.thanks import thanks
from conversations import follow_ups
from conversations.model import FollowUpState, Outcome, Verb, counted_customer
from conversations.planning import Wish, month_of, plan
from storage import conversations, customers, teams

if TYPE_CHECKING:
    from collections.abc import Callable

    from application.projection import LoadedConversation
    from conversations.model import Action
    from storage.writes import Write

_COUNTED = frozenset({Verb.ASK, Verb.TASK})
"""What a customer notices, or soon will."""


def run_due(conversation_id: str, version: str, clock: Callable[[], int]) -> Action | None:
    """What was done about a follow-up that came due; None when there was nothing to do.

    Raises ``store.Conflict`` when others change the conversation again and again; whoever called then calls anew.
    """

    def decide(conversation: LoadedConversation, now: int, moment: int, name: str) -> Action | None:
        follow_up = conversation.head.follow_up
        if follow_up is None or follow_up.version != version:
            return None
        if follow_up.state != FollowUpState.PLANNED:
            return follow_ups.unanswered(conversation.head, version, moment, name)
        around = circumstances(conversation, now)
        planned = plan(around.case, Wish(moment, follow_up.promise.visibility), moment)
        text = at_last(follow_up.promise, planned.at or moment, follow_up.made_at)
        action = follow_ups.due(conversation.head, version, planned, text, moment, name)
        if action is None or action.verb != Verb.ASK:
            return action
        reply_to_id = message_answered(conversation, action.way)
        return replace(action, text=as_sent(around, planned, text), language=around.language, reply_to_id=reply_to_id)

    return act(conversation_id, clock, decide, _claims) or catch_up(conversation_id, clock())


def replan(conversation_id: str, clock: Callable[[], int]) -> Action | None:
    """Plan a follow-up anew, because what the plan was made from is not so any more."""

    def decide(conversation: LoadedConversation, now: int, moment: int, name: str) -> Action | None:
        follow_up = conversation.head.follow_up
        if follow_up is None or follow_up.state not in follow_ups.STANDING:
            return None
        promise = follow_up.promise
        around = circumstances(conversation, now)
        wish = Wish(promise.at if promise.wished is None else promise.wished, promise.visibility)
        planned = plan(around.case, wish, moment)
        text = at_last(promise, planned.at or promise.at, follow_up.made_at)
        return follow_ups.reconsidered(conversation.head, planned, text, moment, name)

    return act(conversation_id, clock, decide, _claims)


def classify_answer(
    conversation_id: str, version: str, read: Callable[[LoadedConversation], Outcome], clock: Callable[[], int]
) -> Action | None:
    """Say what the answer to a follow-up means, unless somebody has said so before."""

    def decide(conversation: LoadedConversation, now: int, moment: int, name: str) -> Action | None:
        follow_up = conversation.head.follow_up
        if follow_up is None or follow_up.version != version or follow_up.outcome != Outcome.ANSWERED:
            return None
        return follow_ups.judged(conversation.head, read(conversation), follow_ups.HOUSE, moment, name)

    return act(conversation_id, clock, decide, _claims)


def thank(conversation_id: str, answer_id: str, clock: Callable[[], int]) -> Action | None:
    """Thank whoever gave the answer that was accepted, unless that was done or nobody wants it."""

    def decide(conversation: LoadedConversation, now: int, moment: int, name: str) -> Action | None:
        return thanks(conversation, answer_id, now, moment, name)

    return act(conversation_id, clock, decide, _claims)


def _claims(conversation: LoadedConversation, action: Action, now: int) -> list[Write]:
    """A question counts against what the customer is asked in a month, together with being asked or not at all."""
    if action.verb not in _COUNTED:
        return []
    who = conversation.head.identity
    cap = teams.team(who.team).cap
    expires = conversations.expires_at(now, now)
    return customers.claim(
        who.channel, who.connection, counted_customer(conversation.head), month_of(now), cap, expires
    )
