"""Reports: what was counted in some weeks, of one team or of all, and what waits for an answer now."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from msgspec import Struct

from console import authorization
from console.errors import ApiError
from conversations import arrival_weeks, inbox_order, metrics
from conversations.conversation import Status
from storage import inbox_index, outreach_figures, reporting, searches, team_names
from storage.reporting import Row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.authorization import Agent
    from conversations.conversation import Conversation
    from outreach.searches import Search

WORKERS = 8
"""Partitions of the inbox that are read at the same time."""
MOST_ANSWERED = 500
"""Heads of one partition and status that a breakdown reads, the newest first: its cost is bounded, however long the
period."""


class DealtWith(Struct, frozen=True):
    """Conversations in which something was done in a period."""

    heads: list[Conversation]
    is_complete: bool
    """False where there are more than a breakdown reads: then the newest are there."""


def rows(agent: Agent, team: str, first: str, last: str) -> list[Row]:
    """Return what was counted from one ISO week to another, both included; an empty name is that of all teams.

    Teams whose conversations the agent does not see are left out.
    """
    return [row for each in _teams(agent, team) for row in reporting.rows(each, first, last)]


def outreach(agent: Agent, team: str, first: str, last: str) -> list[tuple[Search, str, Mapping[str, int]]]:
    """Return what became of each search on each channel in some weeks: the search, the channel, and the figures.

    Searches of teams whose conversations the agent does not see are left out. Raises a 404 for no team.
    """
    if team and not team_names.exists(team):
        raise ApiError(404, "no_team")
    wanted = set(_teams(agent, team))
    mine = [each for each in searches.every() if each.team in wanted]
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        parts = list(pool.map(lambda search: outreach_figures.read(search.id, first, last), mine))
    found = []
    for search, counted in sorted(zip(mine, parts, strict=True), key=lambda each: (each[0].team, each[0].name)):
        for channel in sorted({row.channel for row in counted}):
            figures = metrics.add_up(row.figures for row in counted if row.channel == channel)
            found.append((search, channel, figures))
    return found


def unanswered(agent: Agent, team: str) -> list[Conversation]:
    """Return the heads of conversations in which something may wait for the team, or for all that the agent sees."""
    partitions = [name for each in _teams(agent, team) for name in inbox_order.partitions(each)]
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        return [
            head for heads in pool.map(lambda name: list(inbox_index.unanswered(name)), partitions) for head in heads
        ]


def teams(agent: Agent, team: str) -> Sequence[str]:
    """Return the names of the teams that a report for this agent is about."""
    return _teams(agent, team)


def dealt_with(agent: Agent, team: str, since: int, until: int, channel: str) -> DealtWith:
    """Return the heads whose deciding action was in a period (milliseconds), of the team or of all it sees."""
    places = [
        (name, status)
        for each in _teams(agent, team)
        for name in inbox_order.partitions(each)
        for status in (Status.WAITING, Status.RESOLVED)
    ]

    def read(place: tuple[str, Status]) -> list[Conversation]:
        name, status = place
        return inbox_index.answered(name, status, since, until, channel, MOST_ANSWERED)

    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        parts = list(pool.map(read, places))
    return DealtWith([head for part in parts for head in part], all(len(part) < MOST_ANSWERED for part in parts))


def with_arrivals(counted: Sequence[Row], waiting: Sequence[Conversation], first: str, last: str) -> list[Row]:
    """Return the rows with what arrived in their weeks and was not dealt with yet."""
    found = {(row.week, row.team, row.channel, row.visibility): row.figures for row in counted}
    for head in waiting:
        identity = head.identity
        for (week, name), amount in arrival_weeks.pending(head).items():
            if first <= week <= last:
                place = (week, identity.team, identity.channel, str(identity.visibility))
                found[place] = metrics.add_up([found.get(place, {}), {name: amount}])
    return [Row(*place, figures) for place, figures in sorted(found.items(), key=_order)]


def _order(entry: tuple[tuple[str, str, str, str], object]) -> tuple[str, ...]:
    week, team, channel, visibility = entry[0]
    return team, week, channel, visibility


def _teams(agent: Agent, team: str) -> Sequence[str]:
    return authorization.visible(agent, [team] if team else team_names.names())
