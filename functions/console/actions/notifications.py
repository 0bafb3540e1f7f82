"""Notifications of a team: the addresses it is told at, and a test of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws import notification_addresses
from console.actions import replies
from console.errors import ApiError
from notifications import sender
from notifications.notice_texts import words
from notifications.webhook_client import NotNow, Refused, Unsure
from storage import audit, notifications, teams
from storage.notifications import Notice, Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.authorization import Agent
    from console.bodies.teams import WantedNotice


def targets(team: str) -> list[Target]:
    """Return where a team is told of things; raises a 404 for a team that is not there."""
    return notifications.targets(replies.team(team))


def put(agent: Agent, team: str, wanted: Sequence[WantedNotice], now: int) -> list[Target]:
    """Say where a team is told of things; an address that is left out stays as it was."""
    before = {each.id: each for each in targets(team)}
    _check(wanted, before)
    numbers = iter(range(max(map(int, before), default=0) + 1, 1_000_000_000))
    new = [_target(each, before, numbers) for each in wanted]
    for each, target in zip(wanted, new, strict=True):
        if each.to:
            _put(team, target.id, each.to)
    notifications.put_targets(team, new)
    for gone in before.keys() - {target.id for target in new}:
        notification_addresses.drop(team, gone)
    audit.put(audit.AuditEvent.NOTICES, agent.author, team, now, kinds=[target.kind for target in new])
    return new


def test(team: str, now: int) -> list[tuple[Target, str | None]]:
    """Send a test to each address of a team; return for each why that failed, or None."""
    chosen, rules = targets(team), teams.team(team)
    content = words(Notice(notifications.TEST, team), rules.label or team, rules.language, "", now)
    return [(target, _failure(team, target, content)) for target in chosen]


def _failure(team: str, target: Target, content: Any) -> str | None:
    try:
        sender.tell(target.kind, notification_addresses.read(team, target.id), content)
    except (Refused, NotNow, Unsure, notification_addresses.NoAddress) as failure:
        return str(failure)
    return None


def _put(team: str, target: str, address: str) -> None:
    try:
        notification_addresses.put(team, target, address)
    except notification_addresses.NoAddress:
        raise ApiError(422, "notice_address", detail="team") from None


def _check(wanted: Sequence[WantedNotice], before: Mapping[str, Target]) -> None:
    for each in wanted:
        known = before.get(each.id) if each.id else None
        if each.id and (known is None or (known.kind != each.kind and not each.to)):
            raise ApiError(422, "no_notice")
        if not each.to and not known:
            raise ApiError(422, "notice_address", detail="to is missing")
        try:
            if each.to:
                sender.check(each.kind, each.to)
        except ValueError as wrong:
            raise ApiError(422, "notice_address", detail=str(wrong)) from None


def _target(wanted: WantedNotice, before: Mapping[str, Target], numbers: Any) -> Target:
    hint = sender.hint(wanted.to) if wanted.to else before[wanted.id].hint
    on = tuple(each for each in wanted.on if each not in notifications.OF_OUTREACH)
    of_outreach = tuple(each for each in wanted.on if each in notifications.OF_OUTREACH)
    return Target(wanted.id or str(next(numbers)), wanted.kind, on, hint, of_outreach or None)
