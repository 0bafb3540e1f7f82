"""The words that carry meaning, out of ``words/*.json``, ready to be looked up.

Both languages are one vocabulary: a short answer seldom tells its language, and many mix them. In the files ``*`` at
the end of a word stands for any ending.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from classification import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FOLDER = Path(__file__).resolve().parent / "words"
FILES = ("de", "en", "asks_de", "asks_en", "signs")
LONGEST_WORD = 32
"""Letters; what is longer is no word, and looking for its stem or its typing error would cost time."""
TYPO_LETTERS = 7
"""Words this long may have one typing error; shorter ones become other words by it."""
ANY_ENDING = "*"
STRETCHED = re.compile(r"(.)\1{2,}")
STRETCHED_END = re.compile(r"([aeiou])\1+$")


class Found(Struct, frozen=True):
    """A phrase that stands in a clause: of which kind, and from which word to before which."""

    kind: str
    start: int
    end: int


class Vocabulary:
    """Phrases of several kinds, found in a sequence of words. The longest phrase wins."""

    def __init__(self, kinds: Sequence[str]) -> None:
        self._tree: dict[str, dict] = {}
        self._atoms: set[str] = set()
        for kind in kinds:
            for phrase in entries(kind):
                self._add(phrase, kind)
        self._typos = {typo: atom for atom in sorted(self._atoms) if _may_be_mistyped(atom) for typo in _shorter(atom)}

    def find(self, words: Sequence[str]) -> list[Found]:
        """All phrases in these words, from left to right, none overlapping."""
        readings = [self._readings(word) for word in words]
        signals: list[Found] = []
        at = 0
        while at < len(words):
            end, kind = self._longest(readings, at, self._tree)
            if kind:
                signals.append(Found(kind, at, end))
            at = max(end, at + 1)
        return signals

    def _longest(self, readings: list[list[str]], at: int, tree: dict[str, dict]) -> tuple[int, str]:
        best = (at, tree.get("", {}).get("kind", ""))
        if at == len(readings):
            return best
        further = [self._longest(readings, at + 1, tree[atom]) for atom in readings[at] if atom in tree]
        return max([best, *(each for each in further if each[1])], key=lambda each: each[0])

    def _add(self, phrase: str, kind: str) -> None:
        tree = self._tree
        for word in phrase.split():
            ending = ANY_ENDING if word.endswith(ANY_ENDING) else ""
            for atom in tokens.words(word.removesuffix(ANY_ENDING)):
                self._atoms.add(atom + ending)
                tree = tree.setdefault(atom + ending, {})
        tree.setdefault("", {}).setdefault("kind", kind)

    def _readings(self, word: str) -> list[str]:
        """Return the entries that a word may mean: itself, its stem, or itself without a typing error."""
        if len(word) > LONGEST_WORD:
            word = STRETCHED.sub(r"\1", word)[:LONGEST_WORD]
        for spelling in _spellings(word):
            known = [spelling] if spelling in self._atoms else []
            stems = (spelling[:end] + ANY_ENDING for end in range(len(spelling), 2, -1))
            known += [stem for stem in stems if stem in self._atoms]
            if known:
                return known
        return self._mistyped(word)

    def _mistyped(self, word: str) -> list[str]:
        if len(word) < TYPO_LETTERS:
            return []
        meant = (self._typos.get(typo) for typo in _shorter(word))
        return [atom for atom in meant if atom and atom[0] == word[0]][:1]


def _spellings(word: str) -> Iterator[str]:
    """The word, then without what was stretched: ``suuuper``, ``tollll``, ``jaa``."""
    yield word
    if STRETCHED.search(word):
        yield STRETCHED.sub(r"\1\1", word)
        yield STRETCHED.sub(r"\1", word)
    if STRETCHED_END.search(word):
        yield STRETCHED_END.sub(r"\1", word)


def _may_be_mistyped(atom: str) -> bool:
    return len(atom) >= TYPO_LETTERS and not atom.endswith(ANY_ENDING)


def _shorter(word: str) -> Iterator[str]:
    """The word, and the word without each one letter: two words one typing error apart have one of these in common."""
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


@cache
def of(*kinds: str) -> Vocabulary:
    """The vocabulary of these kinds, made once."""
    return Vocabulary(kinds)


def entries(kind: str) -> list[str]:
    """The phrases of one kind as the files have them; raises ``KeyError`` for one that no file has."""
    found = [phrase for name in FILES for phrase in _file(name).get(kind, ())]
    if not found:
        raise KeyError(kind)
    return found


def of_language(language: str, kind: str) -> frozenset[str]:
    """The words of one kind in one language, in plain letters."""
    return frozenset(word for phrase in _file(language)[kind] for word in tokens.words(phrase))


@cache
def _file(name: str) -> dict[str, list[str]]:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
