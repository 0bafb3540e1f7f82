"""Speakers of a public thread: the customer, helpers who give a solution, bystanders, and the company.

Who the customer and the company are is known. Whether somebody else helps is told by rules: a helper says what to do,
what cured it for them, or where it is. Somebody with the same problem, a joke, an advertisement or a question back is
no help. ``words/*.json`` holds the patterns (``tip`` and what begins with it); how well they read is measured on
labelled threads. An agent corrects them.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from classification import patterns, tokens, vocabulary

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from classification.tokens import Clause


class Speaker(StrEnum):
    """Part that the author of a message has in a conversation."""

    CUSTOMER = "customer"
    HELPER = "helper"
    BYSTANDER = "bystander"
    COMPANY = "company"


class Said(Struct, frozen=True):
    """One message of a thread, as far as its speaker depends on it."""

    author: str | None
    text: str
    speaker: Speaker | None = None
    """The customer or the company; None for anybody else."""


WEIGHTS = {"tip": 3, "tip_cure": 2, "tip_place": 1, "tip_fact": 2, "tip_too": -2, "tip_joke": -4, "tip_promo": -9}
"""Weight of each kind of pattern, once for each clause."""
ENOUGH, ENOUGH_UNASKED = 2, 3
"""Sum from which on a message helps: where the customer asked or has trouble, and where neither can be told."""
LONGEST, MOST_CLAUSES = 60, 60
"""Words of a clause, and clauses of a message, that are looked at."""
QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
MARKS = '\u201e\u201c\u201d\u00ab\u00bb"'
QUOTED = re.compile(f"[{MARKS}][^{MARKS}\n]{{12,300}}[{MARKS}]")
WRITTEN_OUT = re.compile(r"`[^`\n]+`|https?://\S+|\w ?(?:>|→) ?\w")
"""A command, an address, or a path through menus."""
NUMBER = re.compile(r"(?<![\w.])\d")
LAUGHS = ("😂", "🤣", "😜", "😅", "🙃", "/s")
AGAIN = re.compile(r"(?<![\w.])\+ ?1\b(?! ?\d)")


def speakers(thread: Sequence[Said]) -> list[Speaker]:
    """Return the speaker of each message of a thread, in their order."""
    asked = any(_asks(said.text) for said in thread if said.speaker == Speaker.CUSTOMER)
    helps = [said.speaker is None and _helps(said.text, asked) for said in thread]
    helpers = {said.author for said, is_help in zip(thread, helps, strict=True) if is_help and said.author}
    return [
        said.speaker or (Speaker.HELPER if is_help or _asks_first(said, helpers) else Speaker.BYSTANDER)
        for said, is_help in zip(thread, helps, strict=True)
    ]


def _asks_first(said: Said, helpers: Container[str | None]) -> bool:
    """Return whether somebody who helps asks what they must know for that."""
    return said.author in helpers and "?" in said.text and _sum(tokens.clauses(said.text), ("tip_too", "tip_joke")) == 0


def _asks(text: str) -> bool:
    trouble = vocabulary.of("bad", "trouble", "needed", "upset", "insult", "not", "without")
    return "?" in text or any(trouble.find(clause.words[:LONGEST]) for clause in tokens.clauses(text)[:MOST_CLAUSES])


def _helps(text: str, asked: bool) -> bool:
    own = QUOTED.sub(" ", QUOTED_LINE.sub("", text[: tokens.LONGEST]))
    clauses = tokens.clauses(own)[:MOST_CLAUSES]
    value = _sum([clause for clause in clauses if not clause.asks], WEIGHTS)
    value += sum(_value(clause, ("tip_too", "tip_joke", "tip_promo")) for clause in clauses if clause.asks)
    value += sum(WEIGHTS["tip_joke"] for laugh in LAUGHS if laugh in own) + (AGAIN.search(own) is not None) * -4
    value += (WRITTEN_OUT.search(own) is not None) * 2 + (NUMBER.search(own) is not None)
    return value >= (ENOUGH if asked else ENOUGH_UNASKED)


def _sum(clauses: Iterable[Clause], kinds: Iterable[str]) -> int:
    return sum(_value(clause, kinds) for clause in clauses)


def _value(clause: Clause, kinds: Iterable[str]) -> int:
    padded = "".join(f"{word} " for word in clause.words[:LONGEST])
    return sum(WEIGHTS[kind] for kind in kinds if _has(padded, kind))


def _has(said: str, kind: str) -> bool:
    if kind == "tip_place":
        return any(word in _places() for word in said.split())
    return patterns.compiled(kind).search(said) is not None


@cache
def _places() -> frozenset[str]:
    return patterns.words("tip_place")
