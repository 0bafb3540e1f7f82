"""Reports: what was counted in some weeks, of one team or of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import reporting, team_names

if TYPE_CHECKING:
    from storage.reporting import Row


def rows(team: str, first: str, last: str) -> list[Row]:
    """Return what was counted from one ISO week to another, both included; an empty name is that of all teams."""
    return [row for each in ([team] if team else team_names.names()) for row in reporting.rows(each, first, last)]
