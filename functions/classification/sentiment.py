"""Recognition of anger: upset customers are not asked automatically."""

from __future__ import annotations

import re

from classification import tokens, vocabulary
from classification.negation import NEGATIONS
from classification.outcome_rules import Meaning, meaning

STARRED = re.compile(r"[a-zA-Z]\*{2,}|[@#$%&!]{4,}", re.ASCII)
"""A word that somebody would not write out."""
KINDS = ("insult", "calm", *sorted(NEGATIONS), "thanks")
LOUD_LETTERS, LOUD_WORDS = 10, 2
LOUD_SHARE = 0.7
"""Of the letters, in capitals: more than the names of devices."""
LOUD_ENDS = re.compile(r"[!?]{2}")


def is_angry(text: str | None) -> bool:
    """Return whether a message is upset: it insults, swears, threatens or shouts. A plain complaint is not anger."""
    if not text:
        return False
    if STARRED.search(text):
        return True
    found = [signal for clause in tokens.clauses(text) for signal in _signals(clause.words)]
    return "insult" in found or (_is_loud(text) and "thanks" not in found and meaning(text) != Meaning.SOLVED)


def _signals(words: tuple[str, ...]) -> list[str]:
    """The kinds of what stands in a clause, without the insults that the word before takes back."""
    found = vocabulary.of(*KINDS).find(words)
    denied = {signal.end for signal in found if signal.kind in NEGATIONS}
    return [signal.kind for signal in found if not (signal.kind == "insult" and _is_denied(signal.start, denied))]


def _is_denied(start: int, denied: set[int]) -> bool:
    return start in denied or start - 1 in denied


def _is_loud(text: str) -> bool:
    """Return whether most of the text is in capitals, with more than one exclamation or question mark."""
    letters = [char for char in text if char.isalpha()]
    shouted = sum(char.isupper() for char in letters)
    is_long = len(letters) >= LOUD_LETTERS and len(text.split()) >= LOUD_WORDS
    return is_long and shouted >= LOUD_SHARE * len(letters) and LOUD_ENDS.search(text) is not None
