"""Where a conversation belongs that begins: its connection's team, unless a routing rule says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import reading
from conversations import directory, routes, team_rules
from conversations.routing import Placement, first_match, opening
from shared.telemetry import count, logger

if TYPE_CHECKING:
    from conversations.model import Identity, Message


def place(who: Identity, first: Message) -> Placement:
    """What the rules make of a conversation that begins with this message."""
    rules = routes.rules()
    rule = first_match(rules, opening(who, first, reading.language_of(first.text)), zone) if rules else None
    if rule is None:
        return Placement(who.team)
    if rule.team not in directory.teams():
        logger.warning("A rule names a team that is gone", rule=rule.name, team=rule.team)
        return Placement(who.team)
    count("Routed", team=rule.team)
    return Placement(rule.team, rule.tags, rule.assignee, rule.name)


def zone(team: str) -> str:
    """The time zone of a team."""
    return team_rules.team(team).hours.zone
