"""Reads the headers of a mail: words in any charset, and addresses, the same on every version of Python.

Sources: RFC 5322 3.4 (addresses), RFC 2047 (words in another charset), RFC 6854 (groups).

The standard library's ``getaddresses`` changed what it takes for an address between releases, and reads the first of
two addresses where the one in the brackets is meant. Here the address is the one in the last ``<…>``; what stands
before it is the name, and so is what a comma cuts off from it.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from channels._charsets import read_bytes
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
_QUOTED_LOCAL = re.compile(r"(?<![^\s<,;:])\"([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64})\"@")
"""A part before the at sign in quotation marks that it does not need."""
_EMPTY_GROUP = re.compile(r"[^:<>@\"]{0,80}:\s*")
_BEFORE_ADDRESS = re.compile(r"[\s'<(\[]*(?:mailto:)?\Z")


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
    text = value[:LONGEST_VALUE].strip()
    if ADDRESS.fullmatch(text):
        return [Mailbox("", lowered(text))]
    for piece in _pieces(_QUOTED_LOCAL.sub(r"\1@", text) if '"@' in text else text):
        mailbox = _mailbox(piece, before)
        if mailbox:
            found.append(mailbox)
            before = []
        elif piece.text.strip() and not _EMPTY_GROUP.fullmatch(piece.text):
            before.append(piece.text.strip())
    return found


def decoded(text: str) -> str:
    """Return a header's words in one line, without ``=?utf-8?q?…?=``; one that is wrongly written stays as it is."""
    begin = text[:LONGEST_VALUE]
    return " ".join((as_text("".join(_words(begin)) if "=?" in begin else begin) or "").split())


def _words(text: str) -> Iterator[str]:
    """Yield the text of a header; a letter may be divided between two encoded words of one character set."""
    at, charset, pending = 0, "", b""
    for word in _ENCODED_WORD.finditer(text):
        raw, between = _word_bytes(word), text[at : word.start()]
        if pending and (between.strip() or raw is None or word[1].lower() != charset):
            yield read_bytes(pending, charset)
            pending = b""
        if raw is None:
            yield between + word[0]
        else:
            yield between if between.strip() or at == 0 else ""
            charset, pending = word[1].lower(), pending + raw
        at = word.end()
    yield read_bytes(pending, charset)
    yield text[at:]


def _word_bytes(word: re.Match[str]) -> bytes | None:
    """Return the bytes of an encoded word; None for one that is wrongly written."""
    content = word[3].encode("utf-8", "replace")
    if word[2] in "qQ":
        return binascii.a2b_qp(content, header=True)
    try:
        return binascii.a2b_base64(content + b"==")
    except ValueError:
        return None


_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?(.*?)\?=")


_SIGN = re.compile(r"[\\\"()<>,;]")


def _pieces(value: str) -> Iterator[_Piece]:
    """Cut at commas and semicolons that stand outside of quotation marks, comments and brackets."""
    start, bare, quoted, depth, in_brackets = 0, "", False, 0, False
    taken, skipped = 0, -1  # the end of what ``bare`` is made of, and the letter behind a backslash
    for sign in _SIGN.finditer(value):
        index, letter = sign.start(), sign[0]
        is_outside = not quoted and not depth
        if index == skipped:
            continue
        if letter == "\\":
            skipped = -1 if is_outside else index + 1
        elif (letter == '"' and not depth) or (letter in "()" and not quoted):
            bare, taken = bare + (value[taken:index] if is_outside else ""), index + 1
            quoted ^= letter == '"'
            depth = max(0, depth + {"(": 1, ")": -1}.get(letter, 0))
        elif is_outside and letter in ",;" and not in_brackets:
            yield _Piece(value[start:index], bare + value[taken:index], True)
            start, bare, taken = index + 1, "", index + 1
        elif is_outside and letter in "<>":
            in_brackets = letter == "<"
    is_open = bool(quoted or depth)
    yield _Piece(value[start:], bare + ("" if is_open else value[taken:]), not (is_open or in_brackets))


def _mailbox(piece: _Piece, before: list[str]) -> Mailbox | None:
    # What was never closed hides the brackets behind it, so they are looked for in the whole text then.
    bare = piece.bare if piece.is_closed else piece.text
    brackets = _BRACKETS.findall(bare)
    if not brackets:
        address = lowered(_GROUP.sub("", bare, count=1).strip())
        return (
            Mailbox("", address, piece.is_closed) if ADDRESS.fullmatch(address) else _carelessly_written(bare, brackets)
        )
    address = lowered(brackets[-1].strip())
    if not ADDRESS.fullmatch(address):
        return _carelessly_written(bare, brackets)
    words = bare[: bare.rindex("<")]
    names_another = "@" in words and lowered(words.strip()) != address
    is_plain = piece.is_closed and len(brackets) == 1 and not names_another and bare.rstrip().endswith(">")
    name = ", ".join([*before, piece.text[: piece.text.rindex("<")].strip()])
    return Mailbox(_name(name), address, is_plain)


def _carelessly_written(bare: str, brackets: list[str]) -> Mailbox | None:
    """Return the address of a text that no standard allows, such as ``Mira mira@…``, if it holds one alone.

    Another reader may find nothing in it, or another address, so the result is not plain.
    """
    within = next((text for text in reversed(brackets) if "@" in text), "")
    text = (within or bare).strip().strip("'")
    found = [each[0].rstrip(".") for each in ADDRESS.finditer(text)]
    addresses = {lowered(each) for each in found}
    if len(addresses) != 1 or (within and text.removeprefix("mailto:") != found[0]):
        return None
    return Mailbox(_name(_BEFORE_ADDRESS.sub("", bare[: bare.find(found[0])])), addresses.pop(), False)


def lowered(address: str) -> str:
    """Return an address with small letters in place of the capital ones of ASCII.

    Other letters stay as they are: some have a small form that is another person's letter, such as the Kelvin sign.
    """
    return address.lower() if address.isascii() else address.translate(_SMALL)


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


def written_domain(domain: str) -> str:
    """Return a domain as people write it, where the DNS knows it in ASCII letters (``xn--…``); any other as it is."""
    if "xn--" not in domain:
        return domain
    import idna

    try:
        return idna.decode(domain[:LONGEST_DOMAIN])
    except UnicodeError:
        return domain


_SMALL = {capital: capital + 32 for capital in range(ord("A"), ord("Z") + 1)}
_JOINERS = "\u200c\u200d"
"""Invisible letters that belong to words and emoji."""


def _name(text: str) -> str:
    """Return a name as it is shown; one with an address in it would be taken for the sender's.

    Nothing in it turns the direction of writing or is invisible, so it is shown as it is compared here.
    """
    name = decoded(text.replace('\\"', "'").replace('"', ""))[:LONGEST_VALUE]
    if name.isascii():
        return "" if "@" in name else name[:LONGEST_NAME].strip()
    shown = name if name.isprintable() else "".join(filter(_is_shown, name))
    plain = normalize("NFKC", shown[:LONGEST_NAME])
    return "" if "@" in plain or "@" in shown else shown[:LONGEST_NAME].strip()


def _is_shown(letter: str) -> bool:
    return letter in _JOINERS or unicodedata.category(letter) not in ("Cf", "Co", "Cn")
