"""Steps of an offer after it was approved: it is posted and answered, refused, or given up. Pure.

Each step raises ``StepRefused`` where the proposal is in another status than it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from outreach.proposals import Status, StepRefused, demand, last_text, next_version

if TYPE_CHECKING:
    from collections.abc import Iterable

    from outreach.proposals import Outcome, Proposal


def begin_conversation(proposal: Proposal, conversation: str, action_id: str) -> Proposal:
    """Note the conversation that an offer begins, and the message that it becomes."""
    return replace(proposal, conversation=conversation, action_id=action_id)


def posted(proposal: Proposal, url: str, now: int) -> Proposal:
    """Note that our post stands on the platform."""
    if not may_be_posted(proposal):
        raise StepRefused(str(proposal.status))
    return next_version(proposal, status=Status.POSTED, posted_url=url, posted_at=now)


def corrected(proposal: Proposal, url: str) -> Proposal:
    """Return a proposal with another address of our post by hand, as long as it was not answered."""
    demand(proposal, Status.POSTED)
    if not is_by_hand(proposal):
        raise StepRefused("not_by_hand")
    if proposal.outcomes:
        raise StepRefused("answered")
    return next_version(proposal, posted_url=url)


def refuse(proposal: Proposal, reason: str, now: int) -> Proposal:
    """Give an offer back to its agent: nothing was posted, and nothing will be."""
    demand(proposal, Status.OFFERED)
    return next_version(
        proposal,
        status=Status.CLAIMED,
        claimed_at=now,
        failure=reason,
        offer=None,
        draft=last_text(proposal),
        conversation="",
        action_id="",
        claims=(),
        closed_at=0,
    )


def answered(proposal: Proposal, outcomes: Iterable[Outcome]) -> Proposal | None:
    """Return a posted proposal with what its answer was; None where that is known."""
    new = {*outcomes} - {*proposal.outcomes}
    if not new or proposal.status != Status.POSTED:
        return None
    return next_version(proposal, outcomes=tuple(sorted({*proposal.outcomes, *new})))


def give_up(proposal: Proposal) -> Proposal:
    """Close an offer by hand that nobody posted in time, as far as is known; its text and what it took are kept."""
    demand(proposal, Status.OFFERED)
    if not is_by_hand(proposal):
        raise StepRefused("not_by_hand")
    return next_version(proposal, status=Status.EXPIRED)


def is_by_hand(proposal: Proposal) -> bool:
    """Return whether a person posts its text."""
    return proposal.offer is not None and proposal.offer.by_hand


def may_be_posted(proposal: Proposal) -> bool:
    """Return whether our post may stand on the platform, also where nobody said so in time."""
    is_late = proposal.status == Status.EXPIRED and is_by_hand(proposal)
    return proposal.status == Status.OFFERED or is_late
