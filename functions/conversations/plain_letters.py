"""Folding of texts for the search: without case and accents, with letters and digits as everybody can type them; pure.

What is searched and what is asked are folded by the same function, so that each form of a word finds the other.
"""

from __future__ import annotations

import unicodedata

from conversations.normalization import LONGEST, beginning

_LETTERS = str.maketrans(
    "øłƚıđðɖɗħŋŧƭƒǥɠɣɨĸƙɓƀɔɵəǝɛɲʉʊʋƴɏƶɍɉⱥȼɇⱦ",
    "olliddddhnttfgggikkbbooeeenuuvyyzrjacet",
) | str.maketrans({"æ": "ae", "œ": "oe", "þ": "th", "ς": "σ", "’": "'", "‘": "'", "ʼ": "'"})  # noqa: RUF001
"""Letters that Unicode does not take apart into a plain one and a mark, in lower case, as they are typed without them.
"""


def folded(text: str) -> str:
    """A text without case and accents."""
    text = text[:LONGEST]
    if text.isascii():
        return text.lower()
    plain = "".join(map(_plain, beginning("NFKD", text.casefold()).casefold()))
    return plain.translate(_LETTERS)[:LONGEST]


def traced(text: str) -> tuple[str, list[int]]:
    """A text folded, and for each of its characters from which one of the original it comes."""
    pieces = [folded(char) for char in text[:LONGEST]]
    return "".join(pieces), [place for place, piece in enumerate(pieces) for _ in piece]


def _plain(char: str) -> str:
    """A character without what is put on it; a digit of any script as one from 0 to 9."""
    if char.isascii():
        return char
    if unicodedata.combining(char):
        return ""
    digit = unicodedata.decimal(char, None)
    return char if digit is None else str(digit)
