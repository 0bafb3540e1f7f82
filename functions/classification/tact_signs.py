"""Signs in a post that nobody should offer anything below it: grief, illness, accidents, minors, politics, anger at us.

Of a stranger a word is enough: who is left alone for nothing loses nothing. Customers are read more strictly, see
``hardship``, since they wait for an answer. Whose account a post is from, or stands below, is not told from its text
but decided where that is known.
"""

from __future__ import annotations

from enum import StrEnum
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
    said = (text or "")[:LONGEST]
    if (hard := hardship(said)) is not None:
        return OF_HARDSHIP[hard]
    words = tokens.words(said)[:MOST_WORDS]
    hints = phrases.of(*HINTS).kinds(words)
    if (found := next((sign for hint, sign in HINTS.items() if hint in hints), None)) is not None:
        return found
    if names(words, brands) and (is_angry(said) or (known or intent(said, brands)).kind == IntentKind.HAS_PROBLEM):
        return TactSign.ANGER_AT_US
    speaks_to = [word for word in words[:2] if word != "@"][:1]
    return TactSign.TO_COMPETITOR if words[:1] == ("@",) and names(speaks_to, competitors) else None
