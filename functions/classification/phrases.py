"""Patterns of ``words/*.json`` of several kinds, found in a row of words by the first word of each pattern.

One expression of all patterns would be tried at every word. By the first three letters of a word, most are ruled out.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from classification import patterns, vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BETWEEN = r"(?:\S+ ){0,6}?"
"""Words that ``~`` stands for."""
FIRST_LETTERS = 3


class Phrases(Struct, frozen=True):
    """The expressions of some kinds, by the beginning of the first word."""

    by_beginning: Mapping[str, Sequence[tuple[str, re.Pattern[str]]]]

    def kinds(self, words: Sequence[str]) -> frozenset[str]:
        """Return the kinds of which some pattern stands in the words; no word may contain a blank."""
        padded = "".join(f"{word} " for word in words)
        found: set[str] = set()
        start = 0
        for word in words:
            for kind, expression in self.by_beginning.get(word[:FIRST_LETTERS], ()):
                if kind not in found and expression.match(padded, start):
                    found.add(kind)
            start += len(word) + 1
        return frozenset(found)


@cache
def of(*kinds: str) -> Phrases:
    """Return the patterns of these kinds, compiled once."""
    rows: dict[str, dict[str, list[str]]] = {}
    for kind in kinds:
        for entry in vocabulary.entries(kind):
            places = entry.split()
            first = places[1] if places[0] == patterns.BEGINNING else places[0]
            for beginning in sorted({word[:FIRST_LETTERS] for word in patterns.choices(first)}):
                rows.setdefault(beginning, {}).setdefault(kind, []).append(patterns.expression(entry, BETWEEN))
    return Phrases(
        {
            beginning: [(kind, re.compile("|".join(written))) for kind, written in by_kind.items()]
            for beginning, by_kind in rows.items()
        }
    )
