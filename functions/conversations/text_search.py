"""Search in a text: whether and where it contains the terms; pure.

Case and accents do not count, a word is found by its beginning, words in quotes side by side. Scripts that put
no spaces between words are searched anywhere.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from conversations.normalization import LONGEST, beginning

LONGEST_QUERY = 200
MOST_TERMS = 10
SNIPPET = 160
"""Characters of a snippet, about."""
_BEFORE = 50
"""Characters of a snippet before what was found, at most."""
_TERM = re.compile(r'"([^"]*)"?|(\S+)')
_SPACELESS = (
    ("\u0e00", "\u0eff"),
    ("\u1000", "\u109f"),
    ("\u1780", "\u17ff"),
    ("\u2e80", "\ua4cf"),
    ("\uf900", "\ufaff"),
)
"""Thai, Lao, Burmese, Khmer, Chinese and Japanese."""
_ASTRAL = "\uffff"
Ranges = list[list[int]]


@dataclass(frozen=True)
class Query:
    """Terms of a search, each of which must be found."""

    terms: tuple[str, ...]
    """Folded."""

    @classmethod
    def of(cls, text: str) -> Query:
        """The query somebody typed; without terms if there is nothing in it to look for."""
        found = [_words(quoted or word) for quoted, word in _TERM.findall(text[:LONGEST_QUERY])]
        return cls(tuple(dict.fromkeys(term for term in found if term))[:MOST_TERMS])

    def found_in(self, text: str) -> frozenset[int]:
        """Return which terms, by their places, stand in a text."""
        if not text:
            return frozenset()
        there = folded(text)
        return frozenset(place for place, pattern in enumerate(self._patterns) if pattern.search(there))

    @property
    def all(self) -> frozenset[int]:
        """The places of all terms."""
        return frozenset(range(len(self.terms)))

    def snippet(self, text: str) -> tuple[str, Ranges]:
        """The part of a text around the first of what was found, and where that stands in it.

        Ranges are begin and end in UTF-16 units, as browsers count.
        """
        whole = " ".join(text.split())
        spots = self._spots(whole)
        begin = _begin(whole, spots[0][0] if spots else 0)
        end = _end(whole, begin + SNIPPET)
        shown = f"{'…' if begin else ''}{whole[begin:end]}{'…' if end < len(whole) else ''}"
        shift = 1 if begin else 0
        inside = [
            (first - begin + shift, last - begin + shift) for first, last in spots if begin <= first < last <= end
        ]
        return shown, [[_units(shown[:first]), _units(shown[:last])] for first, last in inside]

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(map(_pattern, self.terms))

    def _spots(self, text: str) -> list[tuple[int, int]]:
        """Return where terms stand in a text, in its own characters, in order and without overlaps."""
        there, origin = _traced(text)
        found = sorted(match.span() for pattern in self._patterns for match in pattern.finditer(there))
        spots: list[tuple[int, int]] = []
        for first, last in found:
            spot = (origin[first], origin[last - 1] + 1)
            if not spots or spot[0] >= spots[-1][1]:
                spots.append(spot)
        return spots


def folded(text: str) -> str:
    """A text without case and accents."""
    text = text[:LONGEST]
    if text.isascii():
        return text.lower()
    return "".join(char for char in beginning("NFKD", text.casefold()) if not unicodedata.combining(char))


def _traced(text: str) -> tuple[str, list[int]]:
    """A text folded, and for each of its characters from which one of the original it comes."""
    pieces = [folded(char) for char in text[:LONGEST]]
    return "".join(pieces), [place for place, piece in enumerate(pieces) for _ in piece]


def _words(text: str) -> str:
    """A term: folded, single spaces, without the punctuation around it."""
    term = " ".join(folded(text).split())
    bare = re.sub(r"^[\W_]+|[\W_]+$", "", term)
    return bare or term


def _pattern(term: str) -> re.Pattern[str]:
    words = r"\s+".join(map(re.escape, term.split(" ")))
    begins = term[0].isalnum() and not any(first <= term[0] <= last for first, last in _SPACELESS)
    return re.compile(rf"(?<![^\W_]){words}" if begins else words)


def _begin(text: str, first: int) -> int:
    """Return where a snippet begins whose first find stands at ``first``: between two words, if there are any."""
    if first <= _BEFORE:
        return 0
    space = text.find(" ", first - _BEFORE, first)
    return space + 1 if space >= 0 else first


def _end(text: str, end: int) -> int:
    if end >= len(text):
        return len(text)
    space = text.rfind(" ", end - _BEFORE, end)
    return space if space > 0 else end


def _units(text: str) -> int:
    return len(text) + sum(char > _ASTRAL for char in text)
