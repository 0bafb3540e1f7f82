"""Authors of found posts, who may have no conversation with us: their data, their opt-out, and erasing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from application import opt_outs
from console import authorization
from console.actions import erasure
from console.actions import proposals as actions
from console.errors import ApiError
from storage import audit, customer_cards, customers, offer_claims, offer_persons, profiles, proposals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from console.authorization import Agent
    from outreach.proposals import Proposal


class Known(Struct, frozen=True):
    """All that is known of somebody by the posts of theirs that searches found."""

    proposal: Proposal
    declined: bool
    offered_at: int
    """Milliseconds; 0 for never within the pause."""
    proposals: Sequence[Proposal]
    """Those that the agent sees, the latest first."""


def export(agent: Agent, proposal_id: str, now: int, *, is_continued: bool = False) -> Known:
    """Return what is known of the author of a found post, which is recorded once for all its pages; raises a 404."""
    proposal = actions.existing(agent, proposal_id)
    person, closed = offer_persons.author_of(proposal.post), authorization.closed_to(agent)
    found = {each.id: each for digest in person.digests for each in proposals.of_digest(digest)}
    seen = [each for each in ({proposal.id: proposal} | found).values() if each.team not in closed]
    audit.put_of_pages(audit.AuditEvent.CUSTOMER_EXPORTED, agent.author, proposal.id, now, is_continued=is_continued)
    latest = sorted(seen, key=lambda each: each.found_at, reverse=True)
    return Known(proposal, person.has_declined, offer_claims.offered_at(person.digests), latest)


def decline(agent: Agent, proposal_id: str, clock: Callable[[], int]) -> None:
    """Note that the author of a found post does not want to be approached; raises a 404, also where nobody is named."""
    proposal = actions.existing(agent, proposal_id)
    if not proposal.post.author.id:
        raise ApiError(404, "no_customer")
    opt_outs.decline_author(proposal.post, clock)
    audit.put(audit.AuditEvent.OPT_OUT, agent.author, proposal.id, clock(), proposal=proposal.id)


def erase(agent: Agent, proposal_id: str, clock: Callable[[], int], *, keep_out: bool) -> int:
    """Erase the author of a found post with all that is kept of them on its connection; raises a 404.

    With ``keep_out`` their opt-out stays, as digests that name nobody, so that they are not found and approached again.
    Returns the number of erased proposals and conversations. Where nobody is named it is this proposal alone.
    """
    proposal, now = actions.existing(agent, proposal_id), clock()
    channel, connection, author = proposal.person
    if author and keep_out:
        opt_outs.decline_author(proposal.post, clock)
    erased = 1
    if author:
        erased = _erase_author(channel, connection, author, now)
    proposals.remove(proposal.id)
    audit.put(audit.AuditEvent.ERASE_CUSTOMER, agent.author, proposal.id, now, erased=erased, keep_out=int(keep_out))
    return erased


def _erase_author(channel: str, connection: str, author: str, now: int) -> int:
    """Erase the author as customers are erased: dispatch sees it, and removes the rest."""
    owner = customer_cards.owner(channel, connection, author)
    digests = {customers.digest(channel, connection, author), customers.digest(*owner)}
    found = {each.id for digest in digests for each in proposals.of_digest(digest)}
    begun = erasure.erase_owner(owner, now)
    profiles.forget(*owner)
    for digest in digests:
        proposals.purge_customer(digest)
    return max(1, len(found)) + begun
