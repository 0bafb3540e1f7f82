"""Outcomes of offers: noted with the proposal, and counted once for each search that found the post."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application import opt_outs
from application.commands import repeat_on_conflict
from outreach import posting
from outreach.proposals import Outcome
from storage import outreach_figures, proposals

if TYPE_CHECKING:
    from collections.abc import Callable

    from outreach.proposals import Proposal


def note_block(proposal: Proposal, clock: Callable[[], int]) -> None:
    """Obey a block of which the platform tells only when asked: for good, and counted once.

    It is noted with the proposal last, so that one that was half done is done again.
    """
    person = proposal.post.author.id
    if person is None or proposal.is_declined:
        return
    opt_outs.decline((proposal.post.channel, proposal.post.connection, person), clock, proposal.conversation)
    count_once(proposal, Outcome.BLOCKED, clock())
    note(proposal.id, {Outcome.BLOCKED}, clock)


def note(proposal_id: str, outcomes: set[Outcome], clock: Callable[[], int]) -> None:
    """Note outcomes with a proposal, those that are new; ``clock`` returns milliseconds."""
    repeat_on_conflict(lambda: _note(proposal_id, outcomes, clock()))


def count_once(proposal: Proposal, what: str, now: int) -> None:
    """Count something about a proposal once, for each search that found it."""
    for search in proposal.searches:
        outreach_figures.count(search, proposal.post.channel, what, now, key=proposal.id)


def _note(proposal_id: str, outcomes: set[Outcome], now: int) -> None:
    current = proposals.read(proposal_id)
    after = posting.answered(current, outcomes) if current else None
    if current and after:
        proposals.change(current, after, now)
