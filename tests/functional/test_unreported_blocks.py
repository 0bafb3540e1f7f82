"""Blocks that a platform tells only when asked: obeyed for good, counted once, and asked for once in some hours."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace

import channels
from application import offer_outcomes, unreported_blocks
from application.unreported_blocks import EVERY
from aws import secrets
from channels.base import Reason, TransientFailure
from conversations.facts import Author
from outreach.found_posts import FoundPost
from outreach.posting import answered
from outreach.posting import posted as step_posted
from outreach.proposals import Offer, Outcome, Proposal, write_offer
from outreach.searches import Query, Search, Source
from storage import connections, customers, outreach_figures, proposals
from tests.support.fake_searcher import FakeSearcher

RUNA, OLE, KIM = Author("701", "Runa"), Author("702", "Ole"), Author("kim", "Kim")
SEARCH = Search("s1", "Headphones", "service", Query(all=("headphones",)), (Source("mastodon", "nord"),))
OTHER = replace(SEARCH, id="s2")
DAY = 86_400_000
START = time.time_ns() // 1_000_000 // EVERY * EVERY
"""A time at which a turn begins."""


def at(moment: int) -> Callable[[], int]:
    return lambda: moment


@pytest.fixture
def searcher(stack: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSearcher]:
    """Posts of strangers on Mastodon."""
    channel = channels.get("mastodon")
    assert channel.searcher
    fake = FakeSearcher(channel.searcher)
    monkeypatch.setattr(channel, "searcher", fake)
    options = {"base_url": "https://nord.example"}
    token = {"access_token": "good"}
    secrets.put("mastodon", "nord", {"account_id": "1", "secrets": token, "options": options})
    connections.put_connection("mastodon", "nord", "1", "Telefunk", options=options)
    yield fake


def posted(author: Author = RUNA, when: int = START - 60_000) -> Proposal:
    """A proposal of two searches whose offer stands below a post since a time."""
    url = f"https://nord.example/@a/{author.id}1"
    post = FoundPost("mastodon", "nord", f"{author.id}1", f"{author.id}1", url, when, author, "Any headphones?")
    for search in (SEARCH, OTHER):
        added = proposals.add(post, search.id, "asks_advice", team="service", now=when)
        assert added
    offered = write_offer(added[0], Offer("Ours fit.", KIM, when, by_hand=True))
    stored = proposals.change(added[0], offered, when)
    return proposals.change(stored, step_posted(stored, "https://nord.example/@us/9", when), when)


def outcomes(proposal: Proposal) -> tuple[Outcome, ...]:
    stored = proposals.read(proposal.id)
    assert stored
    return stored.outcomes


def has_declined(author: Author) -> bool:
    return bool(customers.read("mastodon", "nord", str(author.id)).declined_at)


def test_block_is_obeyed_for_good_and_counted_once(searcher: FakeSearcher) -> None:
    runa, ole = posted(RUNA), posted(OLE)
    searcher.blocking = {"701"}
    assert unreported_blocks.take_in(SEARCH, "mastodon", at(START)) == 1
    assert unreported_blocks.take_in(SEARCH, "mastodon", at(START + EVERY)) == 0
    assert (has_declined(RUNA), has_declined(OLE)) == (True, False)
    assert (outcomes(runa), outcomes(ole)) == ((Outcome.BLOCKED,), ())
    assert [outreach_figures.totals(each.id) for each in (SEARCH, OTHER)] == [{"blocked": 1}, {"blocked": 1}]
    assert sorted(searcher.asked_for_blocks[0]) == ["701", "702"]
    assert searcher.asked_for_blocks[1:] == [["702"]], "who blocked us is not asked for again"


def test_block_that_was_half_noted_is_noted_and_counted_once(searcher: FakeSearcher) -> None:
    proposal = posted()
    offer_outcomes.note_block(proposal, at(START))
    offer_outcomes.note_block(proposal, at(START + 1))
    assert outcomes(proposal) == (Outcome.BLOCKED,)
    assert outreach_figures.totals("s1") == {"blocked": 1}


def test_platform_is_asked_once_in_some_hours_for_each_offer(searcher: FakeSearcher) -> None:
    posted()
    for moment in (START, START + 60_000, START + EVERY - 1):
        for search in (SEARCH, OTHER):
            unreported_blocks.take_in(search, "mastodon", at(moment))
    assert searcher.asked_for_blocks == [["701"]]
    unreported_blocks.take_in(SEARCH, "mastodon", at(START + EVERY))
    assert searcher.asked_for_blocks == [["701"], ["701"]]


def test_offer_of_long_ago_or_refused_is_not_asked_for(searcher: FakeSearcher) -> None:
    posted(OLE, START - 8 * DAY)
    runa = posted(RUNA)
    refused = answered(runa, {Outcome.REFUSED})
    assert refused
    proposals.change(runa, refused, START)
    assert unreported_blocks.take_in(SEARCH, "mastodon", at(START)) == 0
    assert searcher.asked_for_blocks == []


def test_platform_that_does_not_answer_is_asked_again_later(searcher: FakeSearcher) -> None:
    proposal = posted()
    searcher.blocking = TransientFailure(Reason.RETRY, "503")
    assert unreported_blocks.take_in(SEARCH, "mastodon", at(START)) == 0
    searcher.blocking = {"701"}
    assert unreported_blocks.take_in(SEARCH, "mastodon", at(START + EVERY)) == 1
    assert outcomes(proposal) == (Outcome.BLOCKED,)


def test_platform_that_tells_no_blocks_is_not_asked(searcher: FakeSearcher) -> None:
    posted()
    searcher.tells_blocks = False
    assert unreported_blocks.take_in(SEARCH, "mastodon", at(START)) == 0
    assert unreported_blocks.take_in(SEARCH, "feed", at(START)) == 0
    assert searcher.asked_for_blocks == []
