"""Messages that approved offers become: stored with the stranger's post in one piece, or attached once posted by hand.

Everything here may be done twice. Times are in milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

import channels
from application import offer_outcomes, spending
from application.commands import repeat_on_conflict
from application.offer_conversation import OfferConversation
from channels.base import Credentials
from conversations import attachments
from conversations.actions import is_lost
from conversations.facts import Kind
from outreach import leaving, post_names
from outreach.posting import may_be_posted
from outreach.proposals import Status
from shared.telemetry import count, logger
from storage import connections, conversations, files, offer_claims, outreach_figures, proposals
from storage.erased_conversations import CLOCKS_APART

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conversations.actions import Action
    from conversations.facts import Fact
    from conversations.identity import Identity
    from outreach.proposals import Proposal
    from storage.writes import Write

    Clock = Callable[[], int]

FEW = 10
"""Entries of a conversation that is removed with the offer that began it."""


def carry_out(proposal_id: str, clock: Clock) -> None:
    """Do what follows from a proposal that is ``offered``, or ``posted``."""
    proposal = proposals.read(proposal_id)
    if proposal is None:
        return
    if proposal.status == Status.POSTED:
        offer_outcomes.count_once(proposal, outreach_figures.POSTED, clock())
        _count_cost(proposal, clock())
    elif proposal.status == Status.OFFERED:
        _leave(proposal, clock)


def attach_found(identity: Identity, facts: Sequence[Fact], clock: Clock) -> None:
    """Attach our own post, as the platform tells of it, to the offer by hand that it carries out."""
    searcher = channels.searcher_of(identity.channel)
    if searcher is None:
        return
    for fact in facts:
        if not fact.own or fact.kind != Kind.MESSAGE or not fact.parent_id or fact.reference:
            continue
        proposal = proposals.read(post_names.proposal_id(identity.channel, fact.parent_id, identity.connection))
        if proposal is None or proposal.post.connection != identity.connection or _is_before(fact, proposal):
            continue
        if _stands_unnamed(proposal, fact):
            _note_address(proposal.id, fact, clock)
        elif may_be_posted(proposal) and (offer := proposal.offer) and offer.by_hand:
            told = OfferConversation(proposal, searcher.fact(proposal.post), clock)
            told.attach(fact.message_id, fact.permalink or "", offer.by, fact.text or "")


def follow_delivery(conversation_id: str, action_id: str, clock: Clock) -> None:
    """Note with the proposal that its message arrived, or that nothing was posted."""
    action = conversations.action(conversation_id, action_id)
    if action and action.state in leaving.ARRIVED:
        repeat_on_conflict(lambda: _note_posted(conversation_id, action, clock()))
    elif action and action.state in leaving.REFUSED:
        repeat_on_conflict(lambda: _note_refused(conversation_id, action, clock()))


def _count_cost(proposal: Proposal, now: int) -> None:
    """Count the price of a message that was sent from here, with the search that found the post first."""
    offer, channel = proposal.offer, proposal.post.channel
    price = 0 if offer is None or offer.by_hand else spending.price_of(channel, offer.text, now)
    for search in proposal.searches[:1] if price else ():
        outreach_figures.count(search, channel, outreach_figures.COST, now, price, key=f"message#{proposal.id}")


def _leave(proposal: Proposal, clock: Clock) -> None:
    """Store the answer that leaves; of an offer by hand, where an answer of ours would stand."""
    searcher, offer = channels.searcher_of(proposal.post.channel), proposal.offer
    if searcher is None and offer and offer.by_hand:
        return  # a forum that is read by its feed alone
    if searcher is None or offer is None or not offer.is_approved:
        _give_back(proposal, "connection" if searcher is None else "not_approved", clock)
        return
    begun = OfferConversation(proposal, searcher.fact(proposal.post), clock)
    if offer.by_hand:
        begun.expect()
    elif problem := begun.leave():
        _give_back(proposal, problem, clock)


def _give_back(proposal: Proposal, reason: str, clock: Clock) -> None:
    """Give back an offer whose message was never stored."""

    def attempt() -> None:
        current = proposals.read(proposal.id)
        if current and current.status == Status.OFFERED and current.closed_at == proposal.closed_at:
            _store_refusal(current, reason, clock())

    repeat_on_conflict(attempt)


def _store_refusal(proposal: Proposal, reason: str, now: int, *further: Write) -> None:
    offer_claims.give_back(proposal, leaving.given_back(proposal, reason, now), now, *further)
    count("OfferGivenBack", channel=proposal.post.channel, reason=reason)
    logger.info("Offer given back", proposal_id=proposal.id, reason=reason)


def _note_posted(conversation_id: str, action: Action, now: int) -> None:
    proposal = proposals.read(action.outreach)
    if proposal and leaving.is_of(proposal, action):
        url = _address(proposal, action) or _told_address(conversation_id, action)
        after = leaving.attached(proposal, conversation_id, url, now)
        proposals.change(proposal, after, now)


def _is_before(fact: Fact, proposal: Proposal) -> bool:
    """Return whether our post is older than the offer, and so none that it became.

    So it is where the person was erased, with the offer that was posted then, and their post was found once more.
    """
    return fact.at < proposal.closed_at - CLOCKS_APART


def _stands_unnamed(proposal: Proposal, fact: Fact) -> bool:
    """Return whether a message is the offer that was posted, whose address nobody knows yet."""
    return (
        proposal.status == Status.POSTED
        and not proposal.posted_url
        and bool(fact.permalink)
        and proposal.offer is not None
        and (fact.text or "").strip() == proposal.offer.text.strip()
    )


def _note_address(proposal_id: str, fact: Fact, clock: Clock) -> None:
    """Note where the offer stands, as the platform tells it."""

    def attempt() -> None:
        proposal = proposals.read(proposal_id)
        if proposal and _stands_unnamed(proposal, fact):
            proposals.change(
                proposal, replace(proposal, version=proposal.version + 1, posted_url=fact.permalink or ""), clock()
            )

    repeat_on_conflict(attempt)


def _told_address(conversation_id: str, action: Action) -> str:
    """Return the address of our post as the platform told it; ids of Threads do not tell it."""
    facts = conversations.read(conversation_id).facts
    return next((fact.permalink for fact in facts if fact.message_id == action.platform_id and fact.permalink), "")


def _note_refused(conversation_id: str, action: Action, now: int) -> None:
    """Give the offer back, and remove the conversation that would have begun with it: nothing was posted."""
    proposal = proposals.read(action.outreach)
    if proposal and proposal.status == Status.POSTED and proposal.action_id == action.id:
        return
    thread = conversations.read(conversation_id)
    removal: list[Write] = []
    if _is_only_offer(thread, action):
        removal = conversations.removal_writes(thread, conversation_id)
        for fact in thread.facts:
            if attachments.of(fact):
                files.forget(conversation_id, fact.message_id, fact.at, now)
    if proposal and leaving.is_of(proposal, action):
        _store_refusal(proposal, action.reason or "bad", now, *removal)
    elif removal:
        conversations.carry_out(removal)


def _is_only_offer(thread: conversations.Thread, action: Action) -> bool:
    """Return whether nothing is in a conversation but a stranger's post, and offers that did not leave."""
    is_small = len(thread.facts) + len(thread.actions) <= FEW
    is_post = all(fact.message_id == action.reply_to_id and not fact.own for fact in thread.facts)
    return is_small and is_post and all(each.outreach and is_lost(each) for each in thread.actions)


def _address(proposal: Proposal, action: Action) -> str:
    """Return the address of our post, as far as it can be told."""
    searcher, post = channels.searcher_of(proposal.post.channel), proposal.post
    if searcher is None or not action.platform_id:
        return ""
    known = connections.connection(post.channel, post.connection)
    return searcher.post_url(action.platform_id, post, Credentials(known.account_id, options=known.options))
