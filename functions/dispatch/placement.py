"""Placement of a new conversation: its connection's team, unless a routing rule says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import classification
from conversations.routing_rules import Placement, first_match, opening
from shared.telemetry import count, logger
from storage import routing_rules, team_names, teams

if TYPE_CHECKING:
    from conversations.identity import Identity
    from conversations.messages import Message


def place(identity: Identity, first: Message) -> Placement:
    """Return the team, tags and assignee that the rules give to a conversation that begins with this message."""
    rules = routing_rules.rules()
    rule = first_match(rules, opening(identity, first, classification.language_of(first.text)), zone) if rules else None
    if rule is None:
        return Placement(identity.team)
    if rule.team not in team_names.names():
        logger.warning("A rule names a team that is gone", rule=rule.name, team=rule.team)
        return Placement(identity.team)
    count("Routed", team=rule.team)
    return Placement(rule.team, rule.tags, rule.assignee, rule.name)


def zone(team: str) -> str:
    """Return the time zone of a team."""
    return teams.team(team).hours.zone
