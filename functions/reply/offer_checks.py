"""Checks right before an offer leaves: by the rules of its platform and of tact, as when it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

import classification
from application.offer_context import OfferContext
from conversations.actions import State
from conversations.message_fold import messages_of
from outreach import leaving, tact
from outreach.permission import Possibility
from outreach.tact import Pace
from storage import proposals, teams

if TYPE_CHECKING:
    from conversations.actions import Action
    from conversations.conversation import Conversation
    from conversations.messages import Message
    from outreach.proposals import Proposal
    from storage.conversations import Thread

WAITING = frozenset({"held", "problem"})
"""Reasons of the platform's permission that pass: the message waits for its connection, and is not refused."""
PROMPT = tact.HOUR
"""Milliseconds within which a message leaves at the hour at which it was approved, whatever that is."""


def reason_against(action: Action, head: Conversation, thread: Thread, now: int) -> str:
    """Return the reason for which an offer is not sent after all; empty where nothing speaks against it."""
    proposal = proposals.read(action.outreach)
    if proposal is None or not leaving.is_approved(proposal, action):
        return "not_offered"
    messages = messages_of(head.identity, thread.facts, thread.actions)
    post = next((each for each in messages if each.id == proposal.post.id), None)
    if post is None or post.deleted:
        return "gone"
    return _reason_against_offer(proposal, post, _has_answer(messages, action, thread), now)


def _reason_against_offer(proposal: Proposal, post: Message, is_answered: bool, now: int) -> str:
    """Return the rule of the platform or of tact by which nothing is offered below a post any more."""
    context = OfferContext(proposal, now, may_ask=False)
    permission, offer = context.permission, proposal.offer
    is_open = permission.state == Possibility.ALLOWED or permission.why in WAITING
    if not is_open or (permission.confirm and not (offer and offer.rules_confirmed)):
        return "not_permitted"
    known = replace(
        context.known,
        offered_at=0,  # by this very offer
        thread_taken=False,
        sign=context.known.sign or classification.tact_sign(post.text) or "",
        colleague_answered=is_answered,
    )
    reason = tact.refusal_of_post(proposal.post, known, now, context.limits)
    if reason is None and now - proposal.closed_at > PROMPT:
        reason = tact.refusal_of_time(Pace(), now, teams.team(proposal.team).hours, context.limits)
    return reason or ""


def _has_answer(messages: list[Message], action: Action, thread: Thread) -> bool:
    """Return whether another of us answered: here, or with another tool."""
    unsent = {each.id for each in thread.actions if each.state in (State.CANCELLED, State.FAILED)}
    return any(each.direction == "outbound" and each.id not in {action.id, *unsent} for each in messages)
