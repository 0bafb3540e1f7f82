"""Rules that classify the answer to a follow-up.

A text is cut into clauses, at punctuation and at words such as *aber* and *but*. In each, the words of the vocabulary
are signals, and a negation turns the nearest one around. What says how things stand outweighs *yes* and *no*, and these
outweigh what only sounds glad or sad. Bad news stays until a later clause says that something changed. What was before,
what may come and what is asked does not count.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from classification import tokens, vocabulary
from classification.clauses import BROKEN, KINDS, NOTHING, WORKS, Part, parts

if TYPE_CHECKING:
    from collections.abc import Sequence


class Meaning(StrEnum):
    """The meaning of an answer: the problem is solved, it is not, or something else."""

    SOLVED = "solved"
    STILL_BROKEN = "still_broken"
    OTHER = "other"


SOLVED_REACTIONS = frozenset({"like", "love", "care", "👍", "❤", "♥", "🎉", "😍", "🥰"})
BROKEN_REACTIONS = frozenset({"sad", "angry", "👎", "😡", "😠", "😢", "😭", "🤬"})


def meaning(text: str | None, reaction: str | None = None) -> Meaning:
    """Return the meaning of an answer; the reaction (an emoji or its name) decides if the text does not."""
    verdict = _verdict(_parts(text)) if text else Meaning.OTHER
    return verdict if verdict != Meaning.OTHER else _of_reaction(reaction)


def _of_reaction(reaction: str | None) -> Meaning:
    name = "".join(tokens.words(reaction)) if reaction else ""
    if name in SOLVED_REACTIONS:
        return Meaning.SOLVED
    return Meaning.STILL_BROKEN if name in BROKEN_REACTIONS else Meaning.OTHER


def _parts(text: str) -> list[Part]:
    known = vocabulary.of(*KINDS)
    return [part for clause in tokens.clauses(text) for part in parts(clause, known.find(clause.words))]


def _verdict(clauses: Sequence[Part]) -> Meaning:
    if any(part.is_ironic for part in clauses):
        return Meaning.STILL_BROKEN
    value = _state(clauses)
    if value == NOTHING and not any(part.is_undecided for part in clauses):
        value = _answer(clauses) or _tone(clauses)
    if value == NOTHING:
        return Meaning.OTHER
    return Meaning.SOLVED if value > 0 else Meaning.STILL_BROKEN


def _state(clauses: Sequence[Part]) -> int:
    """Return the state of the problem by the clauses that state it: bad news stays until one reports a change."""
    state = NOTHING
    for part in clauses:
        is_news = part.sign == BROKEN or part.is_turn or state == NOTHING
        if abs(part.sign) == WORKS and is_news:
            state = part.sign
    # "Läuft, aber jetzt …": what follows is not understood, and will hardly be good news.
    if state == WORKS and any(before.sign > 0 and after.is_unread_turn for before, after in pairwise(clauses)):
        return BROKEN
    return state


def _answer(clauses: Sequence[Part]) -> int:
    """Yes or no, if the text begins with it."""
    return clauses[0].answer if clauses else NOTHING


def _tone(clauses: Sequence[Part]) -> int:
    """Return the tone, glad or sad: one sad word outweighs many polite ones."""
    return min((part.sign for part in clauses if part.sign), default=NOTHING)
