"""Intent of a public post: whether its author asks for advice, has a problem with us, praises, compares, or none of it.

Only an open ask, to nobody in particular and not settled yet, is ``asks_advice``. A false one costs more than a missed
one: a stranger would be approached who did not ask. So every sign of another intent outweighs it, and a proposal needs
a confidence of ``PROPOSES``. ``words/asks_*.json`` holds the patterns; how well they read is
measured on labelled posts.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from classification import patterns, phrases, tokens
from classification.language import language_of_words
from classification.sentiment import is_angry

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST, MOST_SENTENCES, MOST_WORDS = 4_000, 40, 80
"""Characters of a post, sentences, and words of a sentence that are read."""
CIRCUMSTANCE = 3
"""Words behind a preposition that say where or when, and not what somebody looks for."""
LONGEST_PHRASE = 160
PROPOSES = 0.6
"""Least confidence of an ask that is proposed to the team."""
SENTENCES = re.compile(r"(?<=[.!?…])\s+|\n+")
QUOTED_LINE = re.compile(r"^[ \t]*(?:>|RT @).*$", re.MULTILINE)
MENTION = re.compile(r"\s*@(?!ask|frag)\w")
GROUPS = re.compile(r"@(?:ask|frag)\w*")
CALLED = re.compile(r"^(?:hey |hi |hallo )?(\w{3,12}), (?=\S)", re.IGNORECASE)
"""A name in front of a sentence."""
GREETINGS = frozenset(
    {"hallo", "moin", "hey", "hilfe", "help", "danke", "thanks", "sorry", "frage", "question", "also"}
)
LAUGHS = ("😂", "🤣", "🙄", "🤪")
LAUGHING_END = re.compile(r"(?:lol|lmao|haha\w*|/s)\W*$", re.IGNORECASE)
PERSON = frozenset(
    {"ich", "mir", "mich", "mein", "meine", "meinen", "wir", "uns", "unser", "unsere", "i", "my", "me", "we", "ive"}
)
ASKS = ("ask_strong", "ask_weak", "looks_for", "ask_noun", "no_ask", "solved_ask", "reported", "to_one", "not_goods")
OTHERS = ("sells", "joke", "news", "spam", "fault", "glad", "compared")


class IntentKind(StrEnum):
    """Intent of a post."""

    ASKS_ADVICE = "asks_advice"
    HAS_PROBLEM = "has_problem"
    PRAISES = "praises"
    COMPARES = "compares"
    TALK = "talk"
    SELLS = "sells"
    JOKE = "joke"
    NEWS = "news"
    SPAM = "spam"
    """Also written by a bot."""


class Intent(Struct, frozen=True):
    """Intent of a post, and the sentence that showed it."""

    kind: IntentKind
    confidence: float
    """From 0 to 1; an order, not a probability."""
    language: str | None
    reason: str
    """Key of a sentence for agents: ``asks_for_advice``, ``asks_which``, ``looks_for``, or the kind."""
    phrase: str = ""


class Sentence(Struct, frozen=True):
    """A sentence as it was written, whether it is a question, and the kinds of patterns in it."""

    written: str
    asks: bool
    words: tuple[str, ...]
    kinds: frozenset[str]


def intent(text: str | None, brands: Sequence[str] = ()) -> Intent:
    """Return the intent of a post; ``brands`` are names of the company and its products. Never raises."""
    own = QUOTED_LINE.sub("", (text or "")[:LONGEST])
    sentences = _sentences(tokens.ADDRESS.sub(" ", own))
    language = language_of_words(own, (word for sentence in sentences for word in sentence.words))
    kinds = frozenset(kind for sentence in sentences for kind in sentence.kinds)
    about_us = any(names(sentence.words, brands) for sentence in sentences)
    if about_us and "glad" not in kinds and is_angry(own):
        kinds |= {"fault"}
    other = _other(own, sentences, kinds, about_us)
    if other in (IntentKind.SPAM, IntentKind.SELLS, IntentKind.JOKE, IntentKind.NEWS):
        return _result(other, 0.8, language, sentences)
    ask = _ask(own, sentences, kinds)
    if other == IntentKind.HAS_PROBLEM and (ask is None or "fault" in kinds):
        return _result(other, 0.8, language, sentences)
    if ask is not None:
        confidence, reason, phrase = ask
        return Intent(IntentKind.ASKS_ADVICE, confidence, language, reason, _short(phrase))
    return _result(other, 0.8 if other != IntentKind.TALK else 0.5, language, sentences)


def names(words: Sequence[str], brands: Sequence[str]) -> bool:
    """Return whether a brand stands in plain words: as one of them, as the beginning of one, or as several."""
    plain = _plain(tuple(brands))
    return any(word.startswith(plain) for word in words) or any(brand in "".join(words) for brand in plain)


def _sentences(text: str) -> list[Sentence]:
    known = phrases.of(*ASKS, *OTHERS)
    sentences = []
    for written in SENTENCES.split(text)[:MOST_SENTENCES]:
        words = tokens.words(written)[:MOST_WORDS]
        if words:
            kinds = known.kinds(words)
            if "not_goods" in kinds and not _is_about(words):
                kinds -= {"not_goods"}
            sentences.append(Sentence(written.strip(), "?" in written, words, kinds))
    return sentences


def _is_about(words: Sequence[str]) -> bool:
    """Return whether a word of ``not_goods`` is what the sentence is about, and no circumstance: "in the rain"."""
    left: list[str] = []
    skipped = 0
    for index, word in enumerate(words):
        if word in patterns.words("place_word") and index and words[index - 1] not in patterns.words("seeks"):
            skipped = CIRCUMSTANCE
        elif skipped:
            skipped -= 1
            continue
        left.append(word)
    return "not_goods" in phrases.of("not_goods").kinds(left)


def _other(text: str, sentences: Sequence[Sentence], kinds: frozenset[str], about_us: bool) -> IntentKind:
    """Return the intent without regard to an ask."""
    is_person = any(word in PERSON for sentence in sentences for word in sentence.words)
    for kind in (IntentKind.SPAM, IntentKind.SELLS):
        if kind in kinds:
            return kind
    if "joke" in kinds or any(laugh in text for laugh in LAUGHS) or LAUGHING_END.search(text[-20:]):
        return IntentKind.JOKE
    if "news" in kinds and not is_person and ("ask_strong" not in kinds or tokens.ADDRESS.search(text)):
        return IntentKind.NEWS
    if about_us and not MENTION.match(text.replace("@", "", 1) if _calls_us(text, kinds) else text):
        return _about_us(kinds)
    return IntentKind.TALK


def _calls_us(text: str, kinds: frozenset[str]) -> bool:
    """Return whether a post that begins with a mention tells its addressee of a fault or praise."""
    return MENTION.match(text) is not None and bool(kinds & {"fault", "glad"})


def _about_us(kinds: frozenset[str]) -> IntentKind:
    if "compared" in kinds:
        return IntentKind.COMPARES
    if "fault" in kinds:
        return IntentKind.HAS_PROBLEM
    return IntentKind.PRAISES if "glad" in kinds else IntentKind.TALK


def _ask(text: str, sentences: Sequence[Sentence], kinds: frozenset[str]) -> tuple[float, str, str] | None:
    """Return confidence, reason and sentence of an open ask, or None."""
    if kinds & {"no_ask", "solved_ask", "reported"} or MENTION.match(text):
        return None
    if any(_calls_somebody(sentence) for sentence in sentences):
        return None
    best = max(((_strength(sentence), sentence) for sentence in sentences), key=lambda each: each[0][0], default=None)
    if best is None or best[0][0] == 0 or ("not_goods" in kinds and "ask_strong" not in kinds):
        return None
    (strength, reason), sentence = best
    if "not_goods" in sentence.kinds:
        return None
    strength += 0.15 * (len(kinds & {"ask_strong", "ask_weak", "looks_for", "ask_noun"}) - 1)
    strength -= 0.2 * (tokens.ADDRESS.search(text) is not None)
    return round(min(max(strength, 0.1), 0.99), 2), reason, sentence.written


def _strength(sentence: Sentence) -> tuple[float, str]:
    """Return how surely a sentence asks, and the key of the reason."""
    kinds = sentence.kinds
    if "to_one" in kinds:
        return 0.0, ""
    if "ask_strong" in kinds:
        return (0.85 if sentence.asks else 0.75), "asks_for_advice"
    if "ask_noun" in kinds and sentence.asks:
        return 0.75, "asks_for_advice"
    if "ask_weak" in kinds:
        return (0.6 if sentence.asks else 0.3), "asks_which"
    if "looks_for" in kinds:
        return 0.45, "looks_for"
    return 0.0, ""


def _calls_somebody(sentence: Sentence) -> bool:
    called = CALLED.match(sentence.written)
    return (
        sentence.asks
        and called is not None
        and called[1][0].isupper()
        and called[1].lower() not in GREETINGS
        and bool({"you", "hast", "hattest", "nimmst", "du"} & set(sentence.words))
    )


@lru_cache(maxsize=64)
def _plain(brands: tuple[str, ...]) -> tuple[str, ...]:
    joined = ("".join(tokens.words(brand)) for brand in brands)
    return tuple(brand for brand in joined if brand)


def _result(kind: IntentKind, confidence: float, language: str | None, sentences: Sequence[Sentence]) -> Intent:
    sign = {"has_problem": "fault", "praises": "glad", "compares": "compared"}.get(str(kind), str(kind))
    shown = next((sentence.written for sentence in sentences if sign in sentence.kinds), "")
    return Intent(kind, confidence, language, str(kind), _short(shown))


def _short(phrase: str) -> str:
    return phrase if len(phrase) <= LONGEST_PHRASE else phrase[: LONGEST_PHRASE - 1].rstrip() + "…"
