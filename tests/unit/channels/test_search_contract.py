"""Contract of every channel that searches, and the cursor and queries that they share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import channels
from channels._search_cursor import MOST_PAGES, OVERLAP, Found, SearchCursor, combined, next_page, quoted, requests
from channels.base import Credentials
from conversations.facts import Author, Kind, Visibility
from outreach.found_posts import FoundPost
from outreach.searches import Query

NOW = 1_790_000_000_000
SEARCHERS = [channel for channel in map(channels.get, channels.names()) if channel.searcher]
OURS = Credentials("1", options={"base_url": "https://nord.example", "handle": "nordlicht"})


def post(number: int, at: int = NOW) -> FoundPost:
    return FoundPost("x", "", str(number), str(number), f"https://x.com/a/status/{number}", at, author=Author("7"))


@pytest.mark.parametrize("channel", SEARCHERS, ids=lambda channel: channel.name)
def test_found_post_becomes_a_public_message_of_its_author(channel: channels.Channel) -> None:
    assert channel.searcher
    found = post(17)
    fact = channel.searcher.fact(found)
    assert (fact.kind, fact.visibility, fact.own) == (Kind.MESSAGE, Visibility.PUBLIC, False)
    assert (fact.message_id, fact.thread_id, fact.at, fact.author.id) == ("17", "17", NOW, "7")
    assert fact.permalink == found.url


@pytest.mark.parametrize("channel", SEARCHERS, ids=lambda channel: channel.name)
def test_searcher_runs_at_most_once_a_minute_and_knows_no_foreign_address(channel: channels.Channel) -> None:
    assert channel.searcher and channel.searcher.seconds >= 60 and channel.searcher.page_size > 0
    for url in ("", "https://evil.example/a/status/17", "javascript:alert(1)", "https://[::1", "//"):
        assert channel.searcher.own_post_id(url, OURS) is None
    assert channel.searcher.compose_url(post(17), "Hallo").startswith("https://")


def test_pass_goes_through_all_requests_and_begins_again_before_its_newest_post() -> None:
    at = SearchCursor.of("", 1)
    first = next_page(at, Found([post(1, NOW - 5)], "more"), steps=2, now=NOW)
    second = next_page(SearchCursor.of(first.cursor, 1), Found([]), steps=2, now=NOW)
    third = next_page(SearchCursor.of(second.cursor, 1), Found([post(2, NOW - 9)]), steps=2, now=NOW)
    assert (first.more, second.more, third.more) == (True, True, False)
    after = SearchCursor.of(third.cursor, 1)
    assert (after.since, after.step, after.page, after.from_time) == (NOW - 5, 0, "", NOW - 5 - OVERLAP)


def test_request_with_more_pages_than_are_read_is_a_gap() -> None:
    at = SearchCursor(1, pages=MOST_PAGES - 1, page="last")
    page = next_page(at, Found([post(1)], "onward"), steps=1, now=NOW)
    assert (page.has_gap, page.more) == (True, False)


def test_pass_ends_at_posts_that_were_known() -> None:
    old = NOW - 2 * OVERLAP
    page = next_page(SearchCursor(NOW), Found([post(1, old)], "more", old), steps=1, now=NOW)
    assert (list(page.posts), page.more, page.has_gap) == ([], False, False)


def test_post_of_the_future_does_not_hide_those_of_the_present() -> None:
    page = next_page(SearchCursor(1), Found([post(1, NOW + 10**9)]), steps=1, now=NOW)
    assert SearchCursor.of(page.cursor, 1).since == NOW


@given(st.text(max_size=50))
def test_cursor_that_is_not_ours_is_the_first_time(text: str) -> None:
    assert SearchCursor.of(text, 5) == SearchCursor(5)


def test_alternatives_are_requests_where_a_platform_knows_no_or() -> None:
    query = Query(all=("suche",), any=("Headset", "kabellose Kopfhörer"))
    assert requests(query) == [("suche", "Headset"), ("suche", "kabellose Kopfhörer")]
    assert requests(Query(all=("suche",))) == [("suche",)]


@given(st.lists(st.text("ab ", min_size=1, max_size=20).filter(str.strip), max_size=30))
def test_joined_terms_keep_the_limit_and_lose_none(terms: list[str]) -> None:
    texts = combined(terms, longest=60)
    assert all(len(text) <= 60 for text in texts)
    assert " OR ".join(texts) == " OR ".join(map(quoted, terms))
