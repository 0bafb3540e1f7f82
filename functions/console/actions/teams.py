"""Teams: which there are, and the rules by which conversations find theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

import channels
from console import authorization
from console.actions import collaboration, replies, routing_test
from console.errors import ApiError
from conversations.facts import Author
from conversations.routing_rules import Rule, rules_from
from conversations.team_settings import Team, label_of, team_name
from storage import (
    agents,
    audit,
    connections,
    inbox_index,
    proposals,
    routing_rules,
    searches,
    team_names,
    teams,
)
from storage.audit import AuditEvent

if TYPE_CHECKING:
    from console.actions.routing_test import Trial
    from console.authorization import Agent

MOST_TEAMS = 100


def every() -> list[Team]:
    """Return all teams with their rules."""
    return list(teams.all_teams(team_names.names_now()))


def create(agent: Agent, name: str, label: str, now: int) -> Team:
    """Make a team; its rules are the stack's until somebody sets others. Raises a 409 or 422."""
    try:
        name, label = team_name(name), label_of(label)
    except ValueError as wrong:
        raise ApiError(422, "rules", detail=str(wrong)) from None
    known = team_names.names_now()
    if name in known:
        raise ApiError(409, "team_exists")
    if len(known) >= MOST_TEAMS:
        raise ApiError(422, "too_many_teams", limit=MOST_TEAMS)
    rules = teams.labelled(name, label)
    teams.put_team(rules, now)
    team_names.add(name)
    audit.put(AuditEvent.TEAM_CREATED, agent.author, name, now)
    return rules


def delete(agent: Agent, team: str, now: int) -> None:
    """Remove a team that nothing belongs to any more; raises a 404 or 409."""
    replies.team(team)
    if len(team_names.names_now()) == 1:
        raise ApiError(409, "last_team")
    if in_use := _users(team):
        raise ApiError(409, "team_in_use", detail=", ".join(in_use[:5]), used_by=in_use)
    proposals.purge_team(team, now)
    team_names.remove(team, now)
    teams.drop_team(team)
    audit.put(AuditEvent.TEAM_DELETED, agent.author, team, now)


def _users(team: str) -> list[str]:
    """Return what still uses a team."""
    used = connections.connections_of(team)
    used += [f"routing: {rule.name}" for rule in routing_rules.rules() if rule.team == team]
    used += [f"search: {search.name}" for search in searches.every() if search.team == team]
    if not inbox_index.is_empty(team):
        used.append("conversations")
    return used


# -- routing ----------------------------------------------------------------------------------------------------------


def routing() -> list[Rule]:
    """Return the rules by which conversations find their team."""
    return routing_rules.rules_now()


def put_routing(agent: Agent, written: Any, now: int) -> list[Rule]:
    """Set the rules, which hold for what begins from now on; raises a 422."""
    rules = _rules(agent, written)
    routing_rules.put(rules)
    audit.put(AuditEvent.ROUTING, agent.author, "routing", now, rules=len(rules))
    return rules


def test_routing(agent: Agent, written: Any, days: int, now: int) -> Trial:
    """Return what rules would have made of conversations that are there; raises a 422."""
    return routing_test.run(agent, _rules(agent, written), days, now)


def _rules(agent: Agent, written: Any) -> list[Rule]:
    try:
        rules = rules_from(written)
        _check_places(rules)
    except ValueError as wrong:
        raise ApiError(422, "rules", detail=str(wrong)) from None
    known = agents.known(str(rule.assignee.id) for rule in rules if rule.assignee)
    collaboration.must_be_here(known.values())
    for rule in rules:
        authorization.must_admit(agent, rule.team, [str(rule.assignee.id)] if rule.assignee else [])
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
