"""Unicode's normal forms in a time that grows with the text's length and no faster.

``unicodedata.normalize`` sorts the marks on a letter, and takes the square of their number: 100,000 marks on one letter
are twenty seconds. No script has more than a few. So what is piled up higher than Unicode's stream-safe format permits
(unicode.org/reports/tr15/#Stream_Safe_Text_Format) is brought into order in pieces of that height.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Literal

LONGEST = 32_768
"""Characters of a text that are looked at, and that come out: more than any platform's message has."""
HIGHEST = 30
"""Marks on one letter that are ordered together."""


def normalize(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """Return a text in one of Unicode's normal forms."""
    if text.isascii() or not _suspect().search(text) or not _pile().search(text):
        return unicodedata.normalize(form, text)
    return "".join(unicodedata.normalize(form, piece) for piece in _piece().findall(text))


def beginning(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str, longest: int = LONGEST) -> str:
    """Return the beginning of a text in a normal form, cut before and after: one character may become eighteen."""
    return normalize(form, text[:longest])[:longest]


def without_unseen(text: str) -> str:
    """Return a text without hyphens that show only at the end of a line, and what else stands unseen within words."""
    return _unseen().sub("", text)


def single_line(text: str) -> str:
    """Return a text as one line: what is not seen, ends of lines included, is a space, and of several one stays."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


@cache
def _unseen() -> re.Pattern[str]:
    return re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


@cache
def _suspect() -> re.Pattern[str]:
    """Return the pattern of so many signs in a row that are no plain letters.

    Only then the table of all marks is made, which takes a moment; this one takes a millisecond to compile.
    """
    return re.compile(f"[^\x00-\u02ff\u3041-\u3096\u30a1-\u30ff\u4e00-\u9fff\uac00-\ud7a3]{{{HIGHEST + 1}}}")


@cache
def _pile() -> re.Pattern[str]:
    return re.compile(f"[{_marks()}]{{{HIGHEST + 1}}}")


@cache
def _piece() -> re.Pattern[str]:
    return re.compile(f"[^{_marks()}]+[{_marks()}]{{0,{HIGHEST}}}|[{_marks()}]{{1,{HIGHEST}}}")


@cache
def _marks() -> str:
    """Return what is, or becomes, a mark that has a place in the order: the inside of a regular expression's class."""
    found = {code for code in range(0x300, 0x20000) if _is_mark(chr(code))}
    begins = sorted(code for code in found if code - 1 not in found)
    ends = sorted(code for code in found if code + 1 not in found)
    return "".join(rf"\U{first:08x}-\U{last:08x}" for first, last in zip(begins, ends, strict=True))


def _is_mark(char: str) -> bool:
    return unicodedata.combining(unicodedata.normalize("NFKD", char)[0]) > 0
