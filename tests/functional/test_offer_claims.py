"""Offers under races: of two agents, two searches and two findings of one person, one offers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from conversations.facts import Author
from outreach import post_names, posting, tact
from outreach import proposals as steps
from outreach.found_posts import FoundPost
from outreach.proposals import Offer, Proposal, Status
from outreach.tact import Pace
from storage import connections, customer_cards, customers, offer_claims, offer_persons, proposals, table
from tests.functional.test_proposals import AUTHOR, NOW, POST

DAY = 86_400_000
PERSON = ("mastodon", "support", "did:1")
KIM, LEE = Author("kim", "Kim"), Author("lee", "Lee")

pytestmark = pytest.mark.usefixtures("stack")


def found(post: FoundPost = POST) -> Proposal:
    added = proposals.add(post, "s1", "asks_advice", team="service", now=NOW)
    assert added
    return added[0]


def offered(proposal: Proposal, by: Author = KIM, at: int = NOW, text: str = "Ours fit.") -> Proposal:
    """Return a proposal as it is once a text is approved by somebody else."""
    second = LEE if by == KIM else KIM
    offer = Offer(text, by, at, needs_approval=True, approved_by=second, approved_at=at, by_hand=True)
    return replace(proposal, version=proposal.version + 1, status=Status.OFFERED, claimed_by=by, offer=offer)


def offer(proposal: Proposal, by: Author = KIM, at: int = NOW, text: str = "Ours fit.") -> bool:
    """Offer a text; return whether it was stored."""
    try:
        pace = offer_claims.pace_of(*post_names.account_of(proposal.post))
        offer_claims.offer(proposal, offered(proposal, by, at, text), pace, at)
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
    with pytest.raises(table.Conflict):
        offer_claims.offer(other, offered(other), offer_claims.pace_of("mastodon", "support"), NOW)


@pytest.mark.invariant(13)
def test_person_who_declined_meanwhile_is_not_offered() -> None:
    proposal = found()
    customers.decline(*PERSON, NOW)
    assert not offer(proposal)
    stored = proposals.read(proposal.id)
    assert stored
    assert stored.status == Status.NEW
    assert offer_claims.offered_at([customers.digest(*PERSON)]) == 0


@pytest.mark.invariant(13)
def test_text_is_offered_once_a_day_by_all_accounts() -> None:
    connections.put_connection("mastodon", "second", "2", "Two", "service", {"base_url": "https://two.example"})
    there = replace(POST, connection="second", id="p2", thread_id="t2", author=Author("did:2"))
    first, second = found(), found(there)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(offer, (first, second)))
    assert sorted(done) == [False, True]
    other = second if done[0] else first
    assert offer_claims.is_text_taken(other, "  OURS fit!", NOW + DAY - 1)
    assert not offer(other, at=NOW + DAY - 1)
    assert not offer_claims.is_text_taken(other, "Ours fit.", NOW + DAY)
    assert offer(other, at=NOW + DAY)


def test_text_is_free_again_where_nothing_was_posted() -> None:
    proposal = found()
    assert offer(proposal)
    before = proposals.read(proposal.id)
    assert before
    offer_claims.give_back(before, posting.refuse(before, "bad", NOW), NOW)
    assert not offer_claims.is_text_taken(found(replace(POST, id="p2", author=Author("did:2"))), "Ours fit.", NOW)
    pace = offer_claims.pace_of("mastodon", "support")
    assert (len(pace.times), tact.refusal_of_text("Ours fit.", pace, NOW, [])) == (1, None)


def test_person_is_free_again_where_nothing_was_posted() -> None:
    proposal = found()
    assert offer(proposal)
    assert (offer_claims.offered_at([customers.digest(*PERSON)]), offer_claims.is_thread_taken(proposal)) == (NOW, True)
    stored = proposals.read(proposal.id)
    assert stored
    offer_claims.give_back(stored, posting.refuse(stored, "policy", NOW), NOW)
    assert (offer_claims.offered_at([customers.digest(*PERSON)]), offer_claims.is_thread_taken(proposal)) == (0, False)
    again = proposals.read(proposal.id)
    assert again
    assert (again.status, again.failure, again.offer) == (Status.CLAIMED, "policy", None)


def join(*identities: tuple[str, str, str]) -> None:
    """Say that some identities are one person."""
    expires = NOW // 1000 + 1_000_000
    cards = [
        replace(customer_cards.card(customers.digest(*each)), channel=each[0], connection=each[1], customer_id=each[2])
        for each in identities
    ]
    customer_cards.join(cards, "person", expires, NOW)


@pytest.mark.invariant(13)
def test_person_is_offered_once_on_all_platforms_where_agents_joined_them() -> None:
    other = ("bluesky", "main", "did:plc:mika")
    join(PERSON, other)
    elsewhere = replace(POST, channel="bluesky", connection="main", id="b1", thread_id="b1", author=Author(other[2]))
    first, second = found(), found(elsewhere)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(offer, (first, second)))
    assert sorted(done) == [False, True]


@pytest.mark.invariant(13)
def test_offer_is_refused_where_identities_are_joined_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    proposal, author_of = found(), offer_persons.author_of

    def joined_after(post: FoundPost) -> offer_persons.Person:
        person = author_of(post)
        join(PERSON, ("bluesky", "main", "did:plc:mika"))
        return person

    monkeypatch.setattr(offer_persons, "author_of", joined_after)
    assert not offer(proposal)


def test_one_account_of_the_fediverse_is_one_person_on_all_servers() -> None:
    author = replace(AUTHOR, handle="mika@example.social")
    here, there = replace(POST, author=author), replace(POST, connection="other", author=replace(author, id="77"))
    digests = [set(offer_persons.author_of(post).digests) for post in (here, there)]
    assert len(digests[0] & digests[1]) == 1


def test_text_of_a_beginner_is_offered_with_approval_alone() -> None:
    proposal = found()
    alone = steps.write_offer(proposal, Offer("Ours fit.", KIM, NOW, by_hand=True))
    own = replace(offered(proposal), offer=Offer("Ours fit.", KIM, NOW, needs_approval=True, approved_by=KIM))
    for after in (alone, own):
        with pytest.raises(offer_claims.NotApproved):
            offer_claims.offer(proposal, after, Pace(), NOW)
    assert proposals.read(proposal.id) == proposal


def test_text_needs_nobody_else_after_ten_that_were_offered() -> None:
    for number in range(10):
        post = replace(POST, id=f"p{number}", thread_id=f"t{number}", author=Author(f"did:{number}"))
        assert offer(found(post), text=f"Ours fit {number}.")
    assert offer_claims.offers_by("kim") == 10
    last = found(replace(POST, id="p10", thread_id="t10", author=Author("did:10")))
    after = steps.write_offer(last, Offer("Ours fit.", KIM, NOW, by_hand=True))
    stored = offer_claims.offer(last, after, offer_claims.pace_of("mastodon", "support"), NOW)
    assert proposals.read(last.id) == stored
    assert offer_claims.offers_by("kim") == 11


def test_person_who_was_offered_something_else_since_stays_taken() -> None:
    first, second = found(), found(replace(POST, id="p2", thread_id="t2"))
    assert offer(first)
    later = NOW + 31 * DAY
    assert offer(second, at=later)
    stored = proposals.read(first.id)
    assert stored
    offer_claims.give_back(stored, posting.refuse(stored, "too_old", later), later)
    assert offer_claims.offered_at([customers.digest(*PERSON)]) == later
    assert not offer_claims.is_thread_taken(first)
