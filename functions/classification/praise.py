"""Recognition of praise in public: words that others could read as a recommendation.

Thanks alone are none, and neither is what asks, complains, jokes, sells, mocks or takes its praise back. A false one
costs more than a missed one: somebody who mocked the company would be invited to speak for it.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from classification import patterns, phrases, tokens, vocabulary
from classification.intent import LAUGHS, QUOTED_LINE, SENTENCES
from classification.outcome_rules import Meaning, meaning
from classification.sentiment import STARRED, is_angry

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST, MOST_SENTENCES, MOST_WORDS = 2_000, 20, 60
"""Characters of a message, sentences, and words of a sentence that are read."""
FEWEST_WORDS, FEWEST_IN_CLAUSE = 3, 2
"""A single "super" recommends nothing, and one before a comma often mocks or agrees."""
LAST_WORD = 2
"""Words of a last sentence that praises what was said before: "Top!"."""
AGAINST = ("fault", "joke", "sells", "spam", "sour")
COMPLAINTS = ("bad", "trouble", "upset", "irony")
QUOTED = re.compile("[\u201e\u201c\u201a\u2018\"']([^\\W\\d_]+)[\u201c\u201d\u2018\u2019\"']")
"""A single word in quotation marks, by which somebody doubts it."""
COMPARING = frozenset({"als", "than", "vs", "versus", "gegen", "anders", "unlike", "beside"})
PRAISE = ("glad", "lauds")


class Tone(StrEnum):
    """The tone of a message, as far as it matters for praise."""

    PRAISE = "praise"
    IRONIC = "ironic"
    """It has words of praise or thanks, and means the opposite."""
    NEUTRAL = "neutral"


def praises(text: str | None) -> bool:
    """Return whether a message praises or recommends, in German or English. Never raises."""
    return tone(text) is Tone.PRAISE


def tone(text: str | None) -> Tone:
    """Return whether a message praises, mocks with words of praise, or does neither. Never raises."""
    own = QUOTED_LINE.sub("", (text or "")[:LONGEST])
    if not own.strip():
        return Tone.NEUTRAL
    written = [each for each in SENTENCES.split(tokens.ADDRESS.sub(" ", own))[:MOST_SENTENCES] if tokens.words(each)]
    if _is_refuted(own, written):
        is_mocking = any("?" not in each and _mocks(each) for each in written) and not _weighs(own)
        return Tone.IRONIC if is_mocking else Tone.NEUTRAL
    if any(phrases.of("halved").kinds(tokens.words(each)) for each in written):
        return Tone.NEUTRAL
    is_glad = any("?" not in each and _is_glad(each) for each in written)
    return Tone.PRAISE if is_glad or _ends_glad(written) else Tone.NEUTRAL


def gives_thanks(text: str | None) -> bool:
    """Return whether a text has a word of thanks."""
    return not patterns.words("thank_word").isdisjoint(tokens.words((text or "")[:LONGEST]))


def _is_refuted(text: str, written: list[str]) -> bool:
    """Return whether a message complains, jokes, sells or compares, without regard to its praise."""
    said = [_without(tokens.words(each)[:MOST_WORDS]) for each in written]
    plain = ". ".join(" ".join(_without(clause.words)) for clause in tokens.clauses(text))
    return (
        any(phrases.of(*AGAINST).kinds(words) or _compares(words) for words in said)
        or any(laugh in text for laugh in LAUGHS)
        or any(patterns.is_of(word, "quoted_thing") for each in QUOTED.findall(text) for word in tokens.words(each))
        or any(_found(plain, *COMPLAINTS))
        or STARRED.search(text) is not None
        or is_angry(plain)
        or meaning(plain) == Meaning.STILL_BROKEN
    )


def _found(text: str, *kinds: str) -> Iterator[str]:
    """Yield the kinds of what stands in a text."""
    return (each.kind for clause in tokens.clauses(text) for each in vocabulary.of(*kinds).find(clause.words))


def _compares(words: tuple[str, ...]) -> bool:
    return bool(phrases.of("compared").kinds(words)) and not COMPARING.isdisjoint(words)


def _weighs(text: str) -> bool:
    """Return whether a message weighs: "great service, but …" means its praise."""
    return set(_found(text, "contrast", "irony")) == {"contrast"}


def _mocks(written: str) -> bool:
    """Return whether a sentence of a message that complains praises, thanks or congratulates."""
    mocking = phrases.of(*PRAISE, "mock_praise")
    said = [clause.words for clause in tokens.clauses(written)]
    return any(mocking.kinds(words) and patterns.words("takes_back").isdisjoint(words[:-1]) for words in said) or any(
        _found(written, "irony")
    )


def _is_glad(written: str) -> bool:
    """Return whether some clause of a sentence praises; the sentence has enough words, and takes nothing back."""
    if len(tokens.words(written)) < FEWEST_WORDS:
        return False
    if phrases.of("hearsay", "hoped").kinds(tokens.words(written)):
        return False
    said = [clause.words for clause in tokens.clauses(written)]
    did_well = any(phrases.of("did_well").kinds(words) for words in said)
    return any(_clause_is_glad(words, FEWEST_IN_CLAUSE - did_well) for words in said)


def _clause_is_glad(words: tuple[str, ...], fewest: int) -> bool:
    told = _without(words)
    recommends = "enough" in words  # "cannot recommend it enough"
    is_taken_back = not recommends and not patterns.words("takes_back").isdisjoint(told)
    tells_how = phrases.of("told_how").kinds(words) and not phrases.of("did_well").kinds(words)
    return len(words) >= fewest and not is_taken_back and not tells_how and _has_praise(words)


def _has_praise(words: tuple[str, ...]) -> bool:
    told = tuple(word for word in words if word not in patterns.words("thank_word"))
    return bool(phrases.of(*PRAISE).kinds(told)) or bool(phrases.of("lauds").kinds(words))


def _ends_glad(written: list[str]) -> bool:
    """Return whether the last sentence is a word of praise for what stands before it."""
    last = tokens.words(written[-1]) if len(written) > 1 and "?" not in "".join(written) else ()
    return 0 < len(last) <= LAST_WORD and _has_praise(last)


def _without(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return words without phrases that deny a fault: "never had an issue"."""
    padded = "".join(f"{word} " for word in words)
    return tuple(patterns.compiled("no_fault").sub("", padded).split())
