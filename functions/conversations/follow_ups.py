"""The promise to ask back: what became of it, and what to do when it comes due. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conversations.messages import new_to
from conversations.model import Action, Author, FollowUp, FollowUpState, Route, State, Verb, Visibility

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.model import Conversation, Message

HOUSE = Author("nachfrage", None)
"""Who acts when a promise is kept: nobody in particular, in the team's name."""


def due(
    head: Conversation, version: str, customers_message_removed: bool, routes: Sequence[Route], now: int, action_id: str
) -> Action | None:
    """What is to be done now; None when this call is for nothing: dealt with, cancelled, or of an old version.

    ``head`` must be the fold over everything stored, or the customer may be asked though he just wrote.
    """
    follow_up = head.follow_up
    if follow_up is None or follow_up.version != version or follow_up.state != FollowUpState.PLANNED:
        return None
    verb, reason, route = _decision(head, customers_message_removed, routes)
    return Action(
        id=action_id,
        at=now,
        verb=verb,
        by=follow_up.by if verb == Verb.ASK else HOUSE,
        heard=head.heard,
        upto=head.last_inbound_at,
        text=follow_up.text,
        reason=reason,
        answers=follow_up.version,
        way=route.way if route and verb == Verb.ASK else None,
        state=State.QUEUED if verb == Verb.ASK else None,
    )


def _decision(
    head: Conversation, customers_message_removed: bool, routes: Sequence[Route]
) -> tuple[Verb, str, Route | None]:
    if customers_message_removed:
        return Verb.SKIP, "gone", None
    same = [route for route in routes if route.visibility == head.identity.visibility]
    alone = next((route for route in same if not route.person_only), None)
    if alone:
        return Verb.ASK, "", alone
    private = head.identity.visibility == Visibility.PRIVATE
    return Verb.TASK, "person_must_write" if same else "window" if private else "no_route", None


def became_of(done: Sequence[Action], heard: Sequence[Message]) -> FollowUp | None:
    """What became of the last promise, out of all that was done and all that the customer wrote."""
    promises = [action for action in done if action.promise]
    if not promises:
        return None
    follow_up, basis = _promised(promises[-1]), promises[-1]
    for action in done:
        written = new_to(basis, heard, heard=True)
        if written and action.heard > basis.heard and action.id > basis.id:
            follow_up = after_customer(follow_up, written[0])
        dealt_with = _dealt_with(follow_up, action)
        if dealt_with is not follow_up:
            follow_up, basis = dealt_with, action
    written = new_to(basis, heard, heard=True)
    return after_customer(follow_up, written[0]) if written else follow_up


def after_action(follow_up: FollowUp | None, action: Action) -> FollowUp | None:
    """The follow-up after one more action, which is the newest."""
    if action.promise:
        return _promised(action)
    return _dealt_with(follow_up, action) if follow_up else None


def _promised(action: Action) -> FollowUp:
    assert action.promise is not None
    return FollowUp(action.id, action.promise.at, action.promise.text, action.by)


def _dealt_with(follow_up: FollowUp, action: Action) -> FollowUp:
    """The follow-up after an action that came later."""
    if follow_up.state == FollowUpState.TASK and action.verb == Verb.REPLY:
        return replace(follow_up, state=FollowUpState.ASKED, asked_at=action.at)
    standing = follow_up.state in (FollowUpState.PLANNED, FollowUpState.TASK)
    if action.verb == Verb.RELEASE and standing and action.id > follow_up.version:
        return replace(follow_up, state=FollowUpState.CANCELLED, reason="agent")
    if follow_up.state != FollowUpState.PLANNED:
        return follow_up
    if action.answers != follow_up.version:
        return follow_up
    if action.verb == Verb.ASK:
        return _asked(follow_up, action)
    state = FollowUpState.TASK if action.verb == Verb.TASK else FollowUpState.SKIPPED
    return replace(follow_up, state=state, reason=action.reason)


def _asked(follow_up: FollowUp, action: Action) -> FollowUp:
    if action.state == State.CANCELLED:
        return replace(follow_up, state=FollowUpState.CANCELLED, reason=action.reason)
    return replace(follow_up, state=FollowUpState.ASKED, asked_at=action.at)


def after_customer(follow_up: FollowUp, message: Message) -> FollowUp:
    """The follow-up once the customer wrote more than was known when it was set or asked."""
    if follow_up.state in (FollowUpState.PLANNED, FollowUpState.TASK):
        return replace(follow_up, state=FollowUpState.CANCELLED, reason="customer_wrote")
    if follow_up.state == FollowUpState.ASKED and follow_up.outcome is None:
        return replace(follow_up, outcome="answered", outcome_at=message.sent_at, outcome_message_id=message.id)
    return follow_up
