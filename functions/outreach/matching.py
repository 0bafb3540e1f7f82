"""Matching of posts with a saved search: words with their inflections, phrases, languages and accounts. Pure.

A platform finds by rules of its own, so that each of its posts is looked at here once more. A word is another form of a
term where both have one stem in a language; stems are those of Snowball, imported with the first post. In German, which
puts words together, a long word is also found at the end of another.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any

from conversations.normalization import normalize, without_unseen
from conversations.plain_letters import folded
from outreach import accounts_above
from outreach.accounts_above import account, person
from outreach.found_posts import FEED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from outreach.found_posts import FoundPost
    from outreach.searches import Query, Search

LONGEST = 20_000
"""Characters of a post that are looked at."""
SHORTEST_PART = 6
"""Letters of a stem that is also found at the end of a German word."""
SHORTEST_VERB = 5
"""Letters of a German verb's stem that may have a "t" behind it, which the stemmer leaves."""
FIRST_LETTERS = 3
"""Letters at a word's beginning that all its forms share."""
USUAL_LANGUAGES = ("de", "en")
STEMMERS = {
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "sv": "swedish",
}
"""Languages whose stemmers the artifact has, see infra/build.py."""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uf900-\ufaff]")
"""Letters of scripts that put no spaces between words."""


def fits(search: Search, post: FoundPost, own: Collection[str] = (), language: str | None = None) -> bool:
    """Return whether a post is one that a search looks for; ``own`` are ids of our accounts on its channel.

    ``language`` is that of its words, where they show one: what a platform says is often only the author's setting.
    """
    language = language or post.language
    if post.author.id in own or post.is_bot or is_account(post, search.excluded_accounts):
        return False
    if search.languages and language and language not in search.languages:
        return False
    usual = search.languages or USUAL_LANGUAGES
    languages = (language, *usual) if language and language not in usual else usual
    return matches(search.query, f"{post.title}\n{post.text}", languages)


def is_account(post: FoundPost, accounts: Iterable[str]) -> bool:
    """Return whether a post is by one of some accounts, which are named by their ids or any of their handles.

    A feed tells no handles: there it is the name.
    """
    author = post.author
    told = author.name if post.channel == FEED else None
    names = {account(name) for name in (author.id, told, *(author.handle or "").split()) if name}
    return any(account(name) in names for name in accounts)


def is_competitor(post: FoundPost, competitors: Iterable[str]) -> bool:
    """Return whether a competitor wrote a post: by the account's handle or id, or by its name."""
    competitors = tuple(competitors)
    name = person(post.author.name or "")
    return is_account(post, competitors) or bool(name and any(person(each) == name for each in competitors))


def is_at_competitor(post: FoundPost, competitors: Iterable[str]) -> bool:
    """Return whether a competitor wrote a post, or one that it stands below, as far as the platform told."""
    competitors = tuple(competitors)
    return is_competitor(post, competitors) or accounts_above.are_any_of(post.above, competitors)


def matches(query: Query, text: str, languages: tuple[str, ...]) -> bool:
    """Return whether a text has all, one, and none of a query's terms, each in any of its forms."""
    plain = _ADDRESS.sub(" ", _composed(text[:LONGEST]))
    words = _words(plain)
    whole = folded(plain)

    def has(term: str) -> bool:
        term = _composed(term)
        parts = _words(term)
        if not parts or _SPACELESS.search(term):
            wanted = folded(term)
            return bool(wanted) and wanted in whole
        last = len(words) - len(parts)
        return any(
            all(_is_form(words[place + number], part, languages) for number, part in enumerate(parts))
            for place in range(last + 1)
        )

    return all(map(has, query.all)) and (not query.any or any(map(has, query.any))) and not any(map(has, query.none))


def _composed(text: str) -> str:
    """Return a text without what cannot be seen, and with letters and their marks as one."""
    return text if text.isascii() else normalize("NFC", without_unseen(text))


def _words(text: str) -> list[str]:
    return [match[0].casefold().replace("’", "'") for match in _WORD.finditer(text)]


@lru_cache(maxsize=16_384)
def _is_form(written: str, term: str, languages: tuple[str, ...]) -> bool:
    """Return whether a word of a text is a form of a term's, in one of some languages."""
    there, wanted = folded(written), folded(term)
    if there == wanted:
        return True
    is_near = there[:FIRST_LETTERS] == wanted[:FIRST_LETTERS]
    for language in languages:
        stem = _stem(term, language)
        if is_near and _stem(written, language) == stem:
            return True
        if language == "de" and _is_german_form(written, stem):
            return True
    return False


def _is_german_form(written: str, stem: str) -> bool:
    """Return whether a German word ends with a long word, or is another person of a verb (*empfehlt*)."""
    there = folded(written)
    if len(stem) >= SHORTEST_PART and stem in there and _stem(written, "de").endswith(stem):
        return True
    shorter, longer = sorted((stem, _stem(written, "de")), key=len)
    return len(shorter) >= SHORTEST_VERB and longer == f"{shorter}t"


def _stem(word: str, language: str) -> str:
    """Return what all forms of a word share; the word itself in a language that has no rules here."""
    stemmer = _stemmer(language)
    if stemmer is None:
        return folded(word)
    with _STEMMING:
        return folded(stemmer.stemWord(word))


_STEMMING = Lock()
"""A stemmer keeps its word in itself, and the sources of a search are tried at the same time."""


@lru_cache(maxsize=8)
def _stemmer(language: str) -> Any:
    name = STEMMERS.get(language)
    if name is None:
        return None
    # The package itself would import the stemmers of all languages, and has no part in the artifact.
    return getattr(import_module(f"snowballstemmer.{name}_stemmer"), f"{name.title()}Stemmer")()
