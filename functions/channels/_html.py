"""Reads what people see in a piece of HTML: its text, and its tags with their attributes. Linear in time, never fails.

Platforms and mail programs send HTML that is not always whole. A parser that repairs documents is not needed here, and
some of those take a quadratic time for what is broken on purpose: the standard library's does, in the versions that
Lambda has, for comments and tags without an end. Here each search that finds nothing is made once.

Source: html.spec.whatwg.org/multipage/parsing.html (comments, bogus comments, raw text, quoted attributes).
"""

from __future__ import annotations

import re
from functools import cache
from html import escape, unescape
from typing import TYPE_CHECKING

from msgspec import Struct, field

from channels._links import bare

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    IsQuote = Callable[["Tag"], bool]
    MarkOf = Callable[["Tag"], str]

_SPACE = re.compile(r"\s+")
_NO_CHARACTER = re.compile(r"&#[0-9]{9,};?")
"""A number that is none of a character. Python would make an integer of it, and refuses very long ones."""
_NAME = re.compile(r"</?([A-Za-z][^\s/>]{0,99}+)")
"""A longer name is that of no element; without a limit each sign of many would be read on to the end of the text."""
_ATTRIBUTE = re.compile(r"""([^\s=/>"']++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++)))?""")
_TEXT = re.compile(r"[^<]++|<")
"""Text, or the sign with which any markup begins."""
_PIECE = re.compile(rf"""[^<]++|(?={_NAME.pattern})[^>"']++(?:(?:"[^"]*+"|'[^']*+')[^>"']*+)*+>|<""")
"""Text, a tag whose quotation marks end, or the sign with which other markup begins."""
_CELL_ENDS = re.compile(r" *\t[ \t]*")
_COMMENT_END = re.compile(r"--!?>")
_BLOCKS = frozenset({"p", "div", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "table", "aside"})
_BREAKS = {
    **dict.fromkeys(_BLOCKS, ("\n\n", "\n\n")),
    **dict.fromkeys(("br", "li", "tr", "hr"), ("\n", "")),
    **dict.fromkeys(("td", "th"), ("\t", "")),
}
"""Text in place of the tag that opens an element, and of the one that closes it."""
_SHOWN = frozenset({*_BREAKS, "a", "img"})
"""Elements that are seen as more than the text within them."""
_RAW = frozenset({"script", "style", "title", "noembed", "noframes", "iframe"})
"""Elements that are not seen, and whose content holds no tags: it ends at their own closing tag."""
_UNSEEN = frozenset({"template", "xml"})
_CLOSING = re.compile(r"</([A-Za-z][^\s/>]*)")
_OFFICE = ("o:", "w:", "x:")
"""Settings of Microsoft's programs, which they write into a page as elements; ``o:p`` alone is a paragraph."""
_NAMES = ("@", "#")
"""Signs before the names of people and topics."""
_LINKED = ("http://", "https://", "mailto:", "tel:")
_QUOTES_LOOKED_AT = 50
"""Tags whose quotation marks do not end, after which such marks are not looked at any more."""
LONGEST_LINK = 2000
MARK_END = "\ue00f"
"""A line of its own, below the lines of an element that is marked."""
MARK_PLACE = "\ue00e"
"""The mark of an element whose begin alone is marked."""
_MARK_SIGNS = re.compile(r"[\ue000-\ue00f]")


class Tag(Struct, frozen=True):
    """A tag: its name in lower case, as it stands there, and if it closes an element."""

    name: str
    source: str
    closes: bool = False

    def attributes(self) -> dict[str, str]:
        """Names in lower case; the first of a name counts, as in a browser."""
        found: dict[str, str] = {}
        if len(self.source) <= len(self.name) + 2:
            return found
        for name, double, single, unquoted in _ATTRIBUTE.findall(self.source[len(self.name) + 1 :]):
            found.setdefault(name.lower(), _unescaped(double or single or unquoted))
        return found

    def attribute(self, wanted: str) -> str:
        """Return one of them, without reading those behind it; empty where there is none."""
        for found in _ATTRIBUTE.finditer(self.source, len(self.name) + 1):
            if found[1].lower() == wanted:
                return _unescaped(found[2] or found[3] or found[4] or "")
        return ""


def text_of(
    html: str,
    *,
    links: bool = False,
    names: bool = False,
    base: str = "",
    is_quote: IsQuote | None = None,
    mark_of: MarkOf | None = None,
    picture_of: MarkOf | None = None,
) -> str:
    """Return the text as it is read: paragraphs with an empty line between them, other breaks as they are.

    ``links``: the address of a link stands behind its words, unless they are the address, or with ``names`` a person's
    or a topic's name; one without a host is below ``base``. ``picture_of(tag)`` returns the text of a picture. Elements
    of which ``is_quote(tag)`` holds are left out. The lines of an element for which ``mark_of(tag)`` returns a mark
    stand between a line with that mark and one with ``MARK_END``; marks are U+E000 to U+E00E.
    """
    reader = _Reader(html, links, is_quote, mark_of, picture_of, names, base.rstrip("/"))
    reader.read(_pieces(html))
    reader.end_link()
    return _tidy("".join(reader.parts))


def tags(html: str, names: Collection[str] | None = None) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the opening tags with their attributes, names in lower case; of these names alone, if any are given."""
    for tag in opening_tags(html):
        if names is None or tag.name in names:
            yield tag.name, tag.attributes()


def opening_tags(html: str) -> Iterator[Tag]:
    """Yield the opening tags, whose attributes are not yet read."""
    return (piece for piece in _pieces(html) if isinstance(piece, Tag) and not piece.closes)


def reduced(html: str, elements: Collection[str], attributes: Collection[str]) -> str:
    """Return a page with these elements and attributes alone, each written by us; the text within others stays.

    It still may lead anywhere, and elements may be open; who shows it makes it harmless.
    """
    parts: list[str] = []
    for piece in _pieces(html):
        if not isinstance(piece, Tag):
            parts.append(escape(_unescaped(piece), quote=False))
        elif piece.name in elements:
            kept = {} if piece.closes else {k: v for k, v in piece.attributes().items() if k in attributes}
            written = "".join(f' {name}="{escape(value)}"' for name, value in kept.items())
            parts.append(f"<{'/' * piece.closes}{piece.name}{written}>")
    return "".join(parts)


class _Reader(Struct):
    """Collects the text of a page; what is not seen lasts until its element is closed, if it ever is."""

    html: str
    links: bool
    is_quote: IsQuote | None
    mark_of: MarkOf | None
    picture_of: MarkOf | None
    names: bool
    base: str
    closed: set[str] | None = None
    """The elements that are closed anywhere; None as long as nobody asked."""
    parts: list[str] = field(default_factory=list)
    exact: bool = False
    hidden: str = ""
    """The name of the element that is left out at the moment, and how often it stands in itself."""
    depth: int = 0
    marked: str = ""
    """The name of the element that is marked at the moment, and how often it stands in itself."""
    marked_depth: int = 0
    link: tuple[str, int] | None = None
    """The address of the link that is open, and where its words begin."""
    shown_links: set[str] = field(default_factory=set)

    def read(self, pieces: Iterable[Tag | str]) -> None:
        for piece in pieces:
            if isinstance(piece, str):
                if not self.hidden:
                    self._add_text(piece)
            elif self.hidden:
                self._leave(piece)
            elif not piece.closes and self._is_left_out(piece):
                self._begin_hidden(piece)
            else:
                if piece.name in _SHOWN:
                    self._show(piece)
                if self.mark_of is not None:
                    self._mark(piece, self.mark_of)

    def _begin_hidden(self, tag: Tag) -> None:
        if not tag.source.endswith("/>"):
            self.hidden, self.depth = tag.name, 1

    def _add_text(self, text: str) -> None:
        """Add text between tags; most has neither signs to replace nor more than a space between its words."""
        if not (self.exact or (text.isprintable() and "  " not in text)):
            text = _SPACE.sub(" ", text)
        words = _unescaped(text) if "&" in text else text
        self.parts.append(words if self.mark_of is None or words.isascii() else _MARK_SIGNS.sub("", words))

    def _mark(self, tag: Tag, mark_of: MarkOf) -> None:
        """Begin or end an element that is marked; one within it belongs to it."""
        if self.marked:
            if tag.name == self.marked and not tag.source.endswith("/>"):
                self.marked_depth += -1 if tag.closes else 1
            if not self.marked_depth:
                self.marked = ""
                self.parts.append(f"\n{MARK_END}\n")
        elif not tag.closes and not tag.source.endswith("/>") and (mark := mark_of(tag)):
            if mark != MARK_PLACE:
                self.marked, self.marked_depth = tag.name, 1
            self.parts.append(f"\n{mark}\n")

    def _is_left_out(self, tag: Tag) -> bool:
        if tag.name in _UNSEEN or (":" in tag.name and tag.name.startswith(_OFFICE) and tag.name != "o:p"):
            if self.closed is None:
                self.closed = {name.lower() for name in _CLOSING.findall(self.html)}
            return tag.name in self.closed  # what is never closed would hide all that follows
        return self.is_quote is not None and self.is_quote(tag)

    def _leave(self, tag: Tag) -> None:
        if tag.name == self.hidden:
            self.depth += -1 if tag.closes else 1
        if not self.depth:
            self.hidden = ""

    def _show(self, tag: Tag) -> None:
        if breaks := _BREAKS.get(tag.name):
            self.parts.append(breaks[tag.closes])
            if tag.name == "pre":
                self.exact = not tag.closes
        elif tag.name == "a" and self.links:
            self.end_link()
            if not tag.closes:
                address = tag.attribute("href")
                is_below = self.base and address.startswith("/") and not address.startswith("//")
                self.link = (f"{self.base}{address}" if is_below else address, len(self.parts))
        elif tag.name == "img" and self.picture_of is not None:
            self.parts.append(self.picture_of(tag))

    def end_link(self) -> None:
        if self.link is None:
            return
        (address, begin), self.link = self.link, None
        words = "".join(self.parts[begin:]).strip()
        if self.names and words.startswith(_NAMES):
            return
        address = "".join(address.split())
        if not address.lower().startswith(_LINKED) or len(address) > LONGEST_LINK:
            return
        if address not in self.shown_links and bare(address) not in bare("".join(words.split())):
            self.shown_links.add(address)
            self.parts.append(f" ({address})" if words else f" {address} ")


def _pieces(html: str) -> Iterator[Tag | str]:
    """Yield tags and the text between them; comments and declarations are left out."""
    scanner, at, end = _Scanner(html), 0, len(html)
    while at < end:
        for found in (_PIECE if scanner.unended < _QUOTES_LOOKED_AT else _TEXT).finditer(html, at):
            piece = source = found[0]
            if found.lastindex is not None:
                piece = Tag(found[1].lower(), source, source[1] == "/")
                if piece.name in _RAW and not piece.closes:
                    at = scanner.raw(piece, at + len(source))
                    break
            elif source == "<":
                piece, at = scanner.markup(at)
                if piece is not None:
                    yield piece
                break
            at += len(source)
            yield piece


class _Scanner:
    """Finds where markup ends. A search that found nothing once finds nothing further on, and is not made again."""

    def __init__(self, html: str) -> None:
        self._html = html
        self._is_over: set[str] = set()
        self.unended = 0
        """Tags whose quotation marks do not end."""

    def markup(self, start: int) -> tuple[Tag | str | None, int]:
        """Return the tag that begins here (the sign itself where none does, None for a comment), and where it ends."""
        html = self._html
        if html.startswith("<!--", start):
            return None, self._end("comment", _COMMENT_END, start + 2) or self._bogus(start)
        if html.startswith(("<!", "<?"), start):
            return None, self._bogus(start)
        name = _NAME.match(html, start)
        end = self._next_end(start) if name else 0
        return self.tag(name[1], html[start:end], end) if name and end else ("<", start + 1)

    def tag(self, name: str, source: str, end: int) -> tuple[Tag | None, int]:
        """Return a tag and where it ends; None for an element whose content is left out, and where that ends."""
        tag = Tag(name.lower(), source, source.startswith("</"))
        return (None, self.raw(tag, end)) if tag.name in _RAW and not tag.closes else (tag, end)

    def raw(self, tag: Tag, end: int) -> int:
        """Return where an element ends that is not seen; of one without an end its tag, unless its content is no text
        at all.
        """
        closing = self._end(tag.name, _raw_end(tag.name), end)
        if closing:
            return self._bogus(closing)
        return len(self._html) if tag.name in ("script", "style") else end

    def _bogus(self, start: int) -> int:
        found = self._find(">", start)
        return found + 1 if found >= 0 else start + 2

    def _next_end(self, start: int) -> int:
        """Return where a tag ends whose quotation marks do not end, 0 if nowhere."""
        self.unended += 1
        return self._find(">", start) + 1

    def _find(self, sign: str, start: int) -> int:
        if sign in self._is_over:
            return -1
        found = self._html.find(sign, start)
        if found < 0:
            self._is_over.add(sign)
        return found

    def _end(self, name: str, pattern: re.Pattern[str], start: int) -> int:
        if name in self._is_over:
            return 0
        match = pattern.search(self._html, start)
        if match is None:
            self._is_over.add(name)
        return match.end() if match else 0


@cache
def _raw_end(name: str) -> re.Pattern[str]:
    return re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)


def _unescaped(text: str) -> str:
    if "&" not in text:
        return text
    return unescape(_NO_CHARACTER.sub("\ufffd", text) if "&#" in text else text)


def _tidy(text: str) -> str:
    """Return lines without space at their ends and around cells, and without more than one empty line."""
    text = text.replace("\xa0", " ").strip()
    if "\n" not in text and "\t" not in text:
        return text
    lines = [line.strip() for line in text.split("\n")]
    if "\t" in text:
        lines = [_CELL_ENDS.sub("\t", line) for line in lines]
    kept = [line for number, line in enumerate(lines) if line or lines[number - 1]]
    return "\n".join(kept).strip()
