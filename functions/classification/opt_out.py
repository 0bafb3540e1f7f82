"""Recognition of opt-outs. They are permanent, so only clear words count.

A word such as *stop* counts as the whole message alone; a sentence counts if it begins, after some politeness, with one
of the patterns of ``words/*.json`` (``classification.patterns``).
"""

from __future__ import annotations

import re
from itertools import dropwhile
from typing import TYPE_CHECKING

from classification import patterns, tokens

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from classification.tokens import Clause

_ADDRESSED = re.compile(r"\s*+@([\w.-]++)(@[\w.-]++)?+[:,]?+")
LONGEST = 30
"""Words of a clause that are looked at."""


def declines(text: str | None, names: Collection[str] = ()) -> bool:
    """Return whether the customer opts out of questions or messages.

    ``names`` are handles of ours, without "@": platforms begin an answer with the handle of whom it answers. Words to
    anybody else are no opt-out.
    """
    if not text:
        return False
    while (addressed := _ADDRESSED.match(text)) and addressed[1].casefold().strip(".") in names:
        text = text[addressed.end() :]
    clauses = tokens.clauses(text)
    return _is_whole_message(clauses) or any(_is_refusal(clause) for clause in clauses)


def _is_whole_message(clauses: list[Clause]) -> bool:
    wording = " ".join(word for clause in clauses for word in clause.words if word not in patterns.words("courtesy"))
    return wording in patterns.words("quiet") and not any(clause.asks for clause in clauses)


def _is_refusal(clause: Clause) -> bool:
    words = _without_lead(clause.words[:LONGEST])
    request = patterns.compiled("request").match(words)
    if clause.asks and request is None:
        return False
    return (
        patterns.compiled("declines").match(_without_lead(words[request.end() :].split()) if request else words)
        is not None
    )


def _without_lead(words: Sequence[str]) -> str:
    """The words from the first that says more than *yes, but please*, without courtesy, each with a blank behind it."""
    plain = [word for word in words if word not in patterns.words("courtesy")]
    return "".join(f"{word} " for word in dropwhile(patterns.words("lead").__contains__, plain))
