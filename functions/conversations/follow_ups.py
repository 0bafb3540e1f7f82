"""The promise to ask back: what became of it, and what to do when it comes due. Pure.

::

    planned ──▶ asked ──▶ answered ──▶ solved · still broken · other
       │  │        └─────▶ no answer
       │  └──▶ task ──(a person asks)──▶ asked
       └──▶ cancelled · skipped · failed · replaced
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from conversations.actions import Action, State, Verb
from conversations.facts import Author
from conversations.messages import new_to
from conversations.promise import Doer, FollowUp, FollowUpState, Move, Outcome, Promise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.conversation import Conversation
    from conversations.messages import Message
    from conversations.planning import Plan

SYSTEM = Author("nachfrage", None)
"""The author of automatic actions in the team's name."""
LATE = 14 * 86_400_000
"""Milliseconds after which a question that could not be asked in time is odd, and a person decides."""
PUNCTUAL = 1000
"""Milliseconds: a plan for so soon is a plan for now."""
STANDING = frozenset({FollowUpState.PLANNED, FollowUpState.TASK})
"""States in which the question is still to come."""
_UNANSWERED = frozenset({None, Outcome.NO_ANSWER})


# -- what is to be done -----------------------------------------------------------------------------------------------


def next_call(follow_up: FollowUp | None) -> tuple[str, int] | None:
    """Return when something is to be done about a follow-up by itself: its version, and a time in milliseconds."""
    if follow_up is None:
        return None
    if follow_up.state == FollowUpState.PLANNED:
        return follow_up.version, follow_up.promise.at
    if follow_up.state == FollowUpState.ASKED and follow_up.outcome is None:
        return follow_up.version, (follow_up.asked_at or 0) + follow_up.promise.patience
    return None


def due(head: Conversation, version: str, plan: Plan, text: str, now: int, action_id: str) -> Action | None:
    """Return what is to be done now; None when this call is for nothing: dealt with, cancelled, or of an old version.

    ``plan`` is the plan for asking at once. ``head`` must be the fold over everything stored, or a customer may be
    asked who just wrote.
    """
    follow_up = head.follow_up
    if follow_up is None or follow_up.version != version:
        return None
    if follow_up.state != FollowUpState.PLANNED:
        return None
    if plan.doer is None or plan.at is None:
        return _action(head, Verb.SKIP, now, action_id, reason=plan.reason)
    if now > (follow_up.promise.wished or follow_up.promise.at) + LATE:
        return _action(head, Verb.TASK, now, action_id, reason="late", text=text)
    if plan.at > now + PUNCTUAL:
        return moved(head, plan, text, now, action_id)
    if plan.doer == Doer.PERSON:
        return _action(head, Verb.TASK, now, action_id, reason=plan.reason, text=text)
    question = _action(head, Verb.ASK, now, action_id, text=text)
    about, person = follow_up.promise.about, follow_up.promise.person
    return replace(question, by=follow_up.by, way=plan.way, state=State.QUEUED, about=about, addressee=person)


def reconsidered(head: Conversation, plan: Plan, text: str, now: int, action_id: str) -> Action | None:
    """Return the action after a changed fact: another plan, the end of the follow-up, or None for no change."""
    follow_up = head.follow_up
    if follow_up is None or follow_up.state not in STANDING:
        return None
    if follow_up.state == FollowUpState.TASK:
        return _action(head, Verb.RELEASE, now, action_id, reason=plan.reason) if plan.doer is None else None
    if plan.doer is None or plan.at is None:
        return _action(head, Verb.SKIP, now, action_id, reason=plan.reason)
    promise = follow_up.promise
    if (plan.doer, plan.latest) == (promise.doer, promise.latest) and abs(plan.at - promise.at) <= PUNCTUAL:
        return None
    return moved(head, plan, text, now, action_id)


def moved(head: Conversation, plan: Plan, text: str, now: int, action_id: str) -> Action:
    """Return the action that changes the plan of a promise."""
    assert head.follow_up is not None and plan.at is not None and plan.doer is not None
    before = head.follow_up.promise
    promise = replace(
        before,
        at=plan.at,
        text=text,
        doer=plan.doer,
        latest=plan.latest,
        wished=before.wished if before.wished is not None else before.at,
        reason=plan.reason,
    )
    return replace(_action(head, Verb.MOVE, now, action_id, reason=plan.reason), promise=promise)


def judged(head: Conversation, outcome: Outcome, by: Author, now: int, action_id: str) -> Action:
    """Return the action with which an agent or a classifier states the outcome of a follow-up."""
    assert head.follow_up is not None
    by_reaction = bool(head.follow_up.reaction)
    action = _action(head, Verb.JUDGE, now, action_id, reason="reaction" if by_reaction else "")
    return replace(action, by=by, outcome=outcome, text=head.follow_up.reaction)


def unanswered(head: Conversation, version: str, now: int, action_id: str) -> Action | None:
    """Return the action that states that nobody answered, once the team has waited long enough; else None."""
    follow_up = head.follow_up
    if follow_up is None or follow_up.version != version or follow_up.state != FollowUpState.ASKED:
        return None
    _, closes_at = next_call(follow_up) or ("", None)
    if closes_at is None or now + PUNCTUAL < closes_at:
        return None
    return replace(_action(head, Verb.JUDGE, now, action_id), outcome=Outcome.NO_ANSWER)


def _action(head: Conversation, verb: Verb, now: int, action_id: str, reason: str = "", text: str = "") -> Action:
    assert head.follow_up is not None
    return Action(
        id=action_id,
        at=now,
        verb=verb,
        by=SYSTEM,
        heard=head.heard,
        upto=head.upto,
        edits=head.edits,
        text=text,
        reason=reason,
        answers=head.follow_up.version,
        met=head.follow_up.met,
    )


# -- what became of it ------------------------------------------------------------------------------------------------


def history(done: Sequence[Action], heard: Sequence[Message], inbound: Sequence[Message]) -> list[FollowUp]:
    """Return the state of each promise, oldest first, from all actions and messages; ``heard`` are the customer's."""
    follow_ups: list[FollowUp] = []
    basis: Action | None = None
    for action in done:
        if basis and _known(follow_ups[-1], action) > _known(follow_ups[-1], basis):
            follow_ups[-1] = _after_new(follow_ups[-1], basis, heard, inbound)
        if action.promise and action.verb != Verb.MOVE:
            follow_ups[-1:] = [*map(_replaced, follow_ups[-1:]), promised(action)]
            basis = action
        elif follow_ups and (after := _dealt_with(follow_ups[-1], action)) is not follow_ups[-1]:
            follow_ups[-1], basis = after, action
    if basis:
        follow_ups[-1] = _after_new(follow_ups[-1], basis, heard, inbound)
        follow_ups[-1] = replace(
            follow_ups[-1], met=len(_theirs(follow_ups[-1], heard, inbound)) if follow_ups[-1].promise.person else 0
        )
    return follow_ups


def person_asked(follow_up: FollowUp, customer_id: str | None) -> str | None:
    """Return the id of the person whom a follow-up is for: the author of the message that it is about, or else the
    customer."""
    return follow_up.promise.person.id if follow_up.promise.person else customer_id


def _known(follow_up: FollowUp, action: Action) -> int:
    """Return how many messages of the person whom a follow-up is for were known when something was done."""
    return action.met if follow_up.promise.person else action.heard


def _theirs(follow_up: FollowUp, heard: Sequence[Message], inbound: Sequence[Message]) -> Sequence[Message]:
    person = follow_up.promise.person
    return [message for message in inbound if message.author.id == person.id] if person else heard


def after_action(follow_up: FollowUp | None, action: Action) -> FollowUp | None:
    """The follow-up after one more action, which is the newest."""
    if action.promise and action.verb != Verb.MOVE:
        return promised(action)
    return _dealt_with(follow_up, action) if follow_up else None


def after_customer(follow_up: FollowUp, message: Message) -> FollowUp:
    """The follow-up once the customer wrote more than was known when it was set or asked."""
    if follow_up.state in STANDING:
        return replace(follow_up, state=FollowUpState.CANCELLED, reason="customer_wrote")
    if follow_up.state == FollowUpState.ASKED and follow_up.outcome in _UNANSWERED and not message.unproven:
        return replace(
            follow_up,
            outcome=Outcome.ANSWERED,
            outcome_at=message.sent_at,
            outcome_message_id=message.id,
            judged="",
            judged_by=None,
        )
    return follow_up


def for_whom(follow_up: FollowUp, customer_id: str | None) -> FollowUp:
    """The follow-up, which is off if it was promised to another than turned out to be the customer.

    The customer has written then, and what was known when it was promised is not known of this one.
    """
    is_theirs = follow_up.promise.person is not None or follow_up.promise.customer in ("", customer_id)
    if follow_up.state not in STANDING or is_theirs:
        return follow_up
    return replace(follow_up, state=FollowUpState.CANCELLED, reason="customer_wrote")


def after_reaction(follow_up: FollowUp, messages: Sequence[Message], customer_id: str | None) -> FollowUp:
    """The follow-up if the customer answered the question with a reaction and no word."""
    person_id = person_asked(follow_up, customer_id)
    if follow_up.state != FollowUpState.ASKED or follow_up.outcome not in _UNANSWERED or person_id is None:
        return follow_up
    question = next((message for message in messages if message.id == follow_up.asked_id), None)
    reaction = dict(question.reactions).get(person_id) if question else None
    if not reaction:
        return follow_up
    return replace(follow_up, outcome=Outcome.ANSWERED, outcome_at=None, reaction=reaction, judged="", judged_by=None)


def promised(action: Action) -> FollowUp:
    """The follow-up that an action sets."""
    assert action.promise is not None
    met = action.met if action.promise.person else 0
    return FollowUp(action.id, action.promise, action.by, made_at=action.at, met=met)


def _after_new(follow_up: FollowUp, basis: Action, heard: Sequence[Message], inbound: Sequence[Message]) -> FollowUp:
    known = replace(basis, heard=_known(follow_up, basis))
    written = new_to(known, _theirs(follow_up, heard, inbound), heard=True)
    # Anybody may have written what is unproven: it is no answer, and hides none that came after it.
    proven = [message for message in written if not message.unproven]
    return after_customer(follow_up, (proven or written)[0]) if written else follow_up


def _replaced(follow_up: FollowUp) -> FollowUp:
    return replace(follow_up, state=FollowUpState.REPLACED) if follow_up.state in STANDING else follow_up


def _dealt_with(follow_up: FollowUp, action: Action) -> FollowUp:
    """The follow-up after an action that came later."""
    if follow_up.state == FollowUpState.TASK and action.verb == Verb.REPLY and _goes_to_same(follow_up, action):
        return _asked(follow_up, action)
    if action.verb == Verb.RELEASE and follow_up.state in STANDING and action.id > follow_up.version:
        return replace(follow_up, state=FollowUpState.CANCELLED, reason=action.reason or "agent")
    if action.answers != follow_up.version:
        return follow_up
    if action.verb == Verb.JUDGE and follow_up.state == FollowUpState.ASKED:
        return _judged(follow_up, action)
    return _came_due(follow_up, action) if follow_up.state == FollowUpState.PLANNED else follow_up


def _goes_to_same(follow_up: FollowUp, action: Action) -> bool:
    """Return whether an answer goes to the person whom a follow-up is for; what goes to another asks nothing."""
    return (action.addressee.id if action.addressee else None) == person_asked(follow_up, None)


def _came_due(follow_up: FollowUp, action: Action) -> FollowUp:
    if action.verb == Verb.MOVE and action.promise:
        return _moved(follow_up, action, action.promise)
    if action.verb == Verb.ASK:
        return _asked(follow_up, action)
    if action.verb == Verb.TASK:
        promise = replace(follow_up.promise, text=action.text or follow_up.promise.text)
        return replace(follow_up, state=FollowUpState.TASK, reason=action.reason, promise=promise)
    return replace(follow_up, state=FollowUpState.SKIPPED, reason=action.reason)


def _moved(follow_up: FollowUp, action: Action, promise: Promise) -> FollowUp:
    move = Move(action.at, action.reason, follow_up.promise.at)
    return replace(follow_up, version=action.id, promise=promise, moves=(*follow_up.moves, move))


def _judged(follow_up: FollowUp, action: Action) -> FollowUp:
    answered_at = None if follow_up.outcome in _UNANSWERED else follow_up.outcome_at
    return replace(
        follow_up,
        outcome=action.outcome,
        outcome_at=answered_at or action.at,
        reaction=action.text or follow_up.reaction,
        judged=action.id,
        judged_by=action.by,
    )


def _asked(follow_up: FollowUp, action: Action) -> FollowUp:
    if action.state == State.CANCELLED:
        return replace(follow_up, state=FollowUpState.CANCELLED, reason=action.reason)
    if action.state == State.FAILED:
        return replace(follow_up, state=FollowUpState.FAILED, reason=action.reason, asked_id=action.id)
    return replace(follow_up, state=FollowUpState.ASKED, asked_at=action.at, asked_id=action.id)
