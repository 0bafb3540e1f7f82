"""What follows from a change: pure, so that a crash anywhere repeats the effects and harms nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conversations import figures
from conversations.follow_ups import next_call
from conversations.model import FollowUpState, Outcome, State, Visibility

if TYPE_CHECKING:
    from conversations.model import Action, Conversation, FollowUp


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


@dataclass(frozen=True, slots=True)
class Remember:
    """Note that a conversation is this customer's."""

    channel: str
    connection: str
    customer_id: str
    since: int
    """When the conversation began, in milliseconds: noted again, it is noted the same."""


@dataclass(frozen=True, slots=True)
class Reconsider:
    """What the plan of the follow-up was made from is not so any more."""


@dataclass(frozen=True, slots=True)
class Judge:
    """The customer answered the follow-up: say what the answer means."""

    version: str


@dataclass(frozen=True, slots=True)
class Count:
    """Add to the team's figures, once per version of the head."""

    team: str
    channel: str
    visibility: Visibility
    changes: tuple[tuple[str, int], ...]
    head_version: str
    """Which head that was: its version, and since when the conversation began anew where it was erased."""


Effect = Send | Schedule | Unschedule | LookUpProfile | Refold | Remember | Reconsider | Judge | Count
TELLING = frozenset({State.FAILED, State.UNCONFIRMED, State.CANCELLED})
"""States of a message that change what the head says of its conversation."""


def effects_of_head(old: Conversation | None, new: Conversation | None) -> list[Effect]:
    """What follows from a head that was made, changed or removed."""
    before, after = (head.follow_up if head else None for head in (old, new))
    effects = _calls(before, after)
    if new is None:
        return effects
    if new.customer.id and (old is None or old.customer.id != new.customer.id):
        effects.append(Remember(new.identity.channel, new.identity.connection, new.customer.id, new.opened_at))
        if _is_nameless(new):
            effects.append(LookUpProfile(new.customer.id))
    if old and before and after and after.state == FollowUpState.PLANNED and before.version == after.version:
        effects += [Reconsider()] if _grounds(old) != _grounds(new) else []
    if after and after.outcome == Outcome.ANSWERED and (before is None or before.outcome != Outcome.ANSWERED):
        effects.append(Judge(after.version))
    return effects + _counts(before, new)


def _calls(before: FollowUp | None, after: FollowUp | None) -> list[Effect]:
    was, becomes = next_call(before), next_call(after)
    if becomes and becomes != was:
        return [Schedule(*becomes)]
    return [Unschedule()] if was and not becomes else []


def _grounds(head: Conversation) -> tuple[object, ...]:
    """What a plan rests on that can change while nobody writes."""
    return head.last_customer_at, head.removed, head.customer.id, head.private_reply_used


def _counts(before: FollowUp | None, new: Conversation) -> list[Effect]:
    changes = figures.differences(before, new.follow_up)
    who = new.identity
    version = f"{new.erased_at}.{new.version}"
    return [Count(who.team, who.channel, who.visibility, tuple(changes.items()), version)] if changes else []


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
