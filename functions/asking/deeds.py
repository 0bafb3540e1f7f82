"""What the house does about follow-ups by itself: decided over all that is stored, written with the head."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from asking.circumstances import circumstances
from asking.wording import as_sent, at_last
from conversations import customers, follow_ups, items, projection, store, team_rules
from conversations.identity import action_id
from conversations.model import FollowUpState, Outcome, Verb
from conversations.planning import Wish, month_of, plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from conversations.model import Action
    from conversations.projection import Current

ATTEMPTS = 5
_COUNTED = frozenset({Verb.ASK, Verb.TASK})
"""What a customer notices, or soon will."""


def keep(conversation: str, version: str, clock: Callable[[], int]) -> Action | None:
    """What was done about a follow-up that came due; None when there was nothing to do.

    Raises ``store.Conflict`` when others change the conversation again and again; whoever called then calls anew.
    """

    def decide(found: Current, moment: int, name: str) -> Action | None:
        follow_up = found.head.follow_up
        if follow_up is None or follow_up.version != version:
            return None
        if follow_up.state != FollowUpState.PLANNED:
            return follow_ups.unanswered(found.head, version, moment, name)
        around = circumstances(found, clock())
        planned = plan(around.case, Wish(moment, follow_up.promise.visibility), moment)
        text = at_last(around, follow_up.promise, follow_up.by, planned.at or moment, follow_up.made_at)
        action = follow_ups.due(found.head, version, planned, text, moment, name)
        if action is None or action.verb != Verb.ASK:
            return action
        return replace(action, text=as_sent(around, planned, text), language=around.language)

    return _do(conversation, clock, decide) or _catch_up(conversation, clock())


def reconsider(conversation: str, clock: Callable[[], int]) -> Action | None:
    """Plan a follow-up anew, because what the plan was made from is not so any more."""

    def decide(found: Current, moment: int, name: str) -> Action | None:
        follow_up = found.head.follow_up
        if follow_up is None or follow_up.state not in follow_ups.STANDING:
            return None
        promise = follow_up.promise
        around = circumstances(found, clock())
        wish = Wish(promise.at if promise.wished is None else promise.wished, promise.visibility)
        planned = plan(around.case, wish, moment)
        text = at_last(around, promise, follow_up.by, planned.at or promise.at, follow_up.made_at)
        return follow_ups.reconsidered(found.head, planned, text, moment, name)

    return _do(conversation, clock, decide)


def judge(
    conversation: str, version: str, read: Callable[[Current], Outcome], clock: Callable[[], int]
) -> Action | None:
    """Say what the answer to a follow-up means, unless somebody has said so before."""

    def decide(found: Current, moment: int, name: str) -> Action | None:
        follow_up = found.head.follow_up
        if follow_up is None or follow_up.version != version or follow_up.outcome != Outcome.ANSWERED:
            return None
        return follow_ups.judged(found.head, read(found), follow_ups.HOUSE, moment, name)

    return _do(conversation, clock, decide)


def _do(
    conversation: str, clock: Callable[[], int], decide: Callable[[Current, int, str], Action | None]
) -> Action | None:
    """Decide, and write on the condition that nothing changed in between; else read and decide anew."""
    for attempt in range(ATTEMPTS):
        now = clock()
        found = projection.current(conversation)
        if found is None:
            return None
        moment = found.moment(now)
        action = decide(found, moment, action_id(moment, os.urandom(8)))
        if action is None:
            return None
        try:
            store.commit(found.id, action, found.after(action), now, also=_claims(found, action, now))
            return action
        except store.Conflict:
            if attempt == ATTEMPTS - 1:
                raise
    return None


def _catch_up(conversation: str, now: int) -> None:
    """A head that says other than what is stored would have this call made again and again, for nothing."""
    if head := store.head(conversation):
        projection.refold(items.id_of(head.identity), now)


def _claims(found: Current, action: Action, now: int) -> list[dict[str, object]]:
    """A question counts against what the customer is asked in a month, together with being asked or not at all."""
    if action.verb not in _COUNTED:
        return []
    who = found.head.identity
    cap = team_rules.team(who.team).cap
    expires = store.expires_at(now, now)
    return customers.claim(who.channel, who.connection, found.head.customer.id, month_of(now), cap, expires)
