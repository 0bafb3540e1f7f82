"""The routes of teams: their names and members, and the routing rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalice.app import Response

from console.actions import teams
from console.authorization import ADMINS, LEADS
from console.bodies import teams as team_bodies
from console.http import Api, now
from console.paging import page_of
from console.times import when
from console.views import conversations as conversation_views
from conversations.routing_rules import documents_of
from conversations.team_settings import document_of

if TYPE_CHECKING:
    from conversations.team_settings import Team

api = Api(__name__)


@api.at("/api/teams", "GET")
def list_teams() -> Response:
    """All teams with their rules."""
    query = api.query("cursor")
    return Response(page_of("teams", [_team(each) for each in teams.every()], query.get("cursor")))


@api.at("/api/teams", "POST", ADMINS)
def create_team() -> Response:
    """Make a team; its rules are the stack's until somebody sets others."""
    written = api.body()
    created = teams.create(api.agent(), written["name"], written.get("label") or "", now())
    return Response(_team(created), status_code=201)


@api.at("/api/teams/{team}", "DELETE", ADMINS)
def delete_team(team: str) -> Response:
    """Take a team away that nothing belongs to any more."""
    api.no_body()
    teams.delete(api.agent(), team, now())
    return Response({"deleted": True})


def _team(team: Team) -> dict[str, Any]:
    return {"name": team.name} | document_of(team)


# -- routing ----------------------------------------------------------------------------------------------------------


@api.at("/api/routing", "GET")
def read_routing() -> Response:
    """The rules by which conversations find their team."""
    return Response({"rules": documents_of(teams.routing())})


@api.at("/api/routing", "PUT", LEADS)
def put_routing() -> Response:
    """Set the rules; they hold for what begins from now on."""
    written, _ = team_bodies.routing(api.body())
    return Response({"rules": documents_of(teams.put_routing(api.agent(), written, now()))})


@api.at("/api/routing/test", "POST", LEADS)
def test_routing() -> Response:
    """Return where rules would have placed existing conversations."""
    written, days = team_bodies.routing(api.body())
    tried = teams.test_routing(api.agent(), written, days, now())
    changes = [
        {
            "conversation": conversation_views.conversation(each.head, api.language()),
            "from": each.head.identity.team,
            "to": each.to,
            "rule": each.rule,
        }
        for each in tried.changes
    ]
    until = when(tried.until)
    return Response({"tested": tried.tested, "until": until, "changes": changes, "per_rule": tried.per_rule})
