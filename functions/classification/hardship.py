"""Recognition of hardship: a customer who writes of a death, an illness or an accident, or who is a child.

No machine asks these customers whether everything works; a person does. So a device that died, a sick price and a
child's tablet must not count: a pattern of ``words/*.json`` names who it happened to, and between the two stands no
other subject, no thing, and no denial.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from classification import patterns, tokens, vocabulary

if TYPE_CHECKING:
    from classification.tokens import Clause

LONGEST = 400
"""Words of a clause that are looked at."""
MARK = "-"
"""Stands behind a word that a pattern must not pass; no word has one of its own."""
BETWEEN = r"(?:[^ -]+ ){0,10}?"
"""Words that may stand between two places of a pattern."""
ADULT = 18
YOUNGEST = 5
"""Years; who is younger does not write."""
SHORT_FORMS = {
    re.compile(r"\bi'm\b"): "i am",
    re.compile(r"\bi've\b"): "i have",
    re.compile(r"\bi'll\b"): "i will",
}
NO_AGE = re.compile(r"\d+\s?[/:]\s?\d+|\d+[.,]\d+")
"""A share, a time of day, or a decimal fraction."""
NUMBER = re.compile(r"\d{1,2}")
AGE = "0age0"
"""Stands for a number that can be the age of a child."""


class Hardship(StrEnum):
    """The hardship that a message tells of; the value is the reason of a plan."""

    BEREAVEMENT = "bereavement"
    ILLNESS = "illness"
    ACCIDENT = "accident"
    MINOR = "minor"


def hardship(text: str | None) -> Hardship | None:
    """Return the hardship that a customer's message tells of, the gravest first; None for any other message."""
    if not text:
        return None
    clauses = tokens.clauses(_prepared(text))
    return next((kind for kind in Hardship if any(_tells(clause, kind) for clause in clauses)), None)


def _prepared(text: str) -> str:
    plain = text[: tokens.LONGEST].translate(tokens.APOSTROPHES).lower()
    for short, long in SHORT_FORMS.items():
        plain = short.sub(long, plain)
    return _point_before("ranked").sub(" # ", _point_before("dated").sub(r"\1 ", NO_AGE.sub(" # ", plain)))


@cache
def _point_before(kind: str) -> re.Pattern[str]:
    """Return the expression for a number and a point before a word of a kind: of a date, or of a place in a row."""
    following = "|".join(re.escape(entry).replace(re.escape("*"), r"\w*") for entry in vocabulary.entries(kind))
    return re.compile(rf"(\d+)\.(?=\s*(?:{following})\b)")


def _tells(clause: Clause, kind: Hardship) -> bool:
    words = [_with_age(word) for word in clause.words[:LONGEST]]
    if kind == Hardship.BEREAVEMENT and set(words) & patterns.words("fiction"):
        return False
    padded = "".join(
        f"{word}{MARK if is_barrier else ''} " for word, is_barrier in zip(words, _barriers(words), strict=True)
    )
    matches = patterns.compiled(str(kind), BETWEEN, f"{MARK}?").finditer(padded)
    return any(_is_meant(padded[: match.start()].replace(MARK, "").split()) for match in matches)


def _with_age(word: str) -> str:
    """Return the word, or a mark for a number that can be the age of a child."""
    if NUMBER.fullmatch(word) and YOUNGEST <= int(word) < ADULT:
        return AGE
    return word


def _barriers(words: list[str]) -> list[bool]:
    """Return of each word whether a pattern must not pass it; those of a phrase such as *on the way* may be passed."""
    barriers = [any(patterns.is_of(word, kind) for kind in ("barrier", "thing")) for word in words]
    for place, (word, following) in enumerate(pairwise(words)):
        if patterns.is_of(word, "preposition") and patterns.is_of(following, "article"):
            barriers[place + 1 : place + 3] = [False] * len(barriers[place + 1 : place + 3])
    return barriers


def _is_meant(before: list[str]) -> bool:
    """Return whether nothing before a pattern denies it, makes it a condition, or says it of a thing or a stranger."""
    if any(patterns.is_of(word, "condition") for word in before):
        return False
    return not any(patterns.is_of(word, kind) for word in before[-2:] for kind in ("denial", "thing", "stranger"))
