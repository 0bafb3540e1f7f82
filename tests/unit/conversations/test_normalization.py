"""Normal forms: Unicode's own wherever somebody writes, and in linear time where somebody piles up marks."""

from __future__ import annotations

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.normalization import HIGHEST, normalize
from tests.support.timing import assert_linear

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]
FORMS: tuple[Form, ...] = ("NFC", "NFD", "NFKC", "NFKD")
MARKS = "\u0301\u0323\u0344\u0f71\u0f72\u0f73\uff9e\U0001e944"
PIECES = [*"aé Zß漢", "\u1100\u1161\u11a8", "\ufdfa", "\u09c7\u09be", *MARKS]


@pytest.mark.parametrize("form", FORMS)
@given(text=st.lists(st.sampled_from(PIECES), max_size=HIGHEST).map("".join) | st.text())
def test_text_as_people_write_it_is_in_unicodes_own_form(form: Form, text: str) -> None:
    assert normalize(form, text) == unicodedata.normalize(form, text)


@pytest.mark.parametrize("form", FORMS)
@given(text=st.lists(st.sampled_from(PIECES), min_size=HIGHEST + 1).map("".join))
def test_long_text_between_piles_is_in_unicodes_own_form(form: Form, text: str) -> None:
    pile = "\u0301\u0323" * HIGHEST
    found = normalize(form, f"{text}. {pile} {text}")
    begins, ends = unicodedata.normalize(form, f"{text}. "), unicodedata.normalize(form, f" {text}")
    assert len(found) == len(normalize(form, f"{text}. ")) + len(pile) + len(normalize(form, f" {text}"))
    if not _has_pile(text):
        assert found.startswith(begins) and found.endswith(ends)


def _has_pile(text: str) -> bool:
    run = 0
    for char in unicodedata.normalize("NFKD", text):
        run = run + 1 if unicodedata.combining(char) else 0
        if run > HIGHEST:
            return True
    return False


@pytest.mark.parametrize("unit", ["\u0301\u0323", "\u0f73", "\u0f72\u0f71", "\uff9e\u0301", "\u0344\u0323"], ids=ascii)
@pytest.mark.parametrize("form", FORMS)
def test_marks_piled_on_one_letter_take_the_time_of_their_number(form: Form, unit: str) -> None:
    assert_linear(lambda size: "a" + unit * size, lambda text: normalize(form, text), 5000)
