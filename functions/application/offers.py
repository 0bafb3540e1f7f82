"""Offers to strangers: a text that is written, approved by a second person where that is wanted, and posted.

The rules of the platform and of tact are asked at each step, and the claims of an offer are taken in its transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from application import offer_accounts, offer_permission, offer_posts
from application.commands import RequestDiffers
from application.offer_context import OfferContext
from outreach import proposals as steps
from outreach.permission import Possibility
from outreach.proposals import Offer, Status
from storage import audit, earlier_requests, offer_claims, outreach_figures, proposals, table
from storage.audit import AuditEvent

if TYPE_CHECKING:
    from application.commands import Request
    from conversations.facts import Author
    from outreach.permission import Permission
    from outreach.proposals import Dismissal, Proposal
    from storage.writes import Write


class TactRefused(Exception):
    """A rule of tact says no; the message is its name."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class NotPermitted(Exception):
    """The platform says no."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(permission.why)
        self.permission = permission


class TooLong(ValueError):
    """The platform takes no text of this length."""

    def __init__(self, length: int, limit: int, unit: str) -> None:
        super().__init__(length)
        self.length, self.limit, self.unit = length, limit, unit


def write(proposal: Proposal, text: str, by: Author, now: int, request: Request, *, confirmed: bool) -> Proposal:
    """Store a text, and offer it where nobody has to approve it; the same request does it once.

    Raises ``StepRefused``, ``NotPermitted``, ``TactRefused``, ``TooLong``, ``RequestDiffers``, and
    ``Conflict`` where somebody was faster.
    """
    if request.key and (earlier := earlier_requests.find(request.key)):
        if earlier.fingerprint != request.fingerprint:
            raise RequestDiffers
        return proposal
    proposal = offer_accounts.answerable(proposal, now)
    context = OfferContext(proposal, now)
    needs_second = offer_claims.needs_second(proposal, by.id or "")
    offer = Offer(text, by, now, needs_approval=needs_second, rules_confirmed=confirmed)
    after = steps.write_offer(proposal, offer)
    must_be_fine(context, offer)
    further = [audit.entry(AuditEvent.OFFER_WRITTEN, by, proposal.id, now, digest=offer.digest)]
    if request.key:
        further.append(earlier_requests.put_write((request.key, request.fingerprint), proposal.id, now))
    return _store(context, after, further)


def approve(proposal: Proposal, digest: str, by: Author, now: int) -> Proposal:
    """Approve exactly the text with this digest, which is offered then; approved twice, it is done once.

    Raises like ``write``: what was permitted and tactful when the text was written may be so no more.
    """
    offer = proposal.offer
    if offer and offer.digest == digest and offer.approved_by and offer.approved_by.id == by.id:
        return proposal
    proposal = offer_accounts.answerable(proposal, now)
    after = steps.approve(proposal, digest, by, now)
    assert offer is not None
    context = OfferContext(proposal, now)
    must_be_fine(context, offer)
    return _store(context, after, [audit.entry(AuditEvent.OFFER_APPROVED, by, proposal.id, now, digest=digest)])


def must_be_fine(context: OfferContext, offer: Offer) -> None:
    """Raise where a text may not be offered below a post now."""
    permission = context.permission
    if permission.state == Possibility.IMPOSSIBLE or (permission.confirm and not offer.rules_confirmed):
        raise NotPermitted(permission)
    if rule := context.refusal_of_text(offer.text):
        now = proposals.read(context.proposal.id)
        if now is None or now.version != context.proposal.version:
            raise table.Conflict  # it may be refused for what was just offered in this very proposal
        raise TactRefused(rule)
    _must_fit(context, offer.text)


def posted(proposal: Proposal, url: str, by: Author, now: int, *, is_lead: bool) -> Proposal:
    """Note where an offer stands that a person posted by hand, or correct that; noted twice, it is done once.

    Raises ``StepRefused``, ``NotOurPost`` and ``Conflict``.
    """
    if proposal.status == Status.POSTED and proposal.posted_url != url:
        noted = audit.entry(AuditEvent.OFFER_POSTED, by, proposal.id, now, changed="address")
        return offer_posts.correct(proposal, url, by, now, noted, is_lead=is_lead)
    noted = audit.entry(AuditEvent.OFFER_POSTED, by, proposal.id, now)
    return offer_posts.attach_posted(proposal, url, by, now, noted)


def dismiss(proposal: Proposal, reason: Dismissal, by: Author, now: int) -> Proposal:
    """Close a proposal without an offer; dismissed twice, it is done once. Raises ``StepRefused`` and ``Conflict``."""
    if proposal.dismissal == reason and proposal.claimed_by and proposal.claimed_by.id == by.id:
        return proposal
    after = steps.dismiss(proposal, reason, by, now)
    entry = audit.entry(AuditEvent.PROPOSAL_DISMISSED, by, proposal.id, now, reason=reason)
    counted = count_writes(after, f"{outreach_figures.DISMISSED}{reason}", now)
    return proposals.change(proposal, after, now, entry, *counted)


def release(proposal: Proposal, by: Author, now: int) -> Proposal:
    """Give a proposal back; a text that waited for approval is dropped. Raises ``StepRefused`` and ``Conflict``."""
    after, offer = steps.release(proposal, by, now), proposal.offer
    if offer is None:
        return proposals.change(proposal, after, now)
    entry = audit.entry(AuditEvent.OFFER_RETURNED, by, proposal.id, now, digest=offer.digest)
    return proposals.change(proposal, after, now, entry)


def count_writes(proposal: Proposal, what: str, now: int) -> list[Write]:
    """Return the writes that count a step for each search that found the post."""
    return [outreach_figures.count_write(each, proposal.post.channel, what, now) for each in proposal.searches]


def _must_fit(context: OfferContext, text: str) -> None:
    post = context.proposal.post
    route = offer_permission.route(post, context.now)
    length = offer_permission.length(post, text) if route else 0
    if route and length > route.limit:
        raise TooLong(length, route.limit, route.unit)


def _store(context: OfferContext, after: Proposal, further: list[Write]) -> Proposal:
    assert after.offer is not None
    offer = replace(after.offer, by_hand=context.permission.state == Possibility.BY_HAND)
    # Who stands above was read just now; right before it leaves, the platform is not asked again.
    after = replace(after, offer=offer, post=replace(after.post, above=context.post.above))
    if after.status == Status.OFFERED:
        counted = count_writes(after, outreach_figures.OFFERED, context.now)
        try:
            return offer_claims.offer(context.proposal, after, context.pace, context.now, *further, *counted)
        except offer_claims.NotApproved:
            raise table.Conflict from None  # somebody wants a second person since this was decided
    return proposals.change(context.proposal, after, context.now, *further)
