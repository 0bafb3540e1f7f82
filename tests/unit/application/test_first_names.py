"""First names: told only where a name has the form of a person's in Latin letters; else the whole name."""

from __future__ import annotations

import pytest

from application.first_names import first_name


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Jana Vogt", "Jana"),
        ("Jean-Pierre Martin", "Jean-Pierre"),
        ("Anna Maria Vogt", "Anna"),
        ("Vogt, Jana", "Jana"),
        ("Zoë Brontë", "Zoë"),
        ("Jana", "Jana"),
        ("Dr. Jana Vogt", "Dr. Jana Vogt"),
        ("Frau Vogt", "Frau Vogt"),
        ("Nordlicht GmbH", "Nordlicht GmbH"),
        ("Hotel Seeblick", "Hotel Seeblick"),
        ("Ludwig van Beethoven", "Ludwig van Beethoven"),
        ("J. Vogt", "J. Vogt"),
        ("VOGT Jana", "VOGT Jana"),
        ("jana vogt", "jana vogt"),
        ("jana_1999", "jana_1999"),
        ("王小明", "王小明"),
        ("Анна Петрова", "Анна Петрова"),
        ("One Two Three Four", "One Two Three Four"),
        ("Vogt,", "Vogt,"),
        ("see www.evil.example now", None),
        ("", None),
        (None, None),
    ],
)
def test_first_name_is_told_only_where_the_form_of_the_name_tells_it(name: str | None, first: str | None) -> None:
    assert first_name(name) == first
