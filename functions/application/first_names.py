"""The first name in a name that may go out, where that can be told; else the whole name.

Nobody says which part of a name is which. So only a name of two or three words in Latin letters, none of which is a
title or the sign of a company, is taken apart, and one with a comma, before which the surname stands.
"""

from __future__ import annotations

import unicodedata

from application.safe_names import published
from classification import vocabulary

_MOST_WORDS = 3


def first_name(name: str | None) -> str | None:
    """Return the first name of a person as it may go out, or the whole name; None for a name that may not."""
    shown = published(name)
    if shown is None:
        return None
    surname, comma, rest = shown.partition(",")
    words = (rest if comma else shown).split()
    others = surname.split() if comma else words[1:]
    is_told = bool(words and others) and len(words) + len(others) * bool(comma) <= _MOST_WORDS
    if not is_told or any(_is_no_name(word) for word in (*words, *others[:1])):
        return shown
    return words[0]


def _is_no_name(word: str) -> bool:
    """Return whether a word is none of a first name and a surname, as far as its form tells."""
    is_latin = all(unicodedata.name(letter, "").startswith("LATIN") for letter in word if letter.isalpha())
    letters = word.replace("-", "").replace("'", "")
    is_name = letters.isalpha() and len(letters) > 1 and word[0].isupper() and not letters.isupper()
    return not (is_latin and is_name) or word.casefold().strip(".") in vocabulary.entries("no_first_name")
