"""What people read in a piece of HTML: its text, and its tags with their attributes. Linear in time, and never fails.

Platforms send the HTML that their own pages show: small, but not always whole. A parser that repairs documents is not
needed here, and some of those take a quadratic time for what is broken on purpose.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECES = re.compile(r"<[^<>]*>|[^<]+|<")
_SPACE = re.compile(r"\s+")
_NO_CHARACTER = re.compile(r"&#[0-9]{9,};?")
"""A number that is none of a character. Python would make an integer of it, and refuses very long ones."""
_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)")
_ATTRIBUTE = re.compile(r"""\s([A-Za-z][-A-Za-z0-9]*)=(?:"([^"]*)"|'([^']*)')""")
_BLOCKS = frozenset({"p", "div", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "table", "aside"})
_LINES = frozenset({"br", "li", "tr", "hr"})
_UNSEEN = frozenset({"script", "style"})


def text_of(html: str) -> str:
    """The text as it is read: paragraphs with an empty line between them, other breaks as they are."""
    parts: list[str] = []
    unseen, exact = "", False
    for piece in _PIECES.findall(html):
        name = _tag_name(piece)
        if unseen:
            unseen = "" if piece.startswith("</") and name == unseen else unseen
        elif name in _UNSEEN and not piece.startswith("</"):
            unseen = name
        elif name:
            exact = not piece.startswith("</") if name == "pre" else exact
            parts.append("\n\n" if name in _BLOCKS else "\n" if name in _LINES and piece[1] != "/" else "")
        elif not piece.startswith("<!"):
            parts.append(_unescaped(piece if exact else _SPACE.sub(" ", piece)))
    return _tidy("".join(parts))


def tags(html: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The opening tags with their attributes, names in lower case."""
    for piece in _PIECES.findall(html):
        name = _tag_name(piece)
        if name and not piece.startswith("</"):
            found = _ATTRIBUTE.findall(piece)
            yield name, {key.lower(): _unescaped(one or other) for key, one, other in found}


def _unescaped(text: str) -> str:
    return unescape(_NO_CHARACTER.sub("\ufffd", text) if "&#" in text else text)


def _tag_name(piece: str) -> str:
    found = _NAME.match(piece) if piece.endswith(">") else None
    return found[1].lower() if found else ""


def _tidy(text: str) -> str:
    """Without space at the ends of lines, and without more than one empty line."""
    lines = [line.strip() for line in text.replace("\xa0", " ").split("\n")]
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return "\n".join(kept).strip()
