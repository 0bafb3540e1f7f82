"""Contract of all channels: what is the same on several platforms is told in the same way, or a reason says why not."""

from __future__ import annotations

import random
from functools import cache

import pytest
from msgspec.structs import replace

import channels
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.identity import Identity
from conversations.message_fold import messages_of
from storage.arrivals import numbered
from tests.unit.channels.samples import samples

NAMES = channels.names()
TEXT = "the platform sends plain text, in which an address is written as it is"
NO_FORWARD = "the platform has no forwarding"
NO_ADS = "the platform says nothing of an advertisement or a product"
TOLD: dict[str, dict[str, str]] = {
    "link": {
        "facebook": TEXT,
        "instagram": TEXT,
        "threads": TEXT,
        "whatsapp": TEXT,
        "google": TEXT,
        "reddit": "its Markdown holds the address",
        "x": "the address stands in the place of its short form",
        "email": "tests of mails hold it",
    },
    "forwarded": {
        "facebook": "the platform does not mark what is forwarded",
        "instagram": "the platform does not mark what is forwarded",
        "x": NO_FORWARD,
        "mastodon": NO_FORWARD,
        "bluesky": NO_FORWARD,
        "threads": NO_FORWARD,
        "reddit": NO_FORWARD,
        "google": NO_FORWARD,
        "discourse": NO_FORWARD,
        "email": "tests of mails hold it",
    },
    "quoted": {
        "whatsapp": "an answer names the message",
        "facebook": "an answer names the message",
        "instagram": "an answer names the message",
        "threads": "a quote names the post",
        "reddit": "its Markdown holds the quotation",
        "google": "it has no quotations",
        "email": "what is quoted is folded away",
    },
    "referral": {
        "x": NO_ADS,
        "mastodon": NO_ADS,
        "bluesky": NO_ADS,
        "threads": NO_ADS,
        "reddit": NO_ADS,
        "google": NO_ADS,
        "discourse": NO_ADS,
        "email": NO_ADS,
    },
    "place": dict.fromkeys(
        ("x", "mastodon", "bluesky", "threads", "reddit", "google", "discourse", "email"),
        "the platform's messages hold no places",
    ),
}
"""By each thing that may be told of a message: the channels that do not tell it, each with the reason."""


@cache
def facts(name: str) -> tuple[Fact, ...]:
    receiver = channels.get(name).receiver
    found = (receiver.parse(each.request, each.credentials) for each in samples(name) if not each.malformed)
    return tuple(one for events in found for one in events if isinstance(one, Fact))


def tells(fact: Fact, thing: str) -> bool:
    return "(https://" in (fact.text or "") if thing == "link" else bool(getattr(fact, thing))


@pytest.mark.parametrize("thing", TOLD)
@pytest.mark.parametrize("name", NAMES)
def test_channel_tells_what_its_platform_has(name: str, thing: str) -> None:
    """A channel that has none of it in its samples must say why, and one that says so must have none."""
    is_told, is_excused = any(tells(fact, thing) for fact in facts(name)), name in TOLD[thing]
    assert is_told or is_excused, f'add a sample with a {thing}, or say in TOLD["{thing}"] why {name} has none'
    assert not (is_told and is_excused), f'a sample of {name} has a {thing}: remove {name} from TOLD["{thing}"]'


# -- five texts within one second -------------------------------------------------------------------------------------

WORDS = ("eins", "zwei", "drei", "vier", "fünf")
IDS = {
    "bluesky": [f"at://did:plc:m/app.bsky.feed.post/3m6aaaaaaaa{letter}a" for letter in "2357z"],
    "discourse": ["998", "999", "1000", "1001", "1002"],
    "mastodon": [f"1095{number}" for number in range(98, 103)],
    "reddit": ["t1_zzy", "t1_zzz", "t1_1000", "t1_1001", "t1_100a"],
    "telegram": [f"7001:{number}" for number in (8, 9, 10, 11, 100)],
    "x": [
        "2126860369916854332",
        "2126860369916854340",
        "2126860369916854901",
        "2126860370000000000",
        "3126860370000000000",
    ],
    "threads": ["17999", "18000", "18001", "18002", "118003"],
    "facebook": ["1_9", "1_10", "1_11", "1_12", "1_100"],
}
"""Ids as platforms give them one after the other, where they count up."""
UNORDERED = ("wamid.Q", "wamid.B", "wamid.Z", "wamid.A", "wamid.M")
FINE = {
    "instagram": "it tells milliseconds",
    "email": "the service that receives mails tells milliseconds",
    "google": "a list of answers has no order within a second, and nothing else tells one",
    "whatsapp": "its ids have no order: by arrival",
}
"""Channels of which ids tell no order, with what does."""


def said(channel: str, message_id: str, word: str, **more: object) -> Fact:
    author = Author("7001", "Jana")
    fact = Fact(Kind.MESSAGE, Visibility.PRIVATE, "7001", 1_790_000_000_000, message_id, author=author, text=word)
    return replace(fact, customer_id="7001", **more)  # type: ignore[arg-type]


def read(channel: str, told: list[Fact]) -> list[str | None]:
    who = Identity(channel, "demo", Visibility.PRIVATE, "7001")
    return [message.text for message in messages_of(who, random.Random(7).sample(told, len(told)), [])]


def test_each_channel_has_an_order_within_one_second() -> None:
    assert IDS.keys() | FINE.keys() == {*NAMES}, "put its ids into IDS, or into FINE what else tells the order"


@pytest.mark.invariant(2)
@pytest.mark.parametrize("name", IDS)
def test_texts_of_one_second_stand_in_the_order_of_their_ids(name: str) -> None:
    told = [said(name, message_id, word) for message_id, word in zip(IDS[name], WORDS, strict=True)]
    assert read(name, told) == [*WORDS]


@pytest.mark.parametrize("name", IDS)
def test_answers_among_the_texts_of_one_second_keep_their_places(name: str) -> None:
    parents = (None, IDS[name][0], None, IDS[name][1], None)
    told = [
        said(name, message_id, word, parent_id=parent)
        for message_id, word, parent in zip(IDS[name], WORDS, parents, strict=True)
    ]
    assert read(name, told) == [*WORDS]


@pytest.mark.parametrize("name", ["whatsapp", "mastodon"])
def test_texts_of_one_second_without_an_order_of_ids_stand_in_the_order_of_arrival(name: str) -> None:
    told = [
        said(name, message_id, word, by_arrival=True, parent_id="x" if word == "drei" else None)
        for message_id, word in zip(UNORDERED, WORDS, strict=True)
    ]
    assert read(name, [each for each in numbered(told, 1_790_000_000_500) if isinstance(each, Fact)]) == [*WORDS]


@pytest.mark.parametrize("name", NAMES)
def test_only_messages_without_another_order_are_ordered_by_arrival(name: str) -> None:
    messages = [fact for fact in facts(name) if fact.kind == Kind.MESSAGE and (name != "whatsapp" or not fact.own)]
    expected = {"whatsapp": messages, "mastodon": [each for each in messages if each.at % 1000 == 0]}
    assert [each for each in messages if each.by_arrival] == expected.get(name, [])
