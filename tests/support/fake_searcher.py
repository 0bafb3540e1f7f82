"""Searchers of tests: they answer the pages that a test prepared, or fail as it wants."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import channels
from channels._search import SearchPage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from channels._search import Searcher, SearchRequest
    from channels.base import Credentials
    from conversations.facts import Fact
    from outreach.found_posts import FoundPost


class FakeSearcher:
    """Stands in the place of a channel's searcher; posts become facts as that channel's own would."""

    def __init__(self, real: Searcher) -> None:
        self.real = real
        self.seconds, self.page_size = real.seconds, real.page_size
        self.reports_answers = real.reports_answers
        self.tells_blocks = real.tells_blocks
        self.blocking: set[str] | Exception = set()
        self.asked_for_blocks: list[list[str]] = []
        self.below: list[FoundPost] = []
        self.pages: list[SearchPage | Exception] = []
        self.requests: list[tuple[SearchRequest, str]] = []

    def search(self, request: SearchRequest, cursor: str, credentials: Credentials, now: int) -> SearchPage:
        self.requests.append((request, cursor))
        answer = self.pages.pop(0) if self.pages else SearchPage([], cursor)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def answers(self, post: FoundPost, credentials: Credentials) -> list[FoundPost]:
        return self.below

    def blocked_by(self, people: Sequence[str], credentials: Credentials) -> set[str]:
        self.asked_for_blocks.append([*people])
        if isinstance(self.blocking, Exception):
            raise self.blocking
        return self.blocking

    def fact(self, post: FoundPost) -> Fact:
        return self.real.fact(post)


@contextmanager
def fake_searcher(name: str) -> Iterator[FakeSearcher]:
    """Put a fake in the place of a channel's searcher until the block ends: channels outlive a test."""
    channel = channels.get(name)
    real = channel.searcher
    assert real is not None
    fake = FakeSearcher(real)
    channel.searcher = fake  # type: ignore[assignment]
    try:
        yield fake
    finally:
        channel.searcher = real
