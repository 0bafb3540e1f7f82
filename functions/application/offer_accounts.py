"""Accounts of ours that may answer a post: the one that found it first, or another where that one cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application import offer_permission
from outreach.elsewhere import answered_by
from outreach.permission import Possibility
from outreach.proposals import Status

if TYPE_CHECKING:
    from outreach.proposals import Proposal


def answerable(proposal: Proposal, now: int) -> Proposal:
    """Return a proposal with its post as a connection found it that may answer now (milliseconds), the first if it may.

    An account that may send comes before one for which a person posts by hand. What was offered stays as it is, since
    our post stands there, or is on its way.
    """
    if not proposal.elsewhere or proposal.status not in (Status.NEW, Status.CLAIMED) or _may(proposal, now):
        return proposal
    others = [answered_by(proposal, each.connection) for each in proposal.elsewhere]
    possible = [(each, way) for each in others if (way := _may(each, now))]
    allowed = [each for each, way in possible if way == Possibility.ALLOWED]
    return next(iter((*allowed, *(each for each, _ in possible), proposal)))


def _may(proposal: Proposal, now: int) -> Possibility | None:
    """Return how the account of a proposal's post may answer; None where it may not."""
    state = offer_permission.permission(proposal.post, now).state
    return None if state == Possibility.IMPOSSIBLE else state
