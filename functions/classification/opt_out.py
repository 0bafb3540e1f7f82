"""Recognition of opt-outs. They are permanent, so only clear words count.

A word such as *stop* counts as the whole message alone; a sentence counts if it begins, after some politeness, with one
of the patterns of ``words/*.json``. There ``|`` stands between words to choose from, ``@`` before the name of a list of
words, ``~`` for up to four words of any kind, and ``$`` for the end of the clause.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import dropwhile
from typing import TYPE_CHECKING

from classification import tokens, vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from classification.tokens import Clause

LONGEST = 30
"""Words of a clause that are looked at."""
PLACES = {"~": r"(?:\S+ ){0,4}?", "$": r"$"}


def declines(text: str | None) -> bool:
    """Return whether the customer opts out of questions or messages."""
    if not text:
        return False
    clauses = tokens.clauses(text)
    return _is_whole_message(clauses) or any(_is_refusal(clause) for clause in clauses)


def _is_whole_message(clauses: list[Clause]) -> bool:
    said = " ".join(word for clause in clauses for word in clause.words if word not in _words("courtesy"))
    return said in _words("quiet") and not any(clause.asks for clause in clauses)


def _is_refusal(clause: Clause) -> bool:
    words = _without_lead(clause.words[:LONGEST])
    request = _patterns("request").match(words)
    if clause.asks and request is None:
        return False
    return _patterns("declines").match(_without_lead(words[request.end() :].split()) if request else words) is not None


def _without_lead(words: Sequence[str]) -> str:
    """The words from the first that says more than *yes, but please*, without courtesy, each with a blank behind it."""
    plain = [word for word in words if word not in _words("courtesy")]
    return "".join(f"{word} " for word in dropwhile(_words("lead").__contains__, plain))


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(" ".join(tokens.words(entry)) for entry in vocabulary.entries(kind))


@cache
def _patterns(kind: str) -> re.Pattern[str]:
    return re.compile("|".join("".join(map(_choice, entry.split())) for entry in vocabulary.entries(kind)))


def _choice(written: str) -> str:
    """The expression for one place of a pattern."""
    if written in PLACES:
        return PLACES[written]
    choices = [word for name in written.split("|") for word in _named(name)]
    return f"(?:{'|'.join(map(re.escape, sorted(choices)))}) "


def _named(name: str) -> frozenset[str]:
    return _words(name[1:]) if name.startswith("@") else frozenset({" ".join(tokens.words(name))})
