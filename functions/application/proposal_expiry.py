"""End of proposals that nobody may answer any more: the post is too old, the account gone, or nobody posted by hand."""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from conversations import identity
from outreach import posting, tact
from outreach import proposals as steps
from outreach.found_posts import FEED
from outreach.proposals import Status, StepRefused
from shared.telemetry import logger
from storage import connections, proposals, searches, table, team_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from outreach.proposals import Proposal

TO_BE_FOUND = 86_400_000
"""Milliseconds in which our own post is found, or its address told, after the last time at which it may be posted."""


def close(now: int, is_late: Callable[[], bool]) -> int:
    """Expire what is open and may not be answered any more; returns how many. ``now`` in milliseconds.

    What is in somebody's hands is left to them until their claim runs out. The author of a post for which somebody has
    an offer by hand stays taken: whether it was posted is not certain. May be repeated, and stop when it is late: the
    order of the teams changes with ``now``, so that none is always the last.
    """
    closed, rules = 0, Rules()
    names = sorted(team_names.names(), key=lambda name: identity.digest(f"{now}\0{name}"))
    for proposal in chain.from_iterable(map(proposals.unfinished, names)):
        if is_late():
            break
        if proposal.status == Status.OFFERED:
            closed += rules.gives_up(proposal, now) and _store(proposal, posting.give_up, now)
        elif steps.holder(proposal, now) is None and rules.forbid(proposal, now):
            closed += _store(proposal, lambda each: steps.expire(each, now), now)
    if closed:
        logger.info("Proposals expired", proposals=closed)
    return closed


class Rules:
    """Rules by which nobody may answer a proposal any more; the searches and accounts are read with the first one."""

    def forbid(self, proposal: Proposal, now: int) -> bool:
        """Return whether a post is too old, or the account is gone that would answer it."""
        account = proposal.post.channel, proposal.post.connection
        is_gone = proposal.post.channel != FEED and account not in self._accounts
        return is_gone or now - proposal.post.sent_at > self._oldest(proposal)

    def gives_up(self, proposal: Proposal, now: int) -> bool:
        """Return whether nobody posted an offer by hand while the post was young enough, and a day after that."""
        last = max(proposal.post.sent_at + self._oldest(proposal), proposal.closed_at)
        return posting.is_by_hand(proposal) and now > last + TO_BE_FOUND

    def _oldest(self, proposal: Proposal) -> int:
        return tact.tightest([self._options[each] for each in proposal.searches if each in self._options]).oldest

    @cached_property
    def _options(self) -> Mapping[str, Mapping[str, str]]:
        return {search.id: search.options for search in searches.every()}

    @cached_property
    def _accounts(self) -> frozenset[tuple[str, str]]:
        return connections.connection_names()


def _store(proposal: Proposal, step: Callable[[Proposal], Proposal], now: int) -> int:
    try:
        proposals.change(proposal, step(proposal), now)
    except (table.Conflict, StepRefused):
        return 0  # somebody takes it at this moment
    return 1
