"""Answer to an offer that nobody asked for: thanks, a no, or something else.

A no ends it for good, so more than an opt-out counts: no interest, spam, anger. A question, or a *no* that only
corrects what is looked for, is neither.
"""

from __future__ import annotations

from enum import StrEnum

from classification import phrases, tokens
from classification.opt_out import declines
from classification.sentiment import is_angry

LONGEST, MOST_WORDS = 2_000, 120
"""Characters and words of an answer that are read."""
BARE = frozenset({"no", "nope", "nah", "nein", "nee", "noe"})
"""Words that are a no where they are the whole answer."""


class Refusal(StrEnum):
    """Part that an answer plays for what may be sent afterwards."""

    THANKS = "thanks"
    NO = "no"
    OTHER = "other"


def refusal(text: str | None) -> Refusal:
    """Return whether an answer to an unasked offer is thanks, a no, or something else; never raises."""
    beginning = (text or "")[:LONGEST]
    words = tokens.words(beginning)[:MOST_WORDS]
    kinds = phrases.of("refuses", "thanked").kinds(words)
    if (
        "refuses" in kinds
        or declines(beginning)
        or is_angry(beginning)
        or words in {("no",), ("nein",), ("nope",), ("nee",), ("noe",), ("nah",)}
    ):
        return Refusal.NO
    return Refusal.THANKS if "thanked" in kinds and "?" not in beginning else Refusal.OTHER
