"""Attacks by texts that grow, or take long, when they are brought into a plain form."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

import classification
from channels import _text
from classification import tokens
from console.bodies.collaboration import tag_name
from conversations import normalization, plain_letters, routing_rules, text_search
from tests.support.timing import assert_linear

FUNCTIONS = Path(__file__).parents[2] / "functions"
LIGATURE = "\ufdfa"
"""One character that becomes eighteen."""
PARTS = {
    "ligature": LIGATURE,
    "letters": "ab ",
    "umlauts": "\u00e4",
    "capital that grows": "\u0390",
    "squared word": "\u3356",
    "mark": "\u0301",
    "sharp s": "\u1e9e",
    "emoji": "\U0001f468\u200d\U0001f469",
    "questions": "?!",
    "links": "https://a.b ",
    "links in one": "https://a.b",
    "apostrophes": "a'b-",
    "commas": ", ",
}
READERS: dict[str, Callable[[str], object]] = {
    "normalised": tokens.normalised,
    "clauses": tokens.clauses,
    "declines": classification.declines,
    "language_of": classification.language_of,
    "is_angry": classification.is_angry,
    "words of a rule": routing_rules._words,
    "folded": plain_letters.folded,
    "traced": plain_letters.traced,
    "snippet": lambda text: text_search.Query.of("wlan router").snippet(text),
    "weighted": _text.weighted,
    "NFC": lambda text: normalization.beginning("NFC", text),
    "NFKC": lambda text: normalization.beginning("NFKC", text),
    "NFKD": lambda text: normalization.beginning("NFKD", text),
}


@pytest.mark.parametrize("part", PARTS.values(), ids=list(PARTS))
@pytest.mark.parametrize("read", READERS.values(), ids=list(READERS))
def test_a_long_text_takes_its_length(read: Callable[[str], object], part: str) -> None:
    assert_linear(lambda size: part * (size // len(part)), read, 6_000)


@pytest.mark.parametrize("read", READERS.values(), ids=list(READERS))
def test_marks_that_have_to_be_sorted_take_their_number(read: Callable[[str], object]) -> None:
    """Marks above come before marks below, where Unicode wants them the other way round."""
    assert_linear(lambda size: "a" + "\u0301" * (size // 2) + "\u0323" * (size // 2), read, 8_000)


FORMS: tuple[Literal["NFC", "NFKC", "NFKD"], ...] = ("NFC", "NFKC", "NFKD")


@pytest.mark.parametrize("form", FORMS)
def test_normalised_text_is_no_longer_than_permitted(form: Literal["NFC", "NFKC", "NFKD"]) -> None:
    assert len(normalization.beginning(form, LIGATURE * 87_000)) <= normalization.LONGEST
    assert len(tokens.normalised(LIGATURE * 87_000)) <= normalization.LONGEST
    assert len(plain_letters.folded(LIGATURE * 87_000)) <= normalization.LONGEST


def test_a_tag_is_normalised_within_bounds() -> None:
    assert tag_name("Gru\u0308n") == "gr\u00fcn"


def test_nothing_else_calls_the_standard_library() -> None:
    callers = {
        path.relative_to(FUNCTIONS).as_posix()
        for path in FUNCTIONS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "unicodedata.normalize"
    }
    assert callers == {"conversations/normalization.py"}
