"""Signs in a post that nobody should offer anything below it: grief, illness, accidents, minors, politics, anger at us.

Of a stranger a word is enough: who is left alone for nothing loses nothing. Customers are read more strictly, see
``hardship``, since they wait for an answer. Whose account a post is from, or stands below, is not told from its text
but decided where that is known.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import takewhile
from typing import TYPE_CHECKING

from classification import phrases, tokens
from classification.hardship import Hardship, hardship
from classification.intent import IntentKind, intent, names
from classification.sentiment import is_angry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from classification.intent import Intent

LONGEST, MOST_WORDS = 4_000, 400
"""Characters and words of a post that are read."""
SHORTEST_NAME = 4
"""Letters of a name that is known by the beginning of a handle."""


class TactSign(StrEnum):
    """Reason not to offer anything below a post."""

    GRIEF = "grief"
    ILLNESS = "illness"
    ACCIDENT = "accident"
    MINOR = "minor"
    POLITICS = "politics"
    ANGER_AT_US = "anger_at_us"
    """The author is angry at the company, or has a problem with it: a conversation for the team, and no offer."""
    TO_COMPETITOR = "to_competitor"
    """The post begins with the name of a competitor: it speaks to them."""


HINTS = {
    "grief_hint": TactSign.GRIEF,
    "illness_hint": TactSign.ILLNESS,
    "accident_hint": TactSign.ACCIDENT,
    "minor_hint": TactSign.MINOR,
    "politics": TactSign.POLITICS,
}
"""The signs that words of ``words/asks_*.json`` give, the gravest first."""
OF_HARDSHIP = {
    Hardship.BEREAVEMENT: TactSign.GRIEF,
    Hardship.ILLNESS: TactSign.ILLNESS,
    Hardship.ACCIDENT: TactSign.ACCIDENT,
    Hardship.MINOR: TactSign.MINOR,
}


def tact_sign(
    text: str | None, competitors: Sequence[str] = (), brands: Sequence[str] = (), known: Intent | None = None
) -> TactSign | None:
    """Return the gravest sign in a post, or None; ``brands`` are names of the company and its products.

    ``known`` is the post's intent where it was read already.
    """
    beginning = (text or "")[:LONGEST]
    if (hard := hardship(beginning)) is not None:
        return OF_HARDSHIP[hard]
    words = tokens.words(beginning)[:MOST_WORDS]
    hints = phrases.of(*HINTS).kinds(words)
    if (found := next((sign for hint, sign in HINTS.items() if hint in hints), None)) is not None:
        return found
    if names(words, brands) and (
        is_angry(beginning) or (known or intent(beginning, brands)).kind == IntentKind.HAS_PROBLEM
    ):
        return TactSign.ANGER_AT_US
    return TactSign.TO_COMPETITOR if _speaks_to(beginning, competitors) else None


def _speaks_to(text: str, names: Sequence[str]) -> bool:
    """Return whether a mention in front of a text is one of some names or handles, with or without their server."""
    called = [each.strip("@,:").casefold() for each in takewhile(lambda word: word[0] == "@", text.split())]
    plain = list(filter(None, (name.strip().lstrip("@").casefold() for name in names)))
    handles = {part for name in plain if " " not in name for part in (name, name.partition("@")[0])}
    short = {handle.partition(".")[0] for handle in handles} | {"".join(name.split()) for name in plain}
    return any(each in handles or each.partition("@")[0].partition(".")[0].startswith(_long(short)) for each in called)


def _long(names: set[str]) -> tuple[str, ...]:
    """Return names that are long enough to be told by the beginning of a handle, such as *@sonoraaudio*."""
    return tuple(name for name in names if len(name) >= SHORTEST_NAME)
