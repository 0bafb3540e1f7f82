"""Times at which a team's targets are missed: pure, in the team's working time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from conversations.business_hours import working_after
from conversations.conversation import Status, Target
from conversations.durations import working_length

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conversations.conversation import Conversation
    from conversations.team_settings import Team

ALL = tuple(Target)
VIP_RESPONSE = 3_600_000
"""Milliseconds of working time in which an important customer is answered by a team that has no target."""


def due(head: Conversation, team: Team) -> tuple[int, Target] | None:
    """Return when the next target is missed (milliseconds), and which; None where the customer is not waiting for the
    team.

    A target that was missed already stays due since then.
    """
    if head.status not in (Status.OPEN, Status.SNOOZED):
        return None
    return min(_dues(head, team), default=_vip_due(head, team))


def with_due(head: Conversation, team: Team) -> Conversation:
    """The head with what its team wants to do next, and by when."""
    found = due(head, team)
    due_at, due_for = (found[0], str(found[1])) if found else (None, "")
    return replace(head, service_level=replace(head.service_level, due_at=due_at, due_for=due_for))


def newly_missed(head: Conversation, team: Team, now: int) -> list[Target]:
    """The targets that are missed at a time and were not noted yet, in the order in which they were missed.

    What was put aside is not looked at before it comes back.
    """
    if head.status != Status.OPEN:
        return []
    return [target for at, target in sorted(_dues(head, team)) if at <= now and target not in head.service_level.missed]


def since(head: Conversation, target: str) -> int:
    """Return when a target's time begins, in milliseconds; where we spoke first, never before somebody answered."""
    return head.opened_at if target == Target.RESOLUTION and not head.origin else head.waiting_since


def _vip_due(head: Conversation, team: Team) -> tuple[int, Target] | None:
    """Return when an important customer is to be answered where the team has no target; nobody can miss that."""
    if not head.vip or not head.waiting_since:
        return None
    at = working_after(team.hours, head.waiting_since, VIP_RESPONSE)
    return None if at is None else (at, _response(head))


def _response(head: Conversation) -> Target:
    return Target.FIRST_RESPONSE if head.service_level.first_response_at is None else Target.NEXT_RESPONSE


def _dues(head: Conversation, team: Team) -> Iterator[tuple[int, Target]]:
    for target in (_response(head), Target.RESOLUTION):
        length, begin = team.targets.get(target), since(head, target)
        was_resolved = head.service_level.first_resolved_at is not None
        if not length or not begin or (target == Target.RESOLUTION and was_resolved):
            continue
        at = working_after(team.hours, begin, working_length(length) // (2 if head.vip else 1))
        if at is not None:
            yield at, target
