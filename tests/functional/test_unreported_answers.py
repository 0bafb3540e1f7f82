"""Answers that a platform does not report: read below the posts that an offer answered, and messages from then on."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

import channels
from application import unreported_answers
from aws import secrets
from conversations import identity
from conversations.facts import Author
from outreach.found_posts import FoundPost
from outreach.posting import posted as step_posted
from outreach.proposals import Offer, Proposal, write_offer
from outreach.searches import Query, Search, Source
from storage import connections, conversations, proposals
from tests.support.fake_searcher import FakeSearcher

RUNA, US, KIM = Author("UCruna", "@runa"), Author("UCus", "Telefunk"), Author("kim", "Kim")
SEARCH = Search("s1", "Headphones", "service", Query(all=("headphones",)), (Source("google", "tube", ("v1",)),))
DAY = 86_400_000


def now() -> int:
    return time.time_ns() // 1_000_000


def comment(comment_id: str, text: str, author: Author = RUNA) -> FoundPost:
    url = f"https://www.youtube.com/watch?v=v1&lc={comment_id}"
    parent = "v1" if comment_id == "c1" else "c1"
    return FoundPost("google", "tube", comment_id, "v1", url, now(), author, text, branch_id="c1", parent_id=parent)


@pytest.fixture
def searcher(stack: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSearcher]:
    """Comments below a video of somebody else."""
    channel = channels.get("google")
    assert channel.searcher
    fake = FakeSearcher(channel.searcher)
    monkeypatch.setattr(channel, "searcher", fake)
    options = {"service": "youtube"}
    token = {"access_token": "good", "expires_at": str(now() + 10**10)}
    secrets.put("google", "tube", {"account_id": US.id, "secrets": token, "options": options})
    connections.put_connection("google", "tube", "UCus", "Telefunk", options=options)
    yield fake


def posted(at: int) -> Proposal:
    """A proposal whose offer stands below a comment since a time."""
    added = proposals.add(comment("c1", "Any headphones for sport?"), "s1", "asks_advice", team="service", now=at)
    assert added
    offered = write_offer(added[0], Offer("Ours fit.", KIM, at, by_hand=True))
    stored = proposals.change(added[0], offered, at)
    return proposals.change(stored, step_posted(stored, "https://www.youtube.com/watch?v=v1&lc=c1.2", at), at)


def texts() -> list[str | None]:
    thread = identity.thread_key("google", "tube", "v1")
    return sorted((fact.text for fact in conversations.read(thread).facts), key=str)


def test_answer_of_a_stranger_becomes_a_message_once(searcher: FakeSearcher) -> None:
    posted(now())
    searcher.below = [comment("c1.2", "Ours fit.", US), comment("c1.3", "No thanks!")]
    assert unreported_answers.take_in(SEARCH, "google", now()) == 1
    assert unreported_answers.take_in(SEARCH, "google", now()) == 0
    assert texts() == ["No thanks!"]


def test_post_of_long_ago_is_not_looked_at(searcher: FakeSearcher) -> None:
    posted(now() - 8 * DAY)
    searcher.below = [comment("c1.3", "No thanks!")]
    assert unreported_answers.take_in(SEARCH, "google", now()) == 0


def test_platform_that_reports_answers_is_not_asked(searcher: FakeSearcher) -> None:
    posted(now())
    searcher.reports_answers = True
    searcher.below = [comment("c1.3", "No thanks!")]
    assert unreported_answers.take_in(SEARCH, "google", now()) == 0
    assert unreported_answers.take_in(replace(SEARCH, id="s2"), "feed", now()) == 0
