"""Export of all that is known of a customer, who may ask for their data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application import loading
from console import authorization
from console.actions import customers
from storage import audit, keys, proposals
from storage.audit import AuditEvent

if TYPE_CHECKING:
    from application.loading import LoadedConversation
    from console.actions.customers import Person
    from console.authorization import Agent
    from outreach.proposals import Proposal


def exported(agent: Agent, card_id: str, now: int, *, is_continued: bool = False) -> Person:
    """Return a customer's card for an export, which is recorded once for all its pages; raises a 404."""
    person = customers.read(agent, card_id)
    audit.put_of_pages(AuditEvent.CUSTOMER_EXPORTED, agent.author, card_id, now, is_continued=is_continued)
    return person


def threads_of(person: Person) -> list[LoadedConversation]:
    """Return the conversations of a person with all that was said, the latest first."""
    return [conversation for head in person.heads if (conversation := loading.load(keys.id_of(head.identity)))]


def proposals_of(agent: Agent, person: Person) -> list[Proposal]:
    """Return what is kept of posts of a person that searches found, as far as an agent sees it."""
    closed = authorization.closed_to(agent)
    digests = [each.card.digest for each in person.identities]
    found = (each for digest in digests for each in proposals.of_digest(digest) if each.team not in closed)
    return sorted({each.id: each for each in found}.values(), key=lambda each: each.found_at, reverse=True)
