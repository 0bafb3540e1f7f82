"""Reports: what was counted in some weeks, of one team or of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console import borders
from storage import reporting, team_names

if TYPE_CHECKING:
    from console.authorization import Agent
    from storage.reporting import Row


def rows(agent: Agent, team: str, first: str, last: str) -> list[Row]:
    """Return what was counted from one ISO week to another, both included; an empty name is that of all teams.

    Teams whose conversations the agent does not see are left out.
    """
    teams = borders.visible(agent, [team] if team else team_names.names())
    return [row for each in teams for row in reporting.rows(each, first, last)]
