"""Budgets of sources where each post that is read costs."""

from __future__ import annotations

import pytest

from application import search_sources
from outreach.searches import Source

PRICE = 5_000
DAY = 86_400_000


@pytest.mark.parametrize("cents", [10, 11, 50, 100, 1_000, 100_000])
@pytest.mark.parametrize("share", [1, 0.5, 0.1])
def test_no_day_costs_more_than_its_budget_and_no_source_stops(cents: int, share: float) -> None:
    source = Source("x", "main", daily_budget=cents * 10_000)
    most = search_sources.most_read(source, PRICE)
    read = max(int(most * share), 1)
    at, asked = 0, list[int]()
    while at < 3 * DAY:
        asked.append(at)
        at += max(search_sources.pause_after(source, read, PRICE), 60_000)
    busiest = max(sum(begin <= each < begin + DAY for each in asked) for begin in asked)
    assert busiest * read * PRICE <= source.daily_budget
    assert busiest >= 1
    assert asked[-1] > DAY


def test_source_without_a_budget_of_its_own_has_the_usual_one() -> None:
    assert search_sources.most_read(Source("x", "main"), PRICE) == 20
    assert search_sources.pause_after(Source("x", "main"), 20, PRICE) == DAY * 100_000 // 900_000


def test_source_that_is_free_waits_for_nothing() -> None:
    assert search_sources.read_price(Source("mastodon", "support"), 1_795_100_000_000) == 0
    assert search_sources.pause_after(Source("mastodon", "support"), 100, 0) == 0
    assert search_sources.most_read(Source("mastodon", "support"), 0) == 0
