"""Posts on X that do not name us: the platform takes an answer from a person alone, which is said before they write."""

from __future__ import annotations

import time

import channels
from application import projection
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.identity import Identity
from outreach.found_posts import FoundPost
from storage import connections, keys, received_facts
from tests.functional.console_api import Console

NOW = time.time_ns() // 1_000_000
IDENTITY = Identity("x", "main", Visibility.PUBLIC, "20807613")
RUNA = Author("9", "Runa", "runa")


def begin(*facts: Fact, **options: str) -> str:
    """Have a conversation begin with what a search found; returns its path."""
    connections.put_connection("x", "main", "77", "Telefunk", "service", {"handle": "telefunk", **options})
    take_in(*facts)
    return f"/conversations/{keys.id_of(IDENTITY)}"


def take_in(*facts: Fact) -> None:
    received_facts.add("x", "main", list(facts), NOW)
    projection.take_in(IDENTITY, list(facts), NOW)


def post(*, mentions_us: bool = False) -> Fact:
    text, url = "My Telefunk headphones are broken!", "https://x.com/runa/status/20807613"
    found = FoundPost("x", "main", "20807613", "20807613", url, NOW - 60_000, RUNA, text, mentions_us=mentions_us)
    searcher = channels.searcher_of("x")
    assert searcher
    return searcher.fact(found)


def test_answer_to_a_post_that_does_not_name_us_is_possible_by_hand_alone(console: Console) -> None:
    path = begin(post())
    shown = console.get(path).body
    assert shown["routes"] == []
    assert (shown["by_hand"]["reason"], shown["by_hand"]["url"]) == (
        "x_self_serve",
        "https://x.com/intent/post?in_reply_to=20807613&text=",
    )
    assert shown["by_hand"]["why"].startswith("X lets programs answer only who named")
    refused = console.post(f"{path}/replies", {"text": "We are sorry.", "seen": shown["seen"]})
    assert (refused.status, refused.body["error"], refused.body["reason"]) == (422, "route_closed", "no_public")


def test_answer_leaves_from_here_once_the_person_names_us(console: Console) -> None:
    path = begin(post())
    said = Fact(Kind.MESSAGE, Visibility.PUBLIC, "20807613", NOW, "20807700", author=RUNA, text="@telefunk Hello?")
    take_in(said)
    shown = console.get(path).body
    assert ([each["way"] for each in shown["routes"]], "by_hand" in shown) == (["public_reply"], False)


def test_answer_to_a_post_that_names_us_leaves_from_here(console: Console) -> None:
    shown = console.get(begin(post(mentions_us=True))).body
    assert ([each["way"] for each in shown["routes"]], "by_hand" in shown) == (["public_reply"], False)


def test_answer_by_contract_leaves_from_here(console: Console) -> None:
    shown = console.get(begin(post(), access="enterprise")).body
    assert ([each["way"] for each in shown["routes"]], "by_hand" in shown) == (["public_reply"], False)
