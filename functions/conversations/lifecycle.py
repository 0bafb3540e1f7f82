"""Assignee, tags, snoozing and missed targets of a conversation, computed from actions; pure.

``handled`` reads all actions, in their order; ``after`` adds one that is certainly the newest and says nothing of tags,
hand-overs or targets. Those are always read from the beginning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from conversations.actions import Verb
from conversations.conversation import Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.actions import Action
    from conversations.conversation import Conversation

VERBS = frozenset({Verb.ASSIGN, Verb.TAG, Verb.SNOOZE, Verb.WAKE, Verb.MISS, Verb.NOTE})
_OWNING_VERBS = frozenset({Verb.REPLY, Verb.RESOLVE, Verb.PROMISE})
_RESPONSES = frozenset({Target.FIRST_RESPONSE, Target.NEXT_RESPONSE})


def handled(head: Conversation, done: Sequence[Action]) -> Conversation:
    """The head with what all actions, in their order, say of team, assignee, tags, mentions and missed targets."""
    head = replace(head, assignee=None, tags=(), mentioned=())
    for action in done:
        head = _after(head, action)
    return _made_up(head, done)


def after(head: Conversation, action: Action) -> Conversation:
    """The head after one more action, the newest."""
    head = _after(head, action)
    missed = tuple(each for each in head.service_level.missed if not _is_made_up(head, each))
    return _with_missed(head, missed)


def _after(head: Conversation, action: Action) -> Conversation:
    if action.by.id in head.mentioned:
        head = replace(head, mentioned=tuple(each for each in head.mentioned if each != action.by.id))
    if _owns(action):
        return replace(head, assignee=action.by)
    if action.verb == Verb.ASSIGN:
        team = action.team or head.identity.team
        return replace(head, assignee=action.assignee, identity=replace(head.identity, team=team))
    if action.verb == Verb.TAG:
        kept = [each for each in head.tags if each not in action.removed]
        return replace(head, tags=tuple(sorted({*kept, *action.added})))
    if action.verb == Verb.NOTE and action.mentions:
        return replace(head, mentioned=tuple(sorted({*head.mentioned, *action.mentions})))
    return head


def _owns(action: Action) -> bool:
    """Return whether the action makes its author the conversation's agent; a bulk follow-up does not."""
    return action.verb in _OWNING_VERBS and not (action.promise and action.promise.batch)


def _made_up(head: Conversation, done: Sequence[Action]) -> Conversation:
    """Return the targets that were missed since the customer waits, or before the first solution, and still are."""
    missed = {
        action.target
        for action in done
        if action.verb == Verb.MISS
        and not (action.target in _RESPONSES and action.at < head.waiting_since)
        and not _is_made_up(head, action.target)
    }
    return _with_missed(head, tuple(sorted(missed)))


def _is_made_up(head: Conversation, target: str) -> bool:
    return not head.waiting_since if target in _RESPONSES else head.service_level.first_resolved_at is not None


def _with_missed(head: Conversation, missed: tuple[str, ...]) -> Conversation:
    return replace(head, service_level=replace(head.service_level, missed=missed))
