"""Names that a machine may publish: people's, and nothing that is more than a name."""

# ruff: noqa: RUF001 - letters that look like others are what this is about
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application import safe_names


@pytest.mark.parametrize(
    "name",
    [
        *("Mira", "Mira Öztürk", "Jean-Luc d'Arc", "O’Neil", "J. R. Meier", "Meier, Jana", "Dr. Ada Beispiel", "samc"),
        *(
            "nordlicht_77",
            "max1987",
            "Nguyễn Thị Ánh",
            "Zoë",
            "Łukasz",
            "Вера Образцова",
            "Ελένη",
            "山田太郎",
            "田中 花子",
        ),
        *("김하늘", "محمد علي", "דנה כהן", "अनीता शर्मा", "สมชาย ใจดี", "எழில்", "X", "A" * 40),
    ],
)
def test_a_persons_name_goes_out_as_it_is(name: str) -> None:
    assert safe_names.published(name) == name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        *((" Mira ", "Mira"), ("Mira  Beispiel", "Mira Beispiel"), ("Mira\u00a0Beispiel", "Mira Beispiel")),
        *(("𝓜𝓲𝓻𝓪", "Mira"), ("Ｍｉｒａ", "Mira"), ("Zoe\u0308", "Zoë"), ("ﬁona", "fiona")),
    ],
)
def test_a_name_goes_out_in_plain_letters(name: str, shown: str) -> None:
    assert safe_names.published(name) == shown


@pytest.mark.parametrize("name", [None, "", " ", "\n", ".", "-", "_", "7", "A" * 41, "ﷺ" * 20_000, "x" * 10**7])
def test_text_that_is_no_name_is_not_published(name: str | None) -> None:
    assert safe_names.published(name) is None


@given(st.text())
def test_published_name_is_unchanged(name: str) -> None:
    shown = safe_names.published(name)
    assert shown is None or (
        safe_names.published(shown) == shown and len(shown) <= safe_names.LONGEST and shown.isprintable()
    )
