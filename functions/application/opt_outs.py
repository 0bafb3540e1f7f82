"""Opt-outs of customers: who is one person by hand is asked on none of their identities once they declined on one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from application import follow_ups
from application.commands import repeat_on_conflict
from outreach.found_posts import FoundPost
from outreach.proposals import Status, expire
from storage import customer_cards, customers, offer_persons, proposals

if TYPE_CHECKING:
    from collections.abc import Callable

    from conversations.facts import Author
    from conversations.identity import Identity

Customer = tuple[str, str, str]
"""Channel, connection and the customer's id there."""


def decline(customer: Customer, clock: Callable[[], int], conversation_id: str = "") -> None:
    """Note that a customer does not want to be asked, and plan their follow-ups again; done twice, it is done once."""
    customers.decline(*customer, clock(), conversation_id)
    others = joined(customer)
    for each in others:
        customers.decline(*each, clock())
    theirs = [name for each in (customer, *others) for name in customers.conversations_of(*each)]
    for name in dict.fromkeys([conversation_id, *theirs] if conversation_id else theirs):
        follow_ups.replan(name, clock)
    for found in (each for identity in (customer, *others) for each in proposals.of_person(*identity)):
        repeat_on_conflict(partial(_close, found.id, clock()))


def decline_author(post: FoundPost, clock: Callable[[], int], conversation_id: str = "") -> None:
    """Note that who wrote a found post does not want to be asked, by all names by which they are known."""
    for customer in offer_persons.author_of(post).identities:
        decline(customer, clock, conversation_id)


def decline_customer(where: Identity, author: Author, clock: Callable[[], int]) -> None:
    """Note the same of somebody with a conversation, as the author of whatever they may post elsewhere."""
    decline_author(FoundPost(where.channel, where.connection, "", "", "", 0, author=author), clock)


def _close(proposal_id: str, now: int) -> None:
    """Close a proposal below whose post nobody may offer anything; one that is on its way is stopped as it leaves."""
    proposal = proposals.read(proposal_id)
    if proposal and proposal.status in (Status.NEW, Status.CLAIMED):
        proposals.change(proposal, expire(proposal, now), now)


def permit(customer: Customer, expires: int) -> None:
    """Let a customer be asked after all, on all their identities; ``expires`` in seconds since 1970."""
    for each in (customer, *joined(customer)):
        customers.permit(*each, expires)


def joined(customer: Customer) -> list[Customer]:
    """Return the other identities of a customer."""
    cards = customer_cards.joined_with(customers.digest(*customer))
    return [(card.channel, card.connection, card.customer_id) for card in cards]
