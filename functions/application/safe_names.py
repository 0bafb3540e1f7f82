"""Names in texts that a machine sends: only what can be nothing but a name.

Customers choose their own names, and what a machine publishes in the company's name is read by others. So a name is
not searched for what is bad (links, mentions, commands and markup of each platform, numbers to call): it must consist
of letters, and of the few marks that stand between letters. With any other name, the text is sent in its form without
a name.
"""

from __future__ import annotations

import unicodedata

from conversations.normalization import normalize

LONGEST = 40
"""Characters of a name that goes out."""
MOST_DIGITS = 4
"""A user name may end in a year; a telephone number is longer."""
MOST_MARKS = 2
"""Accents and vowel signs that may stand on one letter."""
_JOINING = frozenset("-'_\u2019")
"""Characters that may stand between two letters or digits."""
_ENDING = frozenset(".,")
"""Characters that may end a word, as in ``J. R. Meier`` or ``Meier, Jana``; within a word a full stop makes a link."""
_EAST_ASIAN = frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO", "HANGUL", "IDEOGRAPHIC"})
_APOSTROPHES = "\u02bb\u02bc"
"""Letters of Latin names that Unicode counts among the marks."""
_INVISIBLE = frozenset(
    {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0x180B, 0x1810), *range(0xFE00, 0xFE10)}
    | {*range(0xE0100, 0xE01F0)}
)
"""Letters and marks that are not seen: Unicode's ``Default_Ignorable_Code_Point``, without what is no letter anyway."""


def published(name: str | None) -> str | None:
    """Return a name as it may go out by itself, in compatibility form (NFKC); None for one that may not."""
    if not name or len(name) > 4 * LONGEST:
        return None
    plain = normalize("NFKC", name.strip())
    words = [word for word in plain.split(" ") if word]
    shown = " ".join(words)
    digits = sum(character.isnumeric() for character in shown)
    if not 0 < len(shown) <= LONGEST or digits > MOST_DIGITS or "www." in shown.casefold():
        return None
    is_name = shown[0].isalpha() and all(_is_word(word) for word in words) and _is_of_one_script(shown)
    return shown if is_name else None


def _is_of_one_script(name: str) -> bool:
    """Return whether all letters are of one script, or of those that are written together in East Asia.

    Some scripts have letters that look like the stops, colons and slashes of others, with which a link is written, and
    some turn the direction of what stands around them (unicode.org/reports/tr39/#Restriction_Level_Detection).
    """
    scripts = {_script(letter) for letter in name if letter.isalpha() and letter not in _APOSTROPHES}
    return len(scripts) == 1 or scripts <= _EAST_ASIAN


def _script(letter: str) -> str:
    """Return the script of a letter: the first word of its name in Unicode."""
    return unicodedata.name(letter, "").partition(" ")[0].partition("-")[0]


def _is_word(word: str) -> bool:
    """Return whether a word is made of letters and digits, with marks on them or single signs between them."""
    marks, before = 0, ""
    for place, character in enumerate(word):
        kind = unicodedata.category(character)
        if ord(character) in _INVISIBLE:
            return False
        if kind in ("Mn", "Mc"):
            marks += 1
            if marks > MOST_MARKS or not before.isalnum():
                return False
            continue
        marks = 0
        if not _may_follow(character, before, is_last=place == len(word) - 1):
            return False
        before = character
    return before.isalnum() or before in _ENDING


def _may_follow(character: str, before: str, *, is_last: bool) -> bool:
    if character.isalpha() or character.isdecimal():
        return True
    return before.isalnum() and (character in _JOINING or (character in _ENDING and is_last))
