"""Reads the headers of a mail: words in any charset, and addresses, the same on every version of Python.

Sources: RFC 5322 3.4 (addresses), RFC 2047 (words in another charset), RFC 6854 (groups).

The standard library's ``getaddresses`` changed what it takes for an address between releases, and reads the first of
two addresses where the one in the brackets is meant. Here the address is the one in the last ``<…>``; what stands
before it is the name, and so is what a comma cuts off from it.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from email.errors import MessageError
from email.header import decode_header
from typing import TYPE_CHECKING, NamedTuple

from channels._values import as_text
from conversations.normalization import normalize

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_VALUE = 2000
"""Characters of a subject, a name or a list of addresses that are read."""
LONGEST_NAME = 200
LONGEST_DOMAIN = 253
ADDRESS = re.compile(
    r"[^\s@<>()\[\],;:\\\"\x00-\x1f]{1,64}@[A-Za-z0-9\u0080-\uffff](?:[A-Za-z0-9.\-\u0080-\uffff]{0,252})"
)
_BRACKETS = re.compile(r"<([^<>]*)>")
_GROUP = re.compile(r"[^:<>@]*:")


class Mailbox(NamedTuple):
    """One address of a header, in lower case, with its name."""

    name: str
    """Decoded; empty where there is none, or where it reads like an address that it is not."""
    address: str
    is_plain: bool = True
    """False where another reader could take another address from the same text."""


class _Piece(NamedTuple):
    """The text between two commas, and the same without what stands in quotation marks or comments."""

    text: str
    bare: str
    is_closed: bool


def mailboxes(value: str) -> list[Mailbox]:
    """Return the addresses of a header; text that holds none belongs to the name of the next."""
    found: list[Mailbox] = []
    before: list[str] = []
    for piece in _pieces(value[:LONGEST_VALUE]):
        mailbox = _mailbox(piece, before)
        if mailbox:
            found.append(mailbox)
            before = []
        elif piece.text.strip():
            before.append(piece.text.strip())
    return found


def decoded(text: str) -> str:
    """Return a header's words in one line, without ``=?utf-8?q?…?=``; one that is wrongly written stays as it is."""
    try:
        parts = decode_header(text[:LONGEST_VALUE])
        words = "".join(read_bytes(part, charset) if isinstance(part, bytes) else part for part, charset in parts)
    except (MessageError, ValueError):
        words = text[:LONGEST_VALUE]
    return " ".join((as_text(words) or "").split())


def read_bytes(raw: bytes, charset: str | None) -> str:
    """Return bytes as text in the charset they claim, else as what they most likely are."""
    try:
        return raw.decode(_codec(charset) if charset else "utf-8", "strict" if not charset else "replace")
    except (LookupError, ValueError):
        return raw.decode("cp1252", "replace")


_CODEC = re.compile(
    r"ascii|utf-(?:7|8|8-sig|(?:16|32)(?:-[lb]e)?)|iso8859-\d{1,2}|cp\d{3,5}|koi8-[rtu]|kz1048|ptcp154|hz|johab|"
    r"big5(?:hkscs)?|gb(?:k|2312|18030)|euc_(?:jp|jis_2004|jisx0213|kr)|shift_jis(?:_2004|x0213)?|"
    r"iso2022_(?:kr|jp(?:_(?:1|2|2004|3|ext))?)|mac-[a-z0-9]{1,20}"
)


def _codec(charset: str) -> str:
    """Return the codec of a character set; raises ``LookupError`` for the others that Python knows.

    These are no character sets of mails (IANA's registry lists none of them), and some take quadratic time (Punycode).
    """
    name = codecs.lookup(charset[:40]).name
    if not _CODEC.fullmatch(name):
        raise LookupError(charset)
    return name


def _pieces(value: str) -> Iterator[_Piece]:
    """Cut at commas and semicolons that stand outside of quotation marks, comments and brackets."""
    start, bare, quoted, depth, skip = 0, [], False, 0, False
    in_brackets = False
    for index, letter in enumerate(value):
        if skip:
            skip = False
        elif letter == "\\" and (quoted or depth):
            skip = True
        elif letter == '"' and not depth:
            quoted = not quoted
        elif not quoted and letter in "()":
            depth = max(0, depth + (1 if letter == "(" else -1))
        elif not quoted and not depth:
            in_brackets = letter == "<" or (in_brackets and letter != ">")
            if letter in ",;" and not in_brackets:
                yield _Piece(value[start:index], "".join(bare), True)
                start, bare = index + 1, []
            else:
                bare.append(letter)
    yield _Piece(value[start:], "".join(bare), not (quoted or depth or in_brackets))


def _mailbox(piece: _Piece, before: list[str]) -> Mailbox | None:
    # What was never closed hides the brackets behind it, so they are looked for in the whole text then.
    bare = piece.bare if piece.is_closed else piece.text
    brackets = _BRACKETS.findall(bare)
    if not brackets:
        address = lowered(_GROUP.sub("", bare, count=1).strip())
        return Mailbox("", address, piece.is_closed) if ADDRESS.fullmatch(address) else None
    address = lowered(brackets[-1].strip())
    if not ADDRESS.fullmatch(address):
        return None
    words = bare[: bare.rindex("<")]
    names_another = "@" in words and lowered(words.strip()) != address
    is_plain = piece.is_closed and len(brackets) == 1 and not names_another and bare.rstrip().endswith(">")
    name = ", ".join([*before, piece.text[: piece.text.rindex("<")].strip()])
    return Mailbox(_name(name), address, is_plain)


def lowered(address: str) -> str:
    """Return an address with small letters in place of the capital ones of ASCII.

    Other letters stay as they are: some have a small form that is another person's letter, such as the Kelvin sign.
    """
    return address.translate(_SMALL)


def dns_name(domain: str) -> str:
    """Return a domain as the DNS knows it (IDNA 2008, UTS 46); empty where it is none.

    The standard library's codec is IDNA 2003, in which ``ß`` becomes ``ss``: another domain, of somebody else.
    """
    name = domain
    if not name.isascii():
        import idna  # few domains need its tables

        try:
            name = idna.encode(name[:LONGEST_DOMAIN], uts46=True).decode("ascii")
        except UnicodeError:  # of which the library's errors are
            return ""
    labels = name.lower().split(".")
    return ".".join(labels) if all(0 < len(label) < 64 for label in labels) else ""


_SMALL = {capital: capital + 32 for capital in range(ord("A"), ord("Z") + 1)}
_JOINERS = "\u200c\u200d"
"""Invisible letters that belong to words and emoji."""


def _name(text: str) -> str:
    """Return a name as it is shown; one with an address in it would be taken for the sender's.

    Nothing in it turns the direction of writing or is invisible, so it is shown as it is compared here.
    """
    name = decoded(text.replace('\\"', "'").replace('"', ""))[:LONGEST_VALUE]
    shown = "".join(each for each in name if each in _JOINERS or unicodedata.category(each) not in ("Cf", "Co", "Cn"))
    plain = normalize("NFKC", shown[:LONGEST_NAME])
    return "" if "@" in plain or "@" in shown else shown[:LONGEST_NAME].strip()
