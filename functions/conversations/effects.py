"""What follows from a change: pure, so that a crash anywhere repeats the effects and harms nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conversations.model import Conversation, FollowUp, FollowUpState, State, Visibility

if TYPE_CHECKING:
    from conversations.model import Action


@dataclass(frozen=True, slots=True)
class Send:
    """Put a message of ours into the outbox."""

    action_id: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """Have the follow-up function called at a time, for this version of the promise."""

    version: str
    at: int


@dataclass(frozen=True, slots=True)
class Unschedule:
    """No call is wanted any more."""


@dataclass(frozen=True, slots=True)
class LookUpProfile:
    """Ask the platform for the customer's name."""

    customer_id: str


@dataclass(frozen=True, slots=True)
class Refold:
    """A message of ours turned out otherwise than the head believes."""


Effect = Send | Schedule | Unschedule | LookUpProfile | Refold
TELLING = frozenset({State.FAILED, State.UNCONFIRMED, State.CANCELLED})
"""States of a message that change what the head says of its conversation."""


def effects_of_head(old: Conversation | None, new: Conversation | None) -> list[Effect]:
    """What follows from a head that was made, changed or removed."""
    effects: list[Effect] = []
    before, after = _planned(old), _planned(new)
    if after and (before is None or (before.version, before.at) != (after.version, after.at)):
        effects.append(Schedule(after.version, after.at))
    elif before and not after:
        effects.append(Unschedule())
    if new and old is None and _is_nameless(new) and new.customer.id:
        effects.append(LookUpProfile(new.customer.id))
    return effects


def effects_of_action(old: Action | None, new: Action | None) -> list[Effect]:
    """What follows from an action that was done, or whose delivery changed."""
    if new is None or new.state is None:
        return []
    if old is None:
        return [Send(new.id)] if new.state == State.QUEUED else []
    changed = old.state != new.state
    return [Refold()] if changed and (new.state in TELLING or old.state in TELLING) else []


def _is_nameless(head: Conversation) -> bool:
    return head.identity.visibility == Visibility.PRIVATE and not head.customer.name


def _planned(head: Conversation | None) -> FollowUp | None:
    follow_up = head.follow_up if head else None
    return follow_up if follow_up and follow_up.state == FollowUpState.PLANNED else None
