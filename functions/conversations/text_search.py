"""Search in a text: whether and where it contains the terms; pure.

Case and accents do not count, a word is found by its beginning, words in quotes side by side. Scripts that put
no spaces between words are searched anywhere. Customers are found by their names, addresses, numbers and handles.
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import Struct

from conversations.normalization import normalize
from conversations.plain_letters import folded, traced
from conversations.search_terms import Phone, Term

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_QUERY = 200
MOST_TERMS = 10
SNIPPET = 160
"""Characters of a snippet, about."""
_BEFORE = 50
"""Characters of a snippet before what was found, at most."""
_TERM = re.compile(r'"([^"]*)"?|(\S+)')
_SCHEME = re.compile("^(?:mailto|tel|whatsapp|sms):(?://)?")
_GROUP = re.compile(r"[+(]{0,2}[0-9()/.\u2010-\u2015\u2212-]+")
"""A part of a telephone number between two spaces."""
_ASTRAL = "\uffff"
Ranges = list[list[int]]
Places = frozenset[int]
"""Terms, by their places in the query."""


class Query(Struct, frozen=True, dict=True):
    """Terms of a search, each of which must be found."""

    terms: tuple[str, ...]
    """Folded."""
    written: tuple[str, ...] = ()
    """The terms with the letters they were typed with."""
    phones: tuple[tuple[Phone, Places], ...] = ()
    """Telephone numbers, each with the terms it was typed in."""
    groups: tuple[tuple[Term, Places], ...] = ()
    """Other numbers that were typed in several terms."""

    @classmethod
    def of(cls, text: str) -> Query:
        """The query somebody typed; without terms if there is nothing in it to look for."""
        pairs = _TERM.findall(normalize("NFC", text[:LONGEST_QUERY]))
        typed = [_words(quoted or word) for quoted, word in pairs]
        found = {term: written for term, written in typed if term}
        terms = tuple(found)[:MOST_TERMS]
        signs = [
            ("" if quoted else _number(word), term) for (quoted, word), (term, _) in zip(pairs, typed, strict=True)
        ]
        groups = [
            (" ".join(each for each, _ in group), frozenset(terms.index(term) for _, term in group if term in terms))
            for is_number, each in groupby(signs, key=lambda sign: bool(sign[0]))
            if is_number and (group := list(each))
        ]
        phones = tuple((phone, places) for written, places in groups for phone in Phone.readings(written))
        several = tuple((Term(_bare(written)), places) for written, places in groups if len(places) > 1)
        return cls(terms, tuple(found[term] for term in terms), phones, several)

    def found_in(self, text: str) -> Places:
        """Return which terms, by their places, stand in a text."""
        if not text:
            return frozenset()
        there = folded(text)
        found = {place for place, term in enumerate(self._terms) if term.is_in(there)}
        found.update(*(places for phone, places in self.phones if phone.pattern.search(there)))
        found.update(*(places for term, places in self.groups if term.is_in(there)))
        return frozenset(found)

    def found_in_name(self, name: str) -> Places:
        """Return which terms are the beginning of a word of a customer's name."""
        there = folded(name)
        found = {place for place, term in enumerate(self._terms) if term.begins_in(there)}
        found.update(*(places for phone, places in self.phones if phone.pattern.search(there)))
        return frozenset(found)

    def found_in_identity(self, identity: str) -> Places:
        """Return which terms name a customer by their address, by their telephone's number or by their handle.

        A number is found as a whole, in any notation; an address or handle also by a part, from its beginning.
        """
        if " " in identity:
            return frozenset[int]().union(*map(self.found_in_identity, identity.split()))
        if not identity.isdigit():
            return self.found_in_name(identity)
        found = {place for place, term in enumerate(self.terms) if re.sub("[^0-9a-z]", "", term) == identity}
        found.update(*(places for phone, places in self.phones if phone.is_number(identity)))
        return frozenset(found)

    @property
    def all(self) -> Places:
        """The places of all terms."""
        return frozenset(range(len(self.terms)))

    def snippet(self, text: str) -> tuple[str, Ranges]:
        """The part of a text around the first of what was found, and where that stands in it.

        Ranges are begin and end in UTF-16 units, as browsers count.
        """
        whole = " ".join(text.split())
        spots = self._spots(whole)
        begin = _begin(whole, spots[0][0] if spots else 0)
        end = _end(whole, begin + SNIPPET)
        shown = f"{'…' if begin else ''}{whole[begin:end]}{'…' if end < len(whole) else ''}"
        shift = 1 if begin else 0
        inside = [
            (first - begin + shift, last - begin + shift) for first, last in spots if begin <= first < last <= end
        ]
        return shown, [[_units(shown[:first]), _units(shown[:last])] for first, last in inside]

    @cached_property
    def _terms(self) -> tuple[Term, ...]:
        return tuple(Term(*each) for each in zip(self.terms, self.written or self.terms, strict=True))

    def _spots(self, text: str) -> list[tuple[int, int]]:
        """Return where terms stand in a text, in its own characters, in order and without overlaps."""
        there, origin = traced(text)
        found = sorted({*self._spans(there)}, key=lambda span: (span[0], -span[1]))
        spots: list[tuple[int, int]] = []
        for first, last in found:
            spot = (origin[first], origin[last - 1] + 1)
            if not spots or spot[0] >= spots[-1][1]:
                spots.append(spot)
        return spots

    def _spans(self, there: str) -> Iterator[tuple[int, int]]:
        for term in (*self._terms, *(term for term, _ in self.groups)):
            yield from term.spans(there)
        for phone, _ in self.phones:
            yield from (match.span() for match in phone.pattern.finditer(there))


def _words(text: str) -> tuple[str, str]:
    """A term: folded, single spaces, without the punctuation around it; and the same as it was typed."""
    whole = _SCHEME.sub("", text.casefold(), count=1)
    term, typed = (" ".join(each.split()) for each in (folded(whole), whole))
    bare = _bare(term)
    return (bare, _bare(typed)) if bare else (term, typed)


def _bare(term: str) -> str:
    return re.sub(r"^[\W_]+|[\W_]+$", "", term)


def _number(word: str) -> str:
    """Return a word that may be a part of a telephone's number, with all its signs; empty for any other."""
    bare = _SCHEME.sub("", folded(word), count=1)
    return bare if _GROUP.fullmatch(bare) else ""


def _begin(text: str, first: int) -> int:
    """Return where a snippet begins whose first find stands at ``first``: between two words, if there are any."""
    if first <= _BEFORE:
        return 0
    space = text.find(" ", first - _BEFORE, first)
    return space + 1 if space >= 0 else first


def _end(text: str, end: int) -> int:
    if end >= len(text):
        return len(text)
    space = text.rfind(" ", end - _BEFORE, end)
    return space if space > 0 else end


def _units(text: str) -> int:
    return len(text) + sum(char > _ASTRAL for char in text)
