"""Praise in public: found in words that recommend, and in nothing else."""

from __future__ import annotations

import pytest

from classification import praises


@pytest.mark.parametrize(
    "text",
    [
        "Die Kopfhörer sind der Hammer, kann ich jedem empfehlen!",
        "Bin total begeistert vom neuen Router.",
        "Der Service war großartig, alles lief sofort.",
        "Danke für den tollen Support, ihr seid spitze",
        "I love these headphones, they are amazing.",
        "Highly recommend this shop to everyone.",
        "I can't recommend them enough!",
        "Great support, solved within minutes. Thank you!",
    ],
)
def test_words_that_recommend_are_praise(text: str) -> None:
    assert praises(text)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "Danke!",
        "Vielen Dank für die schnelle Antwort",
        "Thanks, I will try that",
        "Super.",
        "Könnt ihr mir was Tolles empfehlen?",
        "Bin nicht begeistert vom neuen Router.",
        "Toller Service, aber das WLAN geht immer noch nicht.",
        "Ganz toll, schon wieder kaputt!",
        "Great, broken again after two days.",
        "The best one would be if you answered",
        "I don't love it",
        "Mein WLAN bricht jeden Abend ab.",
        "> I love these headphones, they are amazing.\nWhere do I find the manual",
    ],
)
def test_thanks_questions_complaints_and_irony_are_no_praise(text: str | None) -> None:
    assert not praises(text)


def test_long_text_is_read_in_little_time() -> None:
    assert not praises("Warum geht das so lange? " * 20_000)
