"""Saved searches over HTTP: a stranger asks on the market square, and is proposed; a trial says so before."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from application import searching
from aws import secrets
from channels.base import Reason
from conversations.facts import Author
from infra.square.platforms.google.platform import Google
from infra.square.platforms.mastodon.platform import Mastodon
from outreach.posting import posted
from outreach.proposals import Offer, Outcome, Status, write_offer
from outreach.searches import Query, Search, Source
from storage import connections, customers, outreach_figures, proposals, searches
from tests.functional.console_api import Console
from tests.support.square_platform import SquarePlatform
from tests.support.stack import Stack

SECTION = Mastodon.invented(lambda: "an-invented-token")
MASTODON = Source("mastodon", "support")
QUERY = Query(all=("Kopfhörer",), any=("Sport", "Laufen"))
ASK = "Kann mir jemand Kopfhörer für den Sport empfehlen?"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SquarePlatform]:
    """The square with Mastodon."""
    platform = SquarePlatform(tmp_path_factory.mktemp("square"), "mastodon", SECTION)
    yield platform
    platform.close()


@pytest.fixture
def square(running: SquarePlatform, stack: Stack) -> SquarePlatform:
    """The square without posts, connected to the stack."""
    running.reset()
    secrets.put("mastodon", "support", Mastodon.connection(SECTION, running.url))
    options = {"base_url": running.home}
    connections.put_connection("mastodon", "support", SECTION["account_id"], "Nordlicht", options=options)
    return running


def now() -> int:
    return time.time_ns() // 1_000_000


def say(square: SquarePlatform, author: str, text: str) -> dict[str, Any]:
    return square.control("/mastodon/say", author={"name": author}, text=text, trait="public")


def run(kind: str) -> int:
    return searching.run("s1", kind, now, lambda: 60_000)


def test_stranger_who_asks_is_proposed_once_and_a_limit_is_waited_for(square: SquarePlatform) -> None:
    searches.create(Search("s1", "Sport", "service", QUERY, (MASTODON,), languages=("de",)))
    said = say(square, "Runa", ASK)
    say(square, "Ole", "Heute Sport gemacht, und neue Kopfhörer gekauft.")
    assert (run("mastodon"), run("mastodon")) == (1, 0)
    (proposal,) = proposals.page("service", Status.NEW, 10, now()).proposals
    assert (proposal.post.id, proposal.post.connection) == (said["message_id"], "support")
    square.fault("search", error={"code": 429, "headers": {"Retry-After": "120"}})
    run("mastodon")
    cursor = searches.cursor("s1", MASTODON)
    assert (cursor.problem, 110_000 < cursor.not_before - now() <= 120_000) == (str(Reason.RATE), True)


def test_stranger_who_blocks_us_after_an_offer_is_never_asked_again(square: SquarePlatform) -> None:
    searches.create(Search("s1", "Sport", "service", QUERY, (MASTODON,), languages=("de",)))
    said = say(square, "Runa", ASK)
    run("mastodon")
    (proposal,) = proposals.page("service", Status.NEW, 10, now()).proposals
    offered = write_offer(proposal, Offer("Unsere sitzen fest.", Author("kim", "Kim"), now(), by_hand=True))
    proposals.change(proposal, offered, now())
    proposals.change(offered, posted(offered, "https://nord.example/@us/9", now()), now())
    square.do("block", author={"id": said["author_id"]})
    for hours in (5, 10):
        searching.run("s1", "mastodon", lambda later=hours: now() + later * 3_600_000, lambda: 60_000)
    stored = proposals.read(proposal.id)
    assert stored
    assert stored.outcomes == (Outcome.BLOCKED,)
    assert customers.read("mastodon", "support", said["author_id"]).declined_at
    assert outreach_figures.totals("s1").get("blocked") == 1


def test_entry_of_a_forum_is_proposed_from_its_feed(square: SquarePlatform) -> None:
    searches.create(Search("s1", "Sport", "service", QUERY, (Source(feed=f"{square.url}/_square/feed.xml"),)))
    assert run("feed") == 0
    square.control("/feed", title="Welche Kopfhörer?", text=ASK, author="Runa")
    assert run("feed") == 1


def test_trial_says_what_a_search_finds_and_stores_nothing(square: SquarePlatform, lambda_context: object) -> None:
    lead = Console(lambda_context, {"cognito:groups": "lead", "sub": "kim", "name": "Kim"})
    say(square, "Runa", ASK)
    say(square, "Ole", "Heute Sport gemacht, und neue Kopfhörer gekauft.")
    say(square, "Mina", "Ich habe heute gelesen.")
    sources = [
        {"channel": "mastodon", "connection": "support"},
        {"feed": f"{square.url}/_square/feed.xml"},
        {"feed": f"{square.url}/_square/nothing.xml"},
    ]
    query = {"all": ["Kopfhörer"], "any": ["Sport", "Laufen"]}
    answer = lead.post("/searches/try", {"query": query, "sources": sources})
    assert answer.status == 200
    body = answer.body
    assert (body["found"], body["complete"], body["cost"], body["cost_per_day"]) == (2, False, 0, 0)
    assert [(each["post"]["author"]["name"], each["intent"], each["proposed"]) for each in body["examples"]] == [
        ("Ole", "talk", False),
        ("Runa", "asks_advice", True),
    ]
    assert [(each["found"], each["problem"]) for each in body["sources"]] == [(2, None), (0, None), (0, "gone")]
    assert proposals.page("service", Status.NEW, 10, now()).proposals == []
    assert searches.every() == []


def test_stranger_below_a_video_is_proposed_and_a_search_without_videos_says_so(
    stack: Stack, tmp_path: Path, lambda_context: object
) -> None:
    section = Google.invented(lambda: "an-invented-secret")
    square = SquarePlatform(tmp_path, "google", section)
    try:
        made = Google.youtube(section, square.url)
        secrets.put("google", "tube", made)
        connections.put_connection("google", "tube", made["account_id"], "Nordlicht", options=made["options"])
        video = {"video": "dQw4w9WgXcQ"}
        square.control("/google/say", author={"name": "Runa"}, text=ASK, trait="public", traits=video)
        lead = Console(lambda_context, {"cognito:groups": "lead", "sub": "kim", "name": "Kim"})
        body = {"query": {"all": ["Kopfhörer"]}, "sources": [{"channel": "google", "connection": "tube"}]}
        assert lead.post("/searches/try", body).body["sources"][0]["problem"] == "bad"
        body["sources"][0]["places"] = ["https://youtu.be/dQw4w9WgXcQ"]
        tried = lead.post("/searches/try", body).body
        assert [(each["post"]["text"], each["proposed"]) for each in tried["examples"]] == [(ASK, True)]
        quiet = {"quiet_from": 0, "quiet_until": 0}  # the clock of this test is the real one
        made = lead.post("/searches", body | {"name": "Film", "team": "service", "limits": quiet})
        assert made.status == 200, made
        assert searching.run(made.body["id"], "google", now, lambda: 60_000) == 1
        (item,) = lead.get("/proposals").body["items"]
        assert (item["post"]["channel"], item["permitted"]["state"]) == ("google", "allowed")
        assert item["post"]["url"].startswith("https://www.youtube.com/watch?v=dQw4w9WgXcQ&lc=")
        told = lead.post(f"/proposals/{item['id']}/offer", {"text": "Nordlicht hier: Ohrbügel halten am besten."})
        assert (told.status, told.body["offer"]["approval"]) == (200, "waiting")
    finally:
        square.close()
