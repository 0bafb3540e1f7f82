"""Patterns of words in ``words/*.json``, for what depends on the order of words.

A pattern is a row of places, with a blank between. ``|`` stands between words to choose from, ``@`` before the name of
a list of words, ``*`` behind a word's beginning, ``^`` for the beginning of the clause and ``$`` for its end. ``~``
stands for some words of any kind, ``~@`` for some of a list, and ``!`` before words that must not follow.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from classification import tokens, vocabulary

ANY_ENDING = "*"
SOME, NOT, LIST, BEGINNING, END = "~", "!", "@", "^", "$"
LONGEST = 32
"""Letters of a word's beginning that are looked at."""
MOST_LISTED = 5
"""Words of a list that ``~@`` stands for at most."""


@cache
def words(kind: str) -> frozenset[str]:
    """The words of a kind, in plain letters; a phrase has a blank between its words."""
    return frozenset(_plain(entry) for entry in vocabulary.entries(kind))


@cache
def compiled(kind: str, between: str = r"(?:\S+ ){0,4}?", after: str = "") -> re.Pattern[str]:
    """The patterns of a kind as one expression for words with a blank behind each.

    ``between`` is the expression for ``~``, and ``after`` that for a mark which may stand behind any word.
    """
    written = vocabulary.entries(kind)
    rows = (expression(entry, between, after) for entry in written)
    return re.compile(rf"(?<!\S)(?:{'|'.join(rows)})")


def expression(entry: str, between: str, after: str = "") -> str:
    """Return one pattern as an expression; see ``compiled``."""
    return "".join(_place(place, between, after) for place in entry.split())


def choices(place: str) -> frozenset[str]:
    """Return the words, or the beginnings of words, that may stand at one place of a pattern."""
    named = (_named(name) for name in place.split("|"))
    return frozenset(word.removesuffix(ANY_ENDING) for names in named for word in names)


@lru_cache(maxsize=4096)
def is_of(word: str, kind: str) -> bool:
    """Return whether a word is of a kind, by itself or by its beginning."""
    beginnings = (word[:end] + ANY_ENDING for end in range(1, min(len(word), LONGEST) + 1))
    return word in words(kind) or any(beginning in words(kind) for beginning in beginnings)


def _place(written: str, between: str, after: str) -> str:
    """Return the expression for one place of a pattern."""
    if written == SOME:
        return between
    if written in (BEGINNING, END):
        return written
    if written.startswith(SOME):
        return f"(?:{_choice(written[1:], after)}){{0,{MOST_LISTED}}}?"
    if written.startswith(NOT):
        return f"(?!{_choice(written[1:], after)})"
    return _choice(written, after)


def _choice(written: str, after: str) -> str:
    if END in written.split("|"):
        others = "|".join(name for name in written.split("|") if name != END)
        return f"(?:$|{_choice(others, after)})"
    choices = {word for name in written.split("|") for word in _named(name)}
    return f"(?:{'|'.join(_expression(word, after) for word in sorted(choices))}){after} "


def _expression(word: str, after: str) -> str:
    begins = word.endswith(ANY_ENDING)
    plain = f"{after} ".join(map(re.escape, word.removesuffix(ANY_ENDING).split()))
    return plain + (r"\w*" if begins else "")


def _named(name: str) -> frozenset[str]:
    return words(name[1:]) if name.startswith(LIST) else frozenset({_plain(name)})


def _plain(entry: str) -> str:
    ending = ANY_ENDING if entry.endswith(ANY_ENDING) else ""
    return " ".join(tokens.words(entry.removesuffix(ANY_ENDING))) + ending
