"""The language in which a message is written, if that can be told.

A library would be too much here: langdetect is unmaintained and has no wheel, lingua is 100 MB where the artifact may
have 3, and all that is asked is German, English or neither.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from classification import tokens, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

LANGUAGES = ("de", "en")
UMLAUTS = frozenset("äöüßÄÖÜẞ")
FOREIGN = frozenset("ğışçñåøœæãõłżźśćńęąěščřžýůțșőű")
"""Letters of neighbours that have umlauts, too, or look much like English."""
ENOUGH = 2
"""Different words that speak for a language."""
CLEARLY = 3
"""The factor by which one language must have more words than the other."""


def language_of(text: str | None) -> str | None:
    """``de``, ``en``, or None when the text is too short, mixed, or in neither."""
    return language_of_words(text, tokens.words(text)) if text else None


def language_of_words(text: str, found: Iterable[str]) -> str | None:
    """Return the language of a text of which the words are known, as ``language_of``."""
    if not FOREIGN.isdisjoint(text.lower()):
        return None
    words = set(found)
    votes = {language: len(words & _function_words(language)) for language in LANGUAGES}
    votes["de"] += not UMLAUTS.isdisjoint(text)
    loser, winner = sorted(LANGUAGES, key=votes.__getitem__)
    is_clear = votes[winner] >= ENOUGH and votes[winner] >= CLEARLY * votes[loser]
    return winner if is_clear else None


@cache
def _function_words(language: str) -> frozenset[str]:
    return vocabulary.of_language(language, "function")
