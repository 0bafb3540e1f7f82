"""(j): costs of looking at a thousand posts of strangers within an hour, by one saved search.

``python -m tests.performance.thousand_posts RESULT``. The platform is no server but pages of posts; each of its answers
counts as ``search_costs.ANSWER_SECONDS``. Of a hundred posts, ``MIXTURE`` says how many are what.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path

from application import searching
from aws import secrets
from channels._search import SearchPage
from conversations.facts import Author
from outreach.found_posts import FoundPost
from outreach.searches import Query, Search, Source
from storage import connections, searches
from tests.performance.measured import MeasuredStack, stack
from tests.performance.search_costs import Looked
from tests.support.fake_searcher import fake_searcher

POSTS, HOUR = 1000, 3600
CONNECTION = "support"
RUN_LEFT = 60_000
MIXTURE = {
    "Can anyone recommend headphones for running?": 10,
    "My Telefunk headphones are broken again, the left side is silent.": 5,
    "I bought new headphones yesterday and walked home with them.": 15,
    "Yesterday we walked along the river, and it rained all day long. Tomorrow we will stay at home.": 70,
}
"""Texts of a hundred posts: open asks, a problem with us, talk that has the word, and what a platform found besides."""


def measure(endpoint: str) -> Looked:
    """Run a search as often as its clock does in an hour, and count what that asks for."""
    with stack(endpoint) as built, fake_searcher("mastodon") as searcher:
        _connect()
        built.begin()
        built.meter.take()
        began, proposals, runs, pages = time.process_time(), 0, 0, 0
        for batch in _batches(HOUR // searcher.seconds):
            searcher.pages = _pages(batch, searcher.page_size)
            runs, pages = runs + 1, pages + len(searcher.pages)
            proposals += searching.run("s1", "mastodon", _now, lambda: RUN_LEFT)
            _follow(built)
        tally, cpu = built.meter.take(), time.process_time() - began
    return Looked(runs, pages, proposals, tally.requests, tally.writes, tally.reads, cpu)


def _connect() -> None:
    """Connect a server, and save a search of it."""
    document = {
        "account_id": "us",
        "secrets": {"access_token": "good"},
        "options": {"base_url": "https://nord.example"},
    }
    secrets.put("mastodon", CONNECTION, document)
    connections.put_connection("mastodon", CONNECTION, "us", "Telefunk", options=document["options"])
    query = Query(all=("headphones",), none=("giveaway",))
    source = Source("mastodon", CONNECTION)
    searches.create(Search("s1", "Headphones", "service", query, (source,), brands=("Telefunk",)))


def _batches(runs: int) -> list[list[FoundPost]]:
    texts = [text for text, share in MIXTURE.items() for _ in range(share)]
    posts = [_post(number, texts[number * 37 % len(texts)]) for number in range(POSTS)]
    return [posts[begin::runs] for begin in range(runs)]


def _pages(posts: list[FoundPost], size: int) -> list[SearchPage | Exception]:
    begins = range(0, len(posts), size)
    return [SearchPage(posts[at : at + size], str(at), more=at + size < len(posts)) for at in begins]


def _post(number: int, text: str) -> FoundPost:
    url, author = f"https://nord.example/@a{number}/{number}", Author(str(number), f"Kim {number}", f"a{number}")
    return FoundPost("mastodon", "", str(number), str(number), url, _now() - 60_000, author=author, text=text)


def _follow(built: MeasuredStack) -> None:
    while built.dispatch():
        pass


def _now() -> int:
    return time.time_ns() // 1_000_000


def main(result: str) -> None:
    """Measure, and store what it cost."""
    Path(result).write_text(json.dumps(asdict(measure(os.environ["AWS_ENDPOINT_URL"]))))


if __name__ == "__main__":
    main(*sys.argv[1:])
