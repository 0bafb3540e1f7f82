"""The routes of notices: where a team hears of what is overdue, still broken, or did not arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalice.app import Response

from aws import notification_addresses
from console.actions import replies
from console.authorization import LEADS
from console.bodies import teams as team_bodies
from console.errors import ApiError
from console.http import Api, now
from notifications import sender
from notifications.content import words
from notifications.webhook_client import NotNow, Refused, Unsure
from storage import notifications
from storage import teams as stored_teams
from storage.audit import AuditEvent
from storage.notifications import Notice, Target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.bodies.teams import WantedNotice

api = Api(__name__)
_NOTICES = "/api/teams/{team}/notices"


@api.at(_NOTICES, "GET", LEADS)
def list_notices(team: str) -> Response:
    """Return a team's targets of notifications, with the end of each address."""
    return _shown(notifications.targets(replies.team(team)))


@api.at(_NOTICES, "PUT", LEADS)
def put_notices(team: str) -> Response:
    """Say where a team hears of things; an address that is left out stays as it was."""
    wanted = team_bodies.notices(api.body())
    before = {each.id: each for each in notifications.targets(replies.team(team))}
    _check(wanted, before)
    numbers = iter(range(max(map(int, before), default=0) + 1, 1_000_000_000))
    new = [_target(each, before, numbers) for each in wanted]
    for each, target in zip(wanted, new, strict=True):
        if each.to:
            _put(team, target.id, each.to)
    notifications.put_targets(team, new)
    for gone in before.keys() - {target.id for target in new}:
        notification_addresses.drop(team, gone)
    api.record(AuditEvent.NOTICES, team, kinds=[target.kind for target in new])
    return _shown(new)


@api.at(_NOTICES + "/test", "POST", LEADS)
def test_notices(team: str) -> Response:
    """Tell a test at each address, and say how that went."""
    api.no_body()
    targets, rules = notifications.targets(replies.team(team)), stored_teams.team(team)
    said = words(Notice(notifications.TEST, team), rules.label or team, rules.language, "", now())
    items = [{"id": each.id, "kind": each.kind} | _tried(team, each, said) for each in targets]
    return Response({"items": items})


def _put(team: str, target: str, address: str) -> None:
    try:
        notification_addresses.put(team, target, address)
    except notification_addresses.NoAddress:
        raise ApiError(422, "notice_address", detail="team") from None


def _tried(team: str, target: Target, said: Any) -> dict[str, Any]:
    try:
        sender.tell(target.kind, notification_addresses.read(team, target.id), said)
    except (Refused, NotNow, Unsure, notification_addresses.NoAddress) as failure:
        return {"ok": False, "reason": str(failure)}
    return {"ok": True, "reason": None}


def _check(wanted: list[WantedNotice], before: Mapping[str, Target]) -> None:
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
    return Target(wanted.id or str(next(numbers)), wanted.kind, wanted.on, hint)


def _shown(targets: list[Target]) -> Response:
    items = [{"id": each.id, "kind": each.kind, "to": f"…{each.hint}", "on": list(each.on)} for each in targets]
    return Response({"items": items})
