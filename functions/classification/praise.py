"""Recognition of praise in public: words that others could read as a recommendation.

Thanks alone are none, and neither is what asks, complains, jokes, sells or takes its praise back.
"""

from __future__ import annotations

from classification import patterns, phrases, tokens
from classification.intent import QUOTED_LINE, SENTENCES
from classification.outcome_rules import Meaning, meaning
from classification.sentiment import is_angry

LONGEST, MOST_SENTENCES, MOST_WORDS = 2_000, 20, 60
"""Characters of a message, sentences, and words of a sentence that are read."""
FEWEST_WORDS = 3
"""A single "super" recommends nothing."""
AGAINST = ("fault", "joke", "sells", "spam", "compared")


def praises(text: str | None) -> bool:
    """Return whether a message praises or recommends, in German or English. Never raises."""
    own = QUOTED_LINE.sub("", (text or "")[:LONGEST])
    if not own.strip() or is_angry(own) or meaning(own) == Meaning.STILL_BROKEN:
        return False
    sentences = SENTENCES.split(tokens.ADDRESS.sub(" ", own))[:MOST_SENTENCES]
    spoken = [(written, tokens.words(written)[:MOST_WORDS]) for written in sentences]
    kinds = phrases.of(*AGAINST)
    if any(kinds.kinds(words) for _, words in spoken):
        return False
    return any("?" not in written and _is_glad(words) for written, words in spoken)


def gives_thanks(text: str | None) -> bool:
    """Return whether a text has a word of thanks."""
    return not patterns.words("thank_word").isdisjoint(tokens.words((text or "")[:LONGEST]))


def _is_glad(words: tuple[str, ...]) -> bool:
    told = [word for word in words if word not in patterns.words("thank_word")]
    recommends = "enough" in told  # "cannot recommend it enough"
    is_taken_back = not recommends and not patterns.words("takes_back").isdisjoint(told)
    return len(words) >= FEWEST_WORDS and not is_taken_back and bool(phrases.of("glad").kinds(told))
