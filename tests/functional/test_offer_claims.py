"""Offers under races: of two agents, two searches and two findings of one person, one offers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from conversations.facts import Author
from outreach import proposals as steps
from outreach.found_posts import FoundPost
from outreach.proposals import Offer, Proposal, Status
from storage import customers, offer_claims, proposals, table
from tests.functional.test_proposals import NOW, POST

DAY = 86_400_000
PERSON = ("mastodon", "support", "did:1")
KIM, LEE = Author("kim", "Kim"), Author("lee", "Lee")

pytestmark = pytest.mark.usefixtures("stack")


def found(post: FoundPost = POST) -> Proposal:
    added = proposals.add(post, "s1", "asks_advice", team="service", now=NOW)
    assert added
    return added[0]


def offer(proposal: Proposal, by: Author = KIM, at: int = NOW, text: str = "Ours fit.") -> bool:
    """Offer a text; return whether it was stored."""
    try:
        after = steps.write_offer(proposal, Offer(text, by, at, by_hand=True))
        pace = offer_claims.pace_of(proposal.post.channel, proposal.post.connection)
        offer_claims.offer(proposal, after, [PERSON], pace, at)
    except table.Conflict:
        return False
    return True


@pytest.mark.invariant(13)
def test_of_two_agents_who_offer_at_once_one_does() -> None:
    proposal = found()
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda by: offer(proposal, by), (KIM, LEE)))
    assert sorted(done) == [False, True]
    assert len(offer_claims.pace_of("mastodon", "support").times) == 1


@pytest.mark.invariant(13)
def test_person_with_two_posts_is_offered_once_within_the_pause() -> None:
    first, second = found(), found(replace(POST, id="p2", thread_id="t2"))
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(offer, (first, second)))
    assert sorted(done) == [False, True]
    third = found(replace(POST, id="p3", thread_id="t3"))
    assert not offer(third, at=NOW + 29 * DAY)
    assert offer(third, at=NOW + 31 * DAY)


@pytest.mark.invariant(13)
def test_thread_is_offered_in_once() -> None:
    assert offer(found())
    other = found(replace(POST, id="p2", author=Author("did:2")))
    after = steps.write_offer(other, Offer("Ours fit too.", KIM, NOW))
    pace = offer_claims.pace_of("mastodon", "support")
    with pytest.raises(table.Conflict):
        offer_claims.offer(other, after, [("mastodon", "support", "did:2")], pace, NOW)


@pytest.mark.invariant(13)
def test_person_who_declined_meanwhile_is_not_offered() -> None:
    proposal = found()
    customers.decline(*PERSON, NOW)
    assert not offer(proposal)
    stored = proposals.read(proposal.id)
    assert stored
    assert stored.status == Status.NEW
    assert offer_claims.offered_at([PERSON]) == 0


def test_person_is_free_again_where_nothing_was_posted() -> None:
    proposal = found()
    assert offer(proposal)
    assert (offer_claims.offered_at([PERSON]), offer_claims.is_thread_taken(proposal)) == (NOW, True)
    offered = proposals.read(proposal.id)
    assert offered
    offer_claims.give_back(offered, steps.refuse(offered, "policy", NOW), [PERSON], NOW)
    assert (offer_claims.offered_at([PERSON]), offer_claims.is_thread_taken(proposal)) == (0, False)
    again = proposals.read(proposal.id)
    assert again
    assert (again.status, again.failure, again.offer) == (Status.CLAIMED, "policy", None)
