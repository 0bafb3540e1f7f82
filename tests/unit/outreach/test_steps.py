"""Steps of a proposal: who may take which, and that a text leaves only as it was approved."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from conversations.facts import Author
from outreach import post_names, posting, proposals
from outreach.found_posts import FoundPost
from outreach.proposals import CLAIM_LASTS, TEXT_LASTS, Dismissal, Draft, Offer, Proposal, Status, StepRefused

NOW = 1_790_000_000_000
KIM, LEE = Author("kim", "Kim"), Author("lee", "Lee")
POST = FoundPost("mastodon", "support", "p1", "t1", "https://example.social/p1", NOW)
NEW = Proposal("a" * 26, "service", POST, ("s1",), "asks_advice", NOW)
OFFER = Offer("Ours fit.", KIM, NOW, needs_approval=True)


def test_claimed_proposal_is_refused_to_others_until_the_claim_ran_out() -> None:
    claimed = proposals.claim(NEW, KIM, NOW)
    with pytest.raises(StepRefused, match="claimed"):
        proposals.claim(claimed, LEE, NOW + CLAIM_LASTS - 1)
    with pytest.raises(StepRefused, match="claimed"):
        proposals.dismiss(claimed, Dismissal.SPAM, LEE, NOW)
    assert proposals.shown_status(claimed, NOW + CLAIM_LASTS) == Status.NEW
    assert proposals.claim(claimed, LEE, NOW + CLAIM_LASTS).claimed_by == LEE
    assert proposals.release(claimed, KIM, NOW).status == Status.NEW


def test_text_that_nobody_approved_in_time_is_a_draft_for_who_takes_the_proposal_next() -> None:
    written, late = proposals.write_offer(NEW, OFFER), NOW + TEXT_LASTS
    assert proposals.holder(written, late - 1) == KIM
    assert proposals.shown_status(written, late) == Status.NEW
    with pytest.raises(StepRefused, match="new"):
        proposals.approve(written, OFFER.digest, LEE, late)
    taken = proposals.claim(written, LEE, late)
    assert (taken.claimed_by, taken.offer, taken.draft) == (LEE, None, Draft(OFFER.text, KIM, NOW))
    assert proposals.release(taken, LEE, late).draft == taken.draft
    assert proposals.write_offer(taken, Offer("Try ours.", LEE, late)).draft is None


def test_text_that_the_platform_refused_is_a_draft() -> None:
    offered = proposals.write_offer(NEW, replace(OFFER, needs_approval=False))
    assert posting.refuse(offered, "policy", NOW).draft == Draft(OFFER.text, KIM, NOW)


@pytest.mark.invariant(13)
def test_offer_by_hand_that_is_given_up_keeps_what_it_took_and_may_still_be_posted() -> None:
    by_hand = replace(OFFER, needs_approval=False, by_hand=True)
    offered = replace(proposals.write_offer(NEW, by_hand), claims=("digest",))
    given_up = posting.give_up(offered)
    assert (given_up.status, given_up.claims, given_up.closed_at) == (Status.EXPIRED, ("digest",), offered.closed_at)
    assert posting.posted(given_up, "https://example.social/p2", NOW).status == Status.POSTED
    with pytest.raises(StepRefused, match="not_by_hand"):
        posting.give_up(proposals.write_offer(NEW, replace(OFFER, needs_approval=False)))


@pytest.mark.invariant(13)
def test_text_is_approved_by_somebody_else_and_only_as_they_saw_it() -> None:
    written = proposals.write_offer(NEW, OFFER)
    assert written.status == Status.CLAIMED
    for digest, by, reason in (
        (OFFER.digest, KIM, "own_text"),
        (proposals.text_digest("Ours fit!"), LEE, "text_changed"),
    ):
        with pytest.raises(StepRefused, match=reason):
            proposals.approve(written, digest, by, NOW)
    approved = proposals.approve(written, OFFER.digest, LEE, NOW)
    assert approved.status == Status.OFFERED
    assert approved.offer
    assert approved.offer.approved_by == LEE


@pytest.mark.invariant(13)
def test_proposal_without_an_approved_text_is_never_posted() -> None:
    for proposal in (NEW, proposals.claim(NEW, KIM, NOW), proposals.write_offer(NEW, OFFER)):
        with pytest.raises(StepRefused):
            posting.posted(proposal, "https://example.social/p2", NOW)


def test_text_that_needs_no_second_person_is_offered_at_once_and_changed_no_more() -> None:
    offered = proposals.write_offer(NEW, Offer("Ours fit.", KIM, NOW))
    assert offered.status == Status.OFFERED
    with pytest.raises(StepRefused, match="offered"):
        proposals.write_offer(offered, Offer("Ours are best.", KIM, NOW))
    assert posting.posted(offered, "https://example.social/p2", NOW).posted_at == NOW


def test_posts_of_two_servers_that_number_their_posts_are_two_and_a_post_found_by_two_accounts_is_one() -> None:
    def named(channel: str, connection: str) -> tuple[str, str]:
        post = replace(POST, channel=channel, connection=connection, id="4711", thread_id="17")
        return post_names.id_for(post), post_names.thread_name(post)

    assert set(named("discourse", "one")).isdisjoint(named("discourse", "two"))
    assert named("reddit", "one") == named("reddit", "two")
