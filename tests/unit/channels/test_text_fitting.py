"""Every platform counts in its own way, and what is too long for one is cut where nothing is torn apart."""

from __future__ import annotations

import contextlib
import json
import random
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import wcwidth
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from wcwidth import table_grapheme

import channels
from channels import _characters, _text
from channels.base import Situation
from conversations.facts import Visibility
from conversations.send_options import Route
from tests.support.timing import assert_linear

CASES = json.loads((Path(__file__).parent / "text_fitting.json").read_text(encoding="utf-8"))
NOW = 1_790_000_000_000


# -- lengths ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES["weighted"], ids=lambda case: ascii(case["text"]))
def test_weighted_length_is_the_platforms(case: dict[str, Any]) -> None:
    assert _text.weighted(case["text"]) == case["length"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://nord.com/weg.", ["https://nord.com/weg"]),
        ("https://nord.com:8080/weg?a=b!", ["https://nord.com:8080/weg?a=b"]),
        ("HTTPS://NORD.COM", ["HTTPS://NORD.COM"]),
        ("https://nord.com/ÄÖ/привет", ["https://nord.com/ÄÖ/привет"]),
        ("https://nord.com/a(b)c)", ["https://nord.com/a(b)c"]),
        ("https://nord.com/a((b)c)", ["https://nord.com/a((b)c)"]),
        ("https://xn--nrd-sna.com", ["https://xn--nrd-sna.com"]),
        ("https://пример.рф", ["https://пример.рф"]),
        ("beispiel.рф", ["beispiel.рф"]),
        ("a_b.nord.com", ["b.nord.com"]),
        ("a_b.com", []),
        ("-nord.com", []),
        ("#nord.com $nord.com /nord.com", []),
        ("ftp://nord.com", []),
        ("https://nord.nirgends", []),
        ("https://t.co/abcDE12?x=y", ["https://t.co/abcDE12?x=y"]),
        ("https://t.co/" + "a" * 41, []),
        ("https://nord.com/" + "a" * 4080, []),
        ("https://" + "ü" * 60 + ".com", []),
        ("nord.comこれはsued.deです", ["nord.com", "sued.de"]),
        ("http://nord.com/これはsued.deです", ["http://nord.com/", "sued.de"]),
        ("https://twitter.vermögensberatung", ["https://twitter.vermögensberatung"]),
    ],
)
def test_addresses_are_those_the_platform_links(text: str, found: list[str]) -> None:
    text = unicodedata.normalize("NFC", text)
    assert [text[start:end] for start, end in _text.addresses(text)] == found


def test_units_of_other_platforms() -> None:
    family = "👨‍👩‍👧"
    assert (len(family), _text.utf16(family), _text.octets(family), _text.graphemes(family)) == (5, 8, 18, 1)
    assert (_text.utf16("\ud800"), _text.octets("ü")) == (1, 2)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("\r\n\n", 2),
        ("e\u0301\u0323x", 2),
        ("🇩🇪🇫🇷🇦", 3),
        ("각각", 2),
        ("\u1100\u1161\u11a8", 1),
        ("क्षि", 1),
        ("\u0600a", 1),
        ("\u0301", 1),
        ("a\u200db", 2),
        ("👩🏽\u200d🚀", 1),
        ("நி", 1),
        ("\u0e01\u0e33", 1),
    ],
)
def test_grapheme_clusters(text: str, count: int) -> None:
    assert _text.graphemes(text) == count
    assert "".join(_text.clusters(text)) == text


def members(*tables: Any) -> list[int]:
    """The first and last of each range; and in the middle."""
    return [one for table in tables for low, high in table for one in {low, high, (low + high) // 2}]


ALPHABET = [
    members(getattr(table_grapheme, name))
    for name in dir(table_grapheme)
    if name.startswith("GRAPHEME_") or name in ("EXTENDED_PICTOGRAPHIC", "INCB_CONSONANT")
]
ALPHABET += [[0x0A, 0x0D, 0x20, 0x61, 0x200C, 0x200D, 0x200D]]
LINKERS = set(members(table_grapheme.INCB_LINKER))


def test_clusters_are_those_of_a_kept_library() -> None:
    """Our own tables are as small as they can be; the library says when Unicode has changed.

    Left out are linkers without a consonant before them, which the library joins to what follows and Unicode does not.
    """
    chance = random.Random(7)
    for _ in range(20_000):
        letters = [chance.choice(chance.choice(ALPHABET)) for _ in range(chance.randint(1, 9))]
        text = "".join(map(chr, [each for each in letters if each not in LINKERS]))
        assert _text.clusters(text) == list(wcwidth.iter_graphemes(text)), ascii(text)


def test_conjuncts_are_those_of_a_kept_library() -> None:
    chance = random.Random(8)
    marks = {one for low, high in table_grapheme.GRAPHEME_EXTEND for one in range(low, high + 1)}
    consonants, linkers = members(table_grapheme.INCB_CONSONANT), sorted(LINKERS & marks)
    for _ in range(3000):
        text = chr(chance.choice(consonants))
        for _ in range(chance.randint(1, 4)):
            text += "".join(chr(chance.choice(linkers)) for _ in range(chance.randint(0, 2)))
            text += chr(chance.choice(consonants))
        assert _text.clusters(text) == list(wcwidth.iter_graphemes(text)), ascii(text)


def test_table_is_as_new_as_the_library() -> None:
    def inside(ranges: str) -> set[int]:
        found: set[int] = set()
        for each in ranges.split():
            low, _, high = each.partition("-")
            found.update(range(int(low, 16), int(high or low, 16) + 1))
        return found

    def told(table: Any) -> set[int]:
        return {one for low, high in table for one in range(low, high + 1)}

    assert inside(_characters.EXTEND) == told(table_grapheme.GRAPHEME_EXTEND)
    assert inside(_characters.SPACING) == told(table_grapheme.GRAPHEME_SPACINGMARK)
    assert inside(_characters.CONTROL) == told(table_grapheme.GRAPHEME_CONTROL) | {0x0A, 0x0D}
    assert inside(_characters.PREPEND) == told(table_grapheme.GRAPHEME_PREPEND)
    assert inside(_characters.PICTOGRAPH) == told(table_grapheme.EXTENDED_PICTOGRAPHIC)
    assert inside(_characters.CONSONANT) == told(table_grapheme.INCB_CONSONANT)
    marks = told(table_grapheme.GRAPHEME_EXTEND)
    assert inside(_characters.LINKER) == told(table_grapheme.INCB_LINKER) & marks


# -- cutting ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES["split"], ids=lambda case: ascii(case["text"]))
def test_text_is_cut_where_people_would(case: dict[str, Any]) -> None:
    assert _text.split(case["text"], case["limit"], len) == case["parts"]


@pytest.mark.parametrize("case", CASES["unsplittable"], ids=lambda case: ascii(case["text"]))
def test_text_that_cannot_be_cut_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="cannot_split"):
        _text.split(case["text"], case["limit"], len)


def routes() -> list[tuple[str, Route]]:
    """Every way of every channel that is there."""
    found: list[tuple[str, Route]] = []
    for name in channels.names():
        for visibility in Visibility:
            around = Situation(visibility, NOW, "4711", options={"access": "enterprise"})
            found += [(name, route) for route in channels.get(name).sender.send_options(around, NOW)]
    return found


WAYS = routes()
WORDS = st.one_of(
    st.sampled_from(
        [
            "Strom", "Grüße", "Störung.", "z. B.", "Fertig!", "nord.com", "https://nord.com/weg?a=b", "@nordlicht",
            "@nord@social.example", "#Wartung", "👨‍👩‍👧", "🇩🇪", "€", "…", "日本語の文です。", "\n", "\n\n",
            "\n- ", "1.", "क्षि", "\u0301",
        ]
    ),
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12),
)  # fmt: skip
TEXTS = st.lists(WORDS, min_size=1, max_size=60).map(" ".join)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(WAYS), TEXTS, st.integers(20, 90))
def test_no_part_is_too_long_for_any_platform(way: tuple[str, Route], text: str, limit: int) -> None:
    """By the platform's own count; nothing is lost but blanks at the cuts, nothing is torn, nothing comes twice."""
    name, route = way
    channel = channels.get(name)

    def measure(part: str) -> int:
        return channel.sender.measure(part, route.way)

    limit = min(limit, route.limit)
    try:
        parts = _text.split(text, limit, measure)
    except ValueError:
        assume(False)
        return
    assert all(measure(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
    if len(parts) > 1:  # a blank with a mark of its own, such as an accent, is no blank
        ends = [(_text.clusters(part)[0], _text.clusters(part)[-1]) for part in parts]
        assert not any(first.isspace() or last.isspace() for first, last in ends)
    edges = {0}
    for cluster in _text.clusters(text):
        edges.add(max(edges) + len(cluster))
    wholes = [each.span() for each in re.finditer(r"https://nord\.com/weg\?a=b|@nordlicht|@nord@social\.example", text)]
    at = 0
    for part in parts:
        start = text.index(part, at)
        at = start + len(part)
        assert start in edges and at in edges
        assert not any(low < cut < high for low, high in wholes for cut in (start, at))


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(2, 30))
def test_words_that_fit_stay_whole(text: str, limit: int) -> None:
    try:
        parts = _text.split(text, limit, len)
    except ValueError:
        assume(False)
        return
    plain = [word for word in re.findall(r"(?<!\S)[A-Za-zäöüß]+(?!\S)", text) if len(word) <= limit]
    kept = [word for part in parts for word in part.split()]
    assert all(word in kept for word in plain)


def _cut(text: str) -> None:
    with contextlib.suppress(ValueError):
        _text.split(text, 280, _text.weighted)


@pytest.mark.parametrize("work", [_text.weighted, _text.graphemes, _cut], ids=["weighted", "graphemes", "split"])
@pytest.mark.parametrize(
    "piece",
    ["a", ".", "a.", "(", "http://", "a.com/(", "@", "😀\u200d", "\u0301", "क्", "ᄀ", "-.com", "一", "a ", "#a"],
    ids=ascii,
)
def test_counting_and_cutting_take_linear_time_for_any_text(piece: str, work: Callable[[str], object]) -> None:
    assert_linear(lambda length: piece * (length // len(piece)), work, 5_000)
