"""Content that a message refers to: it is stored, shown, kept by edits, and gone when the message is."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from console.views import conversations as views
from conversations.facts import Attachment, Author, Fact, Kind, Visibility
from conversations.identity import Identity, position
from conversations.message_context import Place, Quote, Referral
from conversations.message_fold import messages_of
from storage import mapping
from storage.received_facts import LARGEST_TEXT, fitting

CHAT = Identity("telegram", "demo", Visibility.PRIVATE, "7001", team="service")
JANA = Author("7001", "Jana")
QUOTE = Quote("Ihr Vertrag endet am 1. März", "Nordlicht")
AD = Referral("ad", "Glasfaser 500", "Für 29 Euro", "https://shop.example/a", "https://shop.example/a.jpg")
HARBOUR = Place(54.32, -0.0, "Hafen", "Am Kai 1")
CONTEXT: dict[str, Any] = {
    "forwarded": True,
    "forwarded_from": "Olga",
    "quoted": QUOTE,
    "referral": AD,
    "place": HARBOUR,
}


def said(text: str | None = "Stimmt das?", at: int = 1_000, kind: Kind = Kind.MESSAGE, **fields: Any) -> Fact:
    given = {"author": JANA, "customer_id": JANA.id, "text": text} | fields
    return Fact(kind, CHAT.visibility, CHAT.thread_id, at, "7001:1", **given)


def shown(*facts: Fact) -> dict[str, Any]:
    (message,) = messages_of(CHAT, facts, [])
    return views.message(message, "en")


def test_message_context_is_stored_and_read() -> None:
    fact = said(**CONTEXT)
    assert mapping.fact_of(mapping.fact_item("telegram", "demo", fact, 1)) == fact


def test_a_place_on_the_equator_is_stored_with_its_coordinates() -> None:
    fact = said(place=Place(0.0, 0.0))
    assert mapping.fact_of(mapping.fact_item("telegram", "demo", fact, 1)).place == Place(0.0, 0.0)


def test_a_message_that_refers_to_nothing_is_stored_as_before() -> None:
    item = mapping.fact_item("telegram", "demo", said(), 1)
    assert not {"fw", "ff", "qu", "rf", "pl"} & item.keys()
    assert item["sk"] == "#0000000001000#mt2dluqgcmu6oo"


def test_the_api_shows_what_a_message_refers_to() -> None:
    told = shown(said(**CONTEXT))
    assert (told["forwarded"], told["forwarded_from"]) == (True, "Olga")
    assert told["quoted"] == {"text": "Ihr Vertrag endet am 1. März", "author": "Nordlicht"}
    assert told["referral"]["title"] == "Glasfaser 500"
    assert told["place"] == {"latitude": 54.32, "longitude": 0.0, "name": "Hafen", "address": "Am Kai 1"}


def test_the_api_leaves_out_what_is_not_there() -> None:
    assert not {"forwarded", "forwarded_from", "quoted", "referral", "place"} & shown(said()).keys()


def test_messages_that_differ_in_one_thing_have_different_places() -> None:
    facts = [said(), *(said(**{name: value}) for name, value in CONTEXT.items())]
    assert len({position(fact) for fact in facts}) == len(facts)


def test_an_edit_that_says_nothing_of_it_keeps_what_a_message_refers_to() -> None:
    edited = said("Stimmt das wirklich?", 2_000, Kind.EDITED)
    told = shown(said(**CONTEXT), edited)
    assert (told["text"], told["quoted"]["author"], told["place"]["name"]) == (edited.text, "Nordlicht", "Hafen")


def test_an_edit_that_tells_another_quote_replaces_it() -> None:
    edited = said("Und das?", 2_000, Kind.EDITED, quoted=Quote("am 2. April", "Nordlicht"))
    assert shown(said(**CONTEXT), edited)["quoted"]["text"] == "am 2. April"


@pytest.mark.invariant(2)
def test_a_message_that_is_told_twice_has_what_either_tells() -> None:
    told = shown(said(quoted=QUOTE), said(referral=AD))
    assert (told["quoted"]["author"], told["referral"]["kind"]) == ("Nordlicht", "ad")


def test_nothing_is_left_of_it_when_the_message_was_removed() -> None:
    told = shown(said(**CONTEXT), said(None, 3_000, Kind.REMOVED))
    assert told["deleted"]
    assert not {"forwarded", "forwarded_from", "quoted", "referral", "place"} & told.keys()


def test_a_message_of_which_nothing_came_is_marked() -> None:
    assert shown(said(None))["unsupported"]
    assert shown(said("  "))["unsupported"]


@pytest.mark.parametrize(
    "content",
    [
        {"text": "da"},
        {"quoted": QUOTE},
        {"referral": AD},
        {"place": HARBOUR},
        {"rating": "3"},
        {"attachments": (Attachment("image", "https://files.example/1.jpg"),)},
        {"is_open": True},
    ],
    ids=lambda content: next(iter(content)),
)
def test_a_message_with_anything_in_it_is_not_marked(content: dict[str, Any]) -> None:
    assert not shown(replace(said(None), **content))["unsupported"]


def test_a_text_that_comes_later_takes_the_mark_away() -> None:
    assert not shown(said(None), said("Stimmt das?", author=Author()))["unsupported"]


def test_a_quote_too_large_for_an_item_is_kept_in_quarantine() -> None:
    assert isinstance(fitting(said(quoted=Quote("x" * 1000))), Fact)
    assert not isinstance(fitting(said(quoted=Quote("x" * LARGEST_TEXT))), Fact)
