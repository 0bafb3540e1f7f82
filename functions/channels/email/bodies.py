"""All text of a mail, line by line: of plain parts and pages, with what mail programs mark as a quotation.

Sources: RFC 2046 5.1 (multipart/mixed, alternative), RFC 2387 (related), RFC 2183 (inline and attachment).
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from channels._charsets import read_bytes
from channels._html import MARK_END, MARK_PLACE, text_of
from channels._values import as_text
from channels.email.mails import PARTS, Part, children_of, declared_charset, is_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from channels._html import Tag

READ_BYTES = 1_000_000
"""Bytes of all texts of a mail that are read: a page may be many times as long as what is shown of it."""
READ_LINES = 50_000
_LONGEST_STUB = 400
"""Characters of a plain text that only says that there is a page."""


class LineKind(Enum):
    """Origin of a line, as far as elements and ``>`` say."""

    OWN = ""
    INTRODUCTION = "\ue000"
    """A mail program says here who wrote what follows."""
    QUOTE = "\ue001"
    """A mail program marked it as the words of others."""
    INDENTED = "\ue002"
    """It begins with ``>`` or is in a blockquote: a quotation, or the writer's own emphasis."""
    BELOW = "\ue003"
    """All that follows is quoted or forwarded."""


class Line(NamedTuple):
    """A line of a mail, without white space at its end."""

    text: str
    kind: LineKind = LineKind.OWN


class _Piece(NamedTuple):
    """One part with text."""

    text: str
    is_page: bool


class _Reader:
    """Reads parts as long as there is room for them."""

    def __init__(self) -> None:
        self.room = READ_BYTES
        self.parts = 0
        self.is_cut = False

    def pieces(self, part: Part) -> list[_Piece]:
        """Return what a part says, in its order."""
        self.parts += 1
        if self.parts > PARTS:
            return []
        mime = part.mime
        if not mime.startswith("multipart/") or not part.is_multipart():
            return self._text(part, mime)
        children = children_of(part)[:PARTS]
        if mime == "multipart/alternative":
            return _chosen([self.pieces(child) for child in children])
        if mime == "multipart/related":
            # The others belong to the first, such as pictures and styles; what has no name for it stands for itself.
            children = [each for number, each in enumerate(children) if number == 0 or not each["content-id"]]
        return [piece for child in children for piece in self.pieces(child)]

    def _text(self, part: Part, mime: str) -> list[_Piece]:
        if mime not in ("text/plain", "text/html") or is_file(part):
            return []
        raw = part.get_payload(decode=True)
        if not isinstance(raw, bytes):
            return []
        self.is_cut = self.is_cut or len(raw) > self.room
        kept, self.room = raw[: self.room], max(0, self.room - len(raw))
        text = as_text(read_bytes(kept, declared_charset(part), is_page=mime == "text/html")) or ""
        plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
        return [_Piece(plain, mime == "text/html")]


def _chosen(alternatives: list[list[_Piece]]) -> list[_Piece]:
    """Return the plain text, unless it is empty or only points to the page; else the best page, which is the last."""
    readable = [pieces for pieces in alternatives if any(piece.text.strip() for piece in pieces)]
    plain = next((pieces for pieces in readable if not any(piece.is_page for piece in pieces)), None)
    pages = [pieces for pieces in readable if any(piece.is_page for piece in pieces)]
    if plain is not None and not (pages and _is_stub("\n".join(piece.text for piece in plain), pages[-1])):
        return plain
    return next((pieces for pieces in reversed(pages) if any(line.text for line in _lines_of(pieces))), plain or [])


def _is_stub(plain: str, page: list[_Piece]) -> bool:
    """Return whether a plain text says no more than that its reader should look at the page."""
    if len(plain) > _LONGEST_STUB or not re.search(r"\bhtml\b|browser", plain, re.IGNORECASE):
        return False
    words = {word for line in _lines_of(page) for word in line.text.split()}
    own = [word for word in plain.split() if word not in words]
    return len(words) > len(plain.split()) // 2 and len(own) > len(plain.split()) // 2


def body_lines(mail: Part) -> tuple[list[Line], bool]:
    """Return the lines of all texts of a mail, and whether there are more."""
    reader = _Reader()
    lines = _lines_of(reader.pieces(mail))
    return lines[:READ_LINES], reader.is_cut or len(lines) > READ_LINES


def _lines_of(pieces: list[_Piece]) -> list[Line]:
    """Return the lines of parts that follow each other; a page that repeats a plain part is left out."""
    lines: list[Line] = []
    known: set[str] = set()
    for piece in pieces:
        if len(lines) > READ_LINES:
            break
        plain = piece.text.split("\n", READ_LINES)
        found = list(_page_lines(piece.text) if piece.is_page else map(line_of, plain))
        if not any(line.text for line in found):
            continue
        if len(pieces) > 1:
            words = " ".join(" ".join([line.text for line in found]).split())
            if piece.is_page and words in known:
                continue
            known.add(words)
        lines += [*([Line("")] if lines else []), *found]
    return lines


def line_of(text: str) -> Line:
    """Return a line of plain text."""
    return Line(text.rstrip(), LineKind.INDENTED if text.lstrip().startswith(">") else LineKind.OWN)


def _page_lines(html: str) -> Iterator[Line]:
    """Yield the lines of a page; those between marks are of the kind of the mark."""
    kind = LineKind.OWN
    for text in text_of(html, links=True, mark_of=_mark_of).split("\n"):
        if text == MARK_END:
            kind = LineKind.OWN
        elif text == MARK_PLACE:
            kind = LineKind.INTRODUCTION  # up to the first quotation
        elif text in _MARKS:
            kind = LineKind(text)
        elif kind is LineKind.OWN:
            yield line_of(text)
        else:
            yield Line(text.rstrip(), kind)


_MARKS = frozenset(kind.value for kind in LineKind if kind.value)
_QUOTING = frozenset({"gmail_quote", "protonmail_quote", "tutanota_quote", "iosymail", "yahoo_quoted", "zmail_extra"})
"""Classes of elements in which mail programs put what others wrote."""
_QUOTING_DIVS = _QUOTING - {"gmail_quote"}
"""Gmail puts answers between the quotations, in its element for all of them."""
_INTRODUCING = frozenset({"gmail_attr", "moz-cite-prefix"})
_BELOW = ("divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container", "mobile-reference-message")
"""Places in which Outlook puts what is answered or forwarded: all that follows."""


def _mark_of(tag: Tag) -> str:
    """Return the mark of an element that mail programs make for words of others; empty for any other element."""
    if tag.name not in ("blockquote", "div"):
        return ""
    attributes = tag.attributes()
    if not attributes and tag.name == "div":
        return ""
    classes = set(attributes.get("class", "").lower().split())
    if tag.name == "blockquote":
        is_quote = attributes.get("type", "").lower() == "cite" or bool(classes & _QUOTING)
        return (LineKind.QUOTE if is_quote else LineKind.INDENTED).value
    named = f"{attributes.get('id', '')} {attributes.get('class', '')}".lower()
    if any(each in named for each in _BELOW):
        return LineKind.BELOW.value
    if "gmail_quote" in classes:
        return MARK_PLACE
    if classes & _INTRODUCING:
        return LineKind.INTRODUCTION.value
    return LineKind.QUOTE.value if classes & _QUOTING_DIVS or attributes.get("name", "").lower() == "quote" else ""
