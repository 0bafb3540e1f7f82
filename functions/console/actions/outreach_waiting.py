"""Work that waits for an agent in active dialogue: texts to approve, and for leads searches that paused themselves.

It is computed from what is stored, so that no notice of a new kind is kept that an older release could not read.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from console import authorization
from console.authorization import LEADS
from outreach import searches as search_rules
from outreach.proposals import Status, waits_for_approval
from storage import proposals, searches, team_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.authorization import Agent
    from outreach.searches import Search

LOOKED_AT = 200
"""Claimed proposals of a team that are looked at, the latest."""
MOST_PAUSED = 100
"""Searches that are shown."""


class Waiting(Struct, frozen=True):
    """Texts that wait for the approval of an agent, by team, and searches that paused themselves."""

    approvals: Mapping[str, int]
    paused: Sequence[Search]


def read(agent: Agent, now: int) -> Waiting:
    """Return what waits for an agent, in their own teams, those without members, and for leads in all that they see."""
    # Read again: pages ask as soon as a text waits, and then for minutes no more; its team may have been made just now.
    team_names.names_now()
    counts = {team: _approvals(agent, team, now) for team in authorization.own_teams(agent)}
    paused: Sequence[Search] = ()
    if agent.has(LEADS):
        closed = authorization.closed_to(agent)
        seen = (each for each in searches.every() if search_rules.paused_itself(each) and each.team not in closed)
        paused = list(islice(seen, MOST_PAUSED))
    return Waiting({team: count for team, count in counts.items() if count}, paused)


def _approvals(agent: Agent, team: str, now: int) -> int:
    claimed = proposals.page(team, Status.CLAIMED, LOOKED_AT, now).proposals
    waiting = (each.offer for each in claimed if waits_for_approval(each))
    return sum(offer is not None and offer.by.id != agent.id for offer in waiting)
