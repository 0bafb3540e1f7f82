"""Authors of found posts: erasing one who may have no conversation with us."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.actions import erasure
from console.actions import proposals as actions
from storage import audit, customer_cards, customers, profiles, proposals

if TYPE_CHECKING:
    from console.authorization import Agent


def erase(agent: Agent, proposal_id: str, now: int) -> int:
    """Erase the author of a found post with all that is kept of them on its connection; raises a 404.

    Returns the number of erased proposals and conversations. Where nobody is named it is this proposal alone.
    """
    proposal = actions.existing(agent, proposal_id)
    channel, connection, author = proposal.person
    erased = 1
    if author:
        erased = _erase_author(channel, connection, author, now)
    proposals.remove(proposal.id)
    audit.put(audit.AuditEvent.ERASE_CUSTOMER, agent.author, proposal.id, now, erased=erased)
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
