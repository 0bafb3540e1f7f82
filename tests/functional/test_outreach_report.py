"""The report of active dialogue: what became of what searches found, by search and channel."""

from __future__ import annotations

from typing import Any

import pytest

from console import sizes
from outreach.searches import Query, Search, Source
from storage import outreach_figures, searches
from tests.functional.console_api import Console, now
from tests.support.stack import Stack

Json = dict[str, Any]
WEEK = 7 * 86_400_000
NOTHING = {"wrong_topic": 0, "too_old": 0, "not_an_ask": 0, "tactless": 0, "competitor": 0, "spam": 0}


def search(name: str, team: str = "service") -> None:
    query, sources = Query(any=("headphones",)), (Source("mastodon", "support"),)
    searches.create(Search(name, f"Search {name}", team, query, sources, created_at=now()))


def count(name: str, channel: str, at: int = 0, **figures: int) -> None:
    for what, amount in figures.items():
        outreach_figures.count(name, channel, what.replace("dismissed_", "dismissed:"), at or now(), amount)


def report(console: Console, **query: str) -> Json:
    answer = console.get("/reports/outreach", query)
    assert answer.status == 200, answer.body
    return answer.body


def test_report_says_by_search_and_channel_what_became_of_posts(stack: Stack, console: Console) -> None:
    search("a")
    search("b")
    count("a", "mastodon", found=40, proposed=6, offered=3, posted=3, answered=2, thanked=1, refused=1)
    count("a", "mastodon", dismissed_not_an_ask=1, dismissed_too_old=2)
    count("a", "x", found=9, cost=45_000)
    count("b", "feed", found=2, blocked=1)
    shown = report(console)
    by_place = {(row["search"]["name"], row["channel"]): row for row in shown["rows"]}
    assert list(by_place) == [("Search a", "mastodon"), ("Search a", "x"), ("Search b", "feed")]
    first = by_place["Search a", "mastodon"]
    assert (first["found"], first["proposed"], first["offered"], first["posted"]) == (40, 6, 3, 3)
    assert (first["answered"], first["thanked"], first["refused"], first["blocked"]) == (2, 1, 1, 0)
    assert first["dismissed"] == NOTHING | {"not_an_ask": 1, "too_old": 2}
    assert (first["precision"], first["cost"]) == (0.75, 0)
    assert (by_place["Search a", "x"]["cost"], by_place["Search a", "x"]["precision"]) == (0.045, None)
    assert first["search"] == {"id": "a", "name": "Search a", "team": "service", "paused": False}
    totals = shown["totals"]
    assert (totals["found"], totals["cost"], totals["precision"], totals["blocked"]) == (51, 0.045, 0.75, 1)


def test_report_of_many_searches_comes_whole_in_pages(
    stack: Stack, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        search(f"s{number}")
        count(f"s{number}", "mastodon", found=number + 1)
    whole = report(console)["rows"]
    monkeypatch.setattr(sizes, "LARGEST", 1500)
    found, pages, cursor = [], 0, None
    while pages == 0 or cursor:
        answer = report(console, **({"cursor": cursor} if cursor else {}))
        found, cursor, pages = found + answer["rows"], answer["cursor"], pages + 1
    assert found == whole
    assert (len(whole), pages > 1) == (12, True)


def test_weeks_outside_of_the_period_are_left_out(stack: Stack, console: Console) -> None:
    search("a")
    count("a", "mastodon", at=now() - 30 * WEEK, found=5)
    count("a", "mastodon", found=7)
    assert report(console)["totals"]["found"] == 7
    answer = console.get("/reports/outreach", {"from": "2026-W40", "to": "2026-W10"})
    assert (answer.status, answer.body["error"]) == (422, "period")


def test_searches_of_other_teams_and_of_closed_ones_are_left_out(
    stack: Stack, console: Console, admin: Console
) -> None:
    search("a")
    count("a", "mastodon", found=5)
    assert report(console, team="service")["totals"]["found"] == 5
    assert admin.post("/teams", {"name": "sales", "label": "Sales"}).status == 201
    assert report(console, team="sales")["rows"] == []
    assert admin.put("/teams/service", {"members": ["kim"], "members_only": True}).status == 200
    assert report(console)["rows"] == []


def test_report_of_a_team_that_is_not_there_is_refused(stack: Stack, console: Console) -> None:
    answer = console.get("/reports/outreach", {"team": "nope"})
    assert (answer.status, answer.body["error"]) == (404, "no_team")


def test_report_without_searches_is_empty(stack: Stack, console: Console) -> None:
    shown = report(console)
    assert (shown["rows"], shown["totals"]["found"], shown["totals"]["precision"]) == ([], 0, None)


@pytest.mark.parametrize("query", [{"team": ""}, {"from": "now"}, {"colour": "red"}])
def test_malformed_question_is_refused(stack: Stack, console: Console, query: dict[str, str]) -> None:
    assert console.get("/reports/outreach", query).status == 400
