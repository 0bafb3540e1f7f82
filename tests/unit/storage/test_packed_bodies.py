"""Packed bodies of heads: read always, written where the operator said so, and short enough for one unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from conversations.actions import Action, State, Verb
from conversations.conversation import Conversation
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.fold import fold
from conversations.identity import Identity
from conversations.promise import Doer, Outcome, Promise
from conversations.send_options import Way
from storage import mapping, packed_bodies
from storage.attribute_values import encode
from tests.performance.meter import size

AGENT = Author("5f0e1d2c-3b4a-5968-7786-95a4b3c2d1e0", "Alex Beispiel")
WORDS = (
    "Guten Tag Frau Beispiel, vor einer Woche haben wir Ihren Anschluss neu eingerichtet und den Router getauscht. "
    "Läuft die Verbindung seitdem ohne Abbrüche, auch abends? Falls nicht, genügt eine kurze Antwort an dieser Stelle."
)
STORED = "Q01jyBaA3OmdmQsyDXdGrq0FAA=="


@given(st.text(st.characters(codec="utf-8")))
def test_text_that_was_packed_is_the_same_when_it_is_unpacked(text: str) -> None:
    assert packed_bodies.unpacked(packed_bodies.packed(text)) == text


def test_half_a_surrogate_pair_is_stored_as_any_text_stores_it() -> None:
    assert packed_bodies.unpacked(packed_bodies.packed("a\ud83d")) == "a?"


def test_body_that_was_packed_once_can_be_read_for_good() -> None:
    """Another list of words would make what is stored unreadable."""
    assert packed_bodies.unpacked(STORED) == '{"inbound":1,"customer":["7","Kim"],"follow_up":{"version":"17"}}'


@pytest.fixture
def packing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACK_HEADS", "true")


def test_heads_are_stored_as_json_unless_the_operator_said_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACK_HEADS", "false")
    assert all("b" in item and "z" not in item for item in (mapping.head_item(head, 1) for head in _life()))


@pytest.mark.usefixtures("packing")
def test_head_of_half_a_kilobyte_stays_readable_json() -> None:
    small = replace(_life()[0], follow_up=None, assignee=None, tags=(), title="")
    assert "b" in mapping.head_item(small, 1)


@pytest.mark.usefixtures("packing")
def test_packed_head_is_the_head_that_was_written() -> None:
    for head in _life():
        assert mapping.head_of(mapping.head_item(head, 1)) == head


@pytest.mark.usefixtures("packing")
def test_head_with_a_question_of_two_hundred_characters_takes_one_unit_until_it_is_closed() -> None:
    """With a preview of other words, names, tags, a title and what was missed."""
    heads = _life()
    assert len(WORDS) > 200
    assert [size(encode(mapping.head_item(head, 1_830_598_454))) <= 1024 for head in heads] == [True] * 3


def _life() -> list[Conversation]:
    """Return the heads of a conversation whose follow-up is made, asked, and closed without an answer."""
    who = Identity("facebook", "demo", Visibility.PRIVATE, "104200000000001:7000000000000001", team="service")
    at = 1_796_034_854_351
    fact = Fact(
        Kind.MESSAGE,
        Visibility.PRIVATE,
        who.thread_id,
        at,
        "m_3bafbf08882a2d10133093a1b8433f50563b93c14acd05b79028eb1d12799027241450980651994501423a66c2",
        author=Author("7000000000000001", "Kim Beispiel"),
        text="Hallo, das Internet ist seit Tagen immer wieder weg, und niemand geht ans Telefon. Was nun?",
        customer_id="7000000000000001",
    )
    promise = Promise(
        at + 604_800_000,
        WORDS,
        doer=Doer.PERSON,
        wished=at + 604_900_000,
        latest=at + 604_700_000,
        reason="person_must_write",
        customer="7000000000000001",
    )
    made = Action("1796038453981hesn4t7ol5ey2", at + 1, Verb.PROMISE, AGENT, heard=1, upto=at, promise=promise)
    asked = Action(
        "1796643254356naw5tlt5khohe",
        at + 604_800_001,
        Verb.ASK,
        AGENT,
        heard=1,
        upto=at,
        text=WORDS,
        answers=made.id,
        way=Way.PRIVATE_MESSAGE,
        state=State.SENT,
    )
    judged = Action(
        "1798630453770j6roejfno4ff2",
        at + 2 * 604_800_001,
        Verb.JUDGE,
        Author("nachfrage", None),
        heard=1,
        upto=at,
        answers=made.id,
        outcome=Outcome.NO_ANSWER,
    )
    heads = [fold(who, [fact], actions) for actions in ([made], [made, asked], [made, asked, judged])]
    more = {"assignee": AGENT, "tags": ("Internet", "Störung"), "title": "Verbindung bricht ab"}
    return [replace(head, **more) for head in heads if head is not None]
