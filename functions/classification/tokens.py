"""A text as clauses of plain words, whatever it was typed with.

Capitals, spelled-out umlauts, letters of other alphabets that look alike, and what cannot be seen make no difference.
"""

from __future__ import annotations

import re
import unicodedata

from msgspec import Struct

from conversations.normalization import beginning

DIAERESIS = "\u0308"
"""Half of an umlaut. All other combining marks are dropped before anything sorts them: thousands would take long."""
LONGEST = 16_384
"""Characters of a text that are read: what somebody means stands at its beginning."""
INVISIBLE = frozenset({"Cf", "Mn", "Me", "Mc", "Cc", "Cs", "Sk"})
APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u2018\u02bc\u00b4\u0060\u2032", "'"))
LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "o"} | dict(zip("аеорсхуіјѕһԁοαι", "aeopcxyijshdoai", strict=True))  # noqa: RUF001
)
"""Umlauts as they are spelled without them, and the Cyrillic and Greek letters that look like Latin ones."""
ADDRESS = re.compile(r"https?://\S+|www\.\S+")
THAT = re.compile(r",\s?(?=dass\b)")
"""*Ich glaube nicht, dass es geht* is one statement, though German writes a comma."""
PIECE = re.compile(r"<3|[:=;]'?-?\((?!\w)|[^\W_]+(?:['\-][^\W_]+)*|\n|[^\w\s]")
ENDS = frozenset('.!?,;:\n()[]"„“”«»–—|/-')  # noqa: RUF001
SAD = ":("


PERHAPS_HIDDEN = re.compile("[^\n\r\t !-\\]_a-~\u00c0-\u024f]")
"""Characters that have to be looked at: all but ASCII and the letters of Europe, in which texts mostly are."""
PERHAPS_MARKS = re.compile("[^\0-\u02ff]")
"""Characters of which some are combining marks; there are none before. (As a range to the last character there is, it
would take three milliseconds to compile.)"""
PLAIN_ASCII = {
    code: None for code in range(128) if unicodedata.category(chr(code)) in INVISIBLE and chr(code) not in "\n\r\t"
}
PLAIN_ASCII |= {ord("`"): "'"}
"""Changes that ``normalised`` makes to ASCII, where it takes a tenth of the time."""


class Clause(Struct, frozen=True):
    """The text between two punctuation marks: its words, and whether it ends as a question."""

    words: tuple[str, ...]
    asks: bool = False


def clauses(text: str) -> list[Clause]:
    """The clauses of a text, in order, none of them empty."""
    found: list[Clause] = []
    words: list[str] = []
    for match in PIECE.finditer(THAT.sub(" ", ADDRESS.sub(" ", normalised(text)))):
        piece = match[0]
        if piece not in ENDS:
            words.append(SAD if piece.endswith("(") else piece.replace("'", "").replace("-", ""))
        elif words:
            found.append(Clause(tuple(words), piece == "?"))
            words = []
        elif piece == "?" and found:
            found[-1] = Clause(found[-1].words, asks=True)
    return [*found, Clause(tuple(words))] if words else found


def words(text: str) -> tuple[str, ...]:
    """All words of a text, without its punctuation."""
    return tuple(word for clause in clauses(text) for word in clause.words)


def normalised(text: str) -> str:
    """The text in small plain letters, without what cannot be seen."""
    if text.isascii():
        return text[:LONGEST].translate(PLAIN_ASCII).lower()
    visible = PERHAPS_HIDDEN.sub(_if_visible, text[:LONGEST].translate(APOSTROPHES))
    plain = beginning("NFKC", visible).casefold().translate(LETTERS)
    bare = beginning("NFKD", plain)
    return bare if bare.isascii() else PERHAPS_MARKS.sub(_if_no_mark, bare)


def _if_visible(match: re.Match[str]) -> str:
    char = match[0]
    return char if char == DIAERESIS or unicodedata.category(char) not in INVISIBLE else ""


def _if_no_mark(match: re.Match[str]) -> str:
    return "" if unicodedata.combining(match[0]) else match[0]
