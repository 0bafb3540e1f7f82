"""The routes of notices: where a team hears of what is overdue, still broken, did not arrive, or waits for approval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalice.app import Response

from console.actions import notifications
from console.authorization import LEADS
from console.bodies import teams as team_bodies
from console.http import Api, now

if TYPE_CHECKING:
    from storage.notifications import Target

api = Api(__name__)
_NOTICES = "/api/teams/{team}/notices"


@api.at(_NOTICES, "GET", LEADS)
def list_notices(team: str) -> Response:
    """Return a team's targets of notifications, with the end of each address."""
    return _shown(notifications.targets(team))


@api.at(_NOTICES, "PUT", LEADS)
def put_notices(team: str) -> Response:
    """Say where a team hears of things; an address that is left out stays as it was."""
    return _shown(notifications.put(api.agent(), team, team_bodies.notices(api.body()), now()))


@api.at(_NOTICES + "/test", "POST", LEADS)
def test_notices(team: str) -> Response:
    """Tell a test at each address, and say how that went."""
    api.no_body()
    items = [
        {"id": target.id, "kind": target.kind, "ok": failure is None, "reason": failure}
        for target, failure in notifications.test(team, now())
    ]
    return Response({"items": items})


def _shown(targets: list[Target]) -> Response:
    items = [{"id": each.id, "kind": each.kind, "to": f"…{each.hint}", "on": list(each.events)} for each in targets]
    return Response({"items": items})
