"""Named links: the whole address of a link stands in a text also where only words, or a part of it, are shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_CUT = re.compile(r"(?:\.\.\.|\u2026)/?\Z")
_UNWRITTEN = ("https://", "http://", "mailto:", "tel:", "www.")
SHORTEST = 4
"""Characters of an address that are shown at least where it is shortened."""


def with_links(raw: bytes, links: Iterable[tuple[int, int, str]], encoding: str) -> str:
    """Return an encoded text with the addresses of its links: their beginnings and ends are counted in its bytes.

    A link that overlaps another, or begins or ends within a character, is left out rather than have the text wrong.
    """
    at, parts = 0, []
    for start, end, address in sorted(links):
        end = min(end, len(raw))
        if start < at or start >= end:
            continue
        try:
            before, words = raw[at:start].decode(encoding), raw[start:end].decode(encoding)
        except UnicodeDecodeError:
            continue
        parts += [before, named(words, address)]
        at = end
    return "".join([*parts, raw[at:].decode(encoding, "replace")])


def named(words: str, address: str) -> str:
    """Return the words of a link with its address behind them, or in the place of what is a part of it."""
    if words == address or not address:
        return words
    return address if is_short_form(words, address) else f"{words} ({address})"


def is_short_form(words: str, address: str) -> bool:
    """Return whether words are an address without what is left out when it is shown."""
    shown = _CUT.sub("", words.strip())
    if shown == words.strip():
        return bare(shown) == bare(address)
    return len(shown) >= SHORTEST and "." in shown and bare(address).startswith(bare(shown))


def bare(address: str) -> str:
    """Return an address without what is left out when people write it."""
    for prefix in _UNWRITTEN:
        address = address[len(prefix) :] if address[: len(prefix)].lower() == prefix else address
    return address.rstrip("/").lower()
