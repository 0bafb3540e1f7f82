"""Terms of a search and the places where they stand in a folded text: words, numbers, addresses; pure.

A word is found by its beginning. A long one is also found within another, as German puts words together. Numbers are
found however they are grouped, those of telephones with and without the country.
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct

from conversations.plain_letters import folded

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST_PART = 6
"""Letters of a word that is also found within another."""
SHORTEST_NUMBER = 4
"""Digits of a number that is also found behind a letter."""
SHORTEST_GROUPED = 5
"""Digits of a number that may be written in groups."""
SHORTEST_PHONE = 7
LONGEST_PHONE = 15
"""Digits of a telephone number with its country (ITU-T E.164)."""
_SPACELESS = (
    ("\u0e00", "\u0eff"),
    ("\u1000", "\u109f"),
    ("\u1780", "\u17ff"),
    ("\u2e80", "\ua4cf"),
    ("\uf900", "\ufaff"),
)
"""Thai, Lao, Burmese, Khmer, Chinese and Japanese."""
_LETTER_BEFORE = r"(?<![^\W_])"
_LETTER_OF_THE_SCRIPT_BEFORE = "(?<![^\\W_\u0e00-\U0010ffff])"
"""Before Latin, Greek, Cyrillic, Hebrew and Arabic words: what stands behind a letter of Asia is a word of its own."""
_OUTSIDE_AN_ADDRESS = r"(?<![\w.+-])"
_DASHES = "\u2010-\u2015\u2212"
_GAP = rf"[ \t/.()_{_DASHES}-]"
_DASH = rf"[{_DASHES}-]"
_CODE = re.compile(rf"(?=[^0-9]*[0-9])[a-z0-9]+(?:{_GAP}{{1,2}}[a-z0-9]+)*")
_PHONE = re.compile(r"[+(]?[0-9(][0-9()/. \t\u2010-\u2015\u2212-]*")
_TRUNK_ZERO = "(0)"
_TWO_DIGITS = re.compile("2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]")
"""Countries of two digits (ITU-T E.164); 1 and 7 have one, all others three."""
_KEEPS_ZERO = frozenset({"39"})
"""In Italy the zero is a part of the number."""
_UMLAUT = re.compile(r"(?:(?<![aeq])(?:ae|oe|ue)|\baa)(?=[a-z])")
_AROUND = 80
"""Characters around a word that tell whether it is a part of an address."""


class Term(Struct, frozen=True, dict=True):
    """One term: a word, a code such as an order's number, or words side by side; folded."""

    text: str
    written: str = ""
    """The same with the letters it was typed with, in lower case."""

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the places where it stands in a folded text."""
        for match in self._pattern.finditer(text):
            yield match.span()
        if self._is_part:
            for match in self._anywhere.finditer(text):
                if not self._pattern.match(text, match.start()) and not _is_in_address(text, *match.span()):
                    yield match.span()

    def is_in(self, text: str) -> bool:
        """Return whether it stands in a folded text."""
        return next(self.spans(text), None) is not None

    def begins_in(self, name: str) -> bool:
        """Return whether a word of a folded name, or of an address, begins with it."""
        return self._beginning.search(name) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        if self.text.isascii() and self.text[0].isdigit() and sum(map(str.isdigit, self.text)) >= SHORTEST_NUMBER:
            return re.compile(f"(?<![0-9]){self._body}")
        return self._beginning

    @cached_property
    def _beginning(self) -> re.Pattern[str]:
        return re.compile(f"{_before(self.text)}{self._body}")

    @cached_property
    def _anywhere(self) -> re.Pattern[str]:
        return re.compile(self._body)

    @property
    def _is_part(self) -> bool:
        return len(self.text) >= SHORTEST_PART and self.text.isalpha()

    @cached_property
    def _body(self) -> str:
        if _CODE.fullmatch(self.text) and (code := _code(self.text)):
            return code
        return r"\s+".join(map(_word, (self.written or self.text).split(" ")))


def _before(text: str) -> str:
    """Return what must not stand before a term."""
    first = text[0]
    if "@" in text[1:-1]:
        return _OUTSIDE_AN_ADDRESS
    if not first.isalnum() or any(begin <= first <= end for begin, end in _SPACELESS):
        return ""
    return _LETTER_OF_THE_SCRIPT_BEFORE if first < "\u0e00" else _LETTER_BEFORE


def _word(typed: str) -> str:
    """Return the pattern of a word, in which an umlaut is found by two letters and the other way round."""
    if typed.isascii():
        return _UMLAUT.sub(lambda match: f"{match[0]}?", re.escape(typed))
    return "".join(map(_letter, typed))


def _letter(typed: str) -> str:
    plain = re.escape(folded(typed))
    return f"{plain}e?" if typed in "äöüø" else "aa?" if typed == "å" else plain


def _is_in_address(text: str, first: int, last: int) -> bool:
    """Return whether a place in a text lies within a mail or web address."""
    before = text[max(0, first - _AROUND) : first].split()[-1:] if first and not text[first - 1].isspace() else []
    after = text[last : last + _AROUND].split()[:1] if last < len(text) and not text[last].isspace() else []
    return any("@" in part or "//" in part for part in (*before, *after))


# -- numbers ----------------------------------------------------------------------------------------------------------


def _code(text: str) -> str:
    """Return the pattern of a number, or of letters and digits, however it is grouped; empty for a short range."""
    pieces = re.split(f"{_GAP}+", text)
    signs = "".join(pieces)
    digits = sum(map(str.isdigit, signs))
    if signs.isdigit() and len(pieces) > 1 and digits < SHORTEST_GROUPED:
        return ""
    ends = {sum(map(len, pieces[: place + 1])) for place in range(len(pieces) - 1)}
    pattern = signs[0]
    for place, (before, sign) in enumerate(pairwise(signs), start=1):
        pattern += _between(before, sign, digits, place in ends) + sign
    return pattern


def _between(before: str, sign: str, digits: int, is_gap: bool) -> str:
    if is_gap:
        return f"{_GAP}{{0,2}}"
    if before.isdigit() != sign.isdigit():
        return f"{_GAP}?"
    if before.isdigit() and digits >= SHORTEST_GROUPED:
        return f"{_GAP}{{0,2}}"
    return f"{_DASH}?" if before.isdigit() and digits >= SHORTEST_NUMBER else ""


class Phone(Struct, frozen=True, dict=True):
    """A telephone number as somebody may have typed it, in one term or in several."""

    country: str
    """Digits of the country; empty where it was typed without."""
    rest: str
    """Its digits within the country, without the zero before them."""

    @classmethod
    def readings(cls, text: str) -> tuple[Phone, ...]:
        """The telephone numbers that a text may be, in any notation; none for anything else."""
        if not _PHONE.fullmatch(text):
            return ()
        digits = re.sub("[^0-9]", "", text.replace(_TRUNK_ZERO, ""))
        if not SHORTEST_PHONE <= len(digits) <= LONGEST_PHONE + 2:
            return ()
        if text.lstrip("(").startswith("+") or digits.startswith("00"):
            return (cls._abroad(digits.removeprefix("00")),)
        if digits.startswith("0"):
            return (cls("", digits[1:]),)
        is_long = len(digits) >= SHORTEST_PHONE + 2
        return (cls._abroad(digits), cls("", digits)) if is_long else ()

    @classmethod
    def _abroad(cls, digits: str) -> Phone:
        country = country_of(digits)
        rest = digits[len(country) :]
        return cls(country, rest if country in _KEEPS_ZERO else rest.removeprefix("0"))

    def is_number(self, number: str) -> bool:
        """Return whether a number with its country (digits alone) is this one."""
        country = country_of(number)
        rest = number[len(country) :]
        return self.country in ("", country) and self.rest == (rest.removeprefix("0") if not self.country else rest)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The number in a text, with or without its country."""
        gap, rest = f"{_GAP}{{0,3}}", f"{_GAP}{{0,2}}".join(self.rest)
        country = gap.join(self.country) if self.country else f"[1-9](?:{_GAP}?[0-9]){{0,2}}"
        return re.compile(rf"(?<![0-9])(?:(?:00{gap})?{country}{gap}(?:\(?0\)?{gap})?|0?{gap}){rest}")


def country_of(digits: str) -> str:
    """Return the digits of the country at the beginning of an international number."""
    if digits[:1] in ("1", "7"):
        return digits[:1]
    return digits[:2] if _TWO_DIGITS.match(digits) else digits[:3]
