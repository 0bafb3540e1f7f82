"""The routes of teams: their names and members, and the routing rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chalice.app import Response

import channels
from console.actions import replies, routing_test
from console.authorization import ADMINS, LEADS
from console.bodies import teams as team_bodies
from console.errors import ApiError
from console.http import Api, now
from console.paging import page_of
from console.views import conversations as conversation_views
from conversations.facts import Author
from conversations.routing_rules import Rule, documents_of, rules_from
from conversations.team_settings import Team, document_of, label_of, team_name
from storage import agents, connections, inbox_index, routing_rules, team_names
from storage import teams as stored_teams
from storage.audit import AuditEvent

api = Api(__name__)
MOST_TEAMS = 100


@api.at("/api/teams", "GET")
def list_teams() -> Response:
    """All teams with their rules."""
    query = api.query("cursor")
    shown = [_team(each) for each in stored_teams.all_teams(team_names.names_now())]
    return Response(page_of("teams", shown, query.get("cursor")))


@api.at("/api/teams", "POST", ADMINS)
def create_team() -> Response:
    """Make a team; its rules are the stack's until somebody sets others."""
    written = api.body()
    try:
        name, label = team_name(written["name"]), label_of(written.get("label") or "")
    except ValueError as wrong:
        raise ApiError(422, "rules", detail=str(wrong)) from None
    teams = team_names.names_now()
    if name in teams:
        raise ApiError(409, "team_exists")
    if len(teams) >= MOST_TEAMS:
        raise ApiError(422, "too_many_teams", limit=MOST_TEAMS)
    rules = stored_teams.labelled(name, label)
    stored_teams.put_team(rules, now())
    team_names.add(name)
    api.record(AuditEvent.TEAM_CREATED, name)
    return Response(_team(rules), status_code=201)


@api.at("/api/teams/{team}", "DELETE", ADMINS)
def delete_team(team: str) -> Response:
    """Take a team away that nothing belongs to any more."""
    api.no_body()
    replies.team(team)
    if len(team_names.names_now()) == 1:
        raise ApiError(409, "last_team")
    if in_use := _users(team):
        raise ApiError(409, "team_in_use", detail=", ".join(in_use[:5]), used_by=in_use)
    team_names.remove(team, now())
    stored_teams.drop_team(team)
    api.record(AuditEvent.TEAM_DELETED, team)
    return Response({"deleted": True})


def _users(team: str) -> list[str]:
    """Return what still uses a team."""
    used = connections.connections_of(team)
    used += [f"routing: {rule.name}" for rule in routing_rules.rules() if rule.team == team]
    if not inbox_index.is_empty(team):
        used.append("conversations")
    return used


def _team(team: Team) -> dict[str, Any]:
    return {"name": team.name} | document_of(team)


# -- routing ----------------------------------------------------------------------------------------------------------


@api.at("/api/routing", "GET")
def read_routing() -> Response:
    """The rules by which conversations find their team."""
    return Response({"rules": documents_of(routing_rules.rules_now())})


@api.at("/api/routing", "PUT", LEADS)
def put_routing() -> Response:
    """Set the rules; they hold for what begins from now on."""
    rules = _rules(team_bodies.routing(api.body())[0])
    routing_rules.put(rules)
    api.record(AuditEvent.ROUTING, "routing", rules=len(rules))
    return Response({"rules": documents_of(rules)})


@api.at("/api/routing/test", "POST", LEADS)
def test_routing() -> Response:
    """Return where rules would have placed existing conversations."""
    written, days = team_bodies.routing(api.body())
    tried = routing_test.run(_rules(written), days, now())
    changes = [
        {
            "conversation": conversation_views.conversation(each.head, api.language()),
            "from": each.head.identity.team,
            "to": each.to,
            "rule": each.rule,
        }
        for each in tried.changes
    ]
    until = conversation_views.when(tried.until)
    return Response({"tested": tried.tested, "until": until, "changes": changes, "per_rule": tried.per_rule})


def _rules(written: Any) -> list[Rule]:
    try:
        rules = rules_from(written)
        _check_places(rules)
    except ValueError as wrong:
        raise ApiError(422, "rules", detail=str(wrong)) from None
    known = agents.known(str(rule.assignee.id) for rule in rules if rule.assignee)
    return [_with_name(rule, known) for rule in rules]


def _check_places(rules: list[Rule]) -> None:
    teams, platforms = set(team_names.names_now()), set(channels.names())
    for number, rule in enumerate(rules, start=1):
        if rule.team not in teams:
            raise ValueError(f"rule {number}: team: there is no {rule.team}")
        if unknown := rule.channels - platforms:
            raise ValueError(f"rule {number}: channels: there is no {min(unknown)}")


def _with_name(rule: Rule, known: dict[str, agents.Known]) -> Rule:
    """A rule with the name of whom it gives conversations to, as the last sign-in told it."""
    if rule.assignee is None:
        return rule
    agent = known.get(str(rule.assignee.id))
    if agent is None:
        raise ApiError(422, "rules", detail=f"{rule.name}: assignee: nobody of this id has signed in")
    return replace(rule, assignee=Author(agent.id, agent.name))
