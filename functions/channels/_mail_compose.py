"""Writes a mail that goes out, so that nothing a stranger wrote becomes a header, an address or a part of it.

Sources: RFC 5322 (headers, addresses, message ids), RFC 2047 (words in another charset), RFC 2231 (names of files),
docs.aws.amazon.com/ses/latest/dg/send-email-raw.html (addresses are ASCII before the @, and IDNA behind it).

The library's newer interface (``EmailMessage``) reads what is assigned to a header and decodes the words in it, so a
word within a word becomes text with line ends. Here each value is encoded explicitly and never read again, ids and
addresses are of a strict form or left out, and the bytes are parsed once more before they leave.
"""

from __future__ import annotations

import re
import unicodedata
from email.charset import QP, Charset
from email.encoders import encode_base64
from email.header import Header
from email.message import EmailMessage
from email.message import Message as Mail
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.parser import BytesParser
from email.policy import SMTP, compat32
from typing import TYPE_CHECKING

from msgspec import Struct

from channels._mail_headers import dns_name, lowered
from shared.hidden import repr_without

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channels.base import File

LONGEST_LINE = 200
"""Characters of a subject or a name."""
_LOCAL = re.compile(r"(?=.{1,64}\Z)[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_MESSAGE_ID = re.compile(r"(?=.{3,250}\Z)[A-Za-z0-9!#$%&'*+/=?^_`{|}~.:-]+@[A-Za-z0-9!#$%&'*+/=?^_`{|}~.:\[\]-]+")
_ENCODED = "=?"
"""The beginning of a word in another charset: an id or an address that holds it may be decoded by its reader."""
_MIME = re.compile(r"(?!message/|multipart/)[a-z]{1,20}/[A-Za-z0-9.+-]{1,100}")
_ATOMS = re.compile(r"[A-Za-z0-9 ]+")
_JOINERS = "\u200c\u200d"
"""Invisible letters that belong to words and emoji."""
_OUT = compat32.clone(linesep="\r\n", max_line_length=76)


class Unsafe(ValueError):
    """The mail would not be what was meant, so it is not sent."""


class Letter(Struct, frozen=True):
    """The content of a mail to one person, or a few."""

    sender: str
    to: Sequence[str]
    reply_to: str
    subject: str
    text: str
    sender_name: str = ""
    cc: Sequence[str] = ()
    answered: str = ""
    """The Message-ID that is answered, without its brackets; one that is not of a strict form is left out."""
    references: Sequence[str] = ()
    own_headers: Sequence[tuple[str, str]] = ()
    """Headers whose values we make ourselves: plain ASCII in one line."""
    files: Sequence[File] = ()

    def __repr__(self) -> str:
        return repr_without(self, "files")


def compose(letter: Letter) -> bytes:
    """Return the mail as it goes over the wire. Raises ``Unsafe``."""
    parts = [_text_part(letter.text), *map(_file_part, letter.files)]
    mail = parts[0] if len(parts) == 1 else MIMEMultipart("mixed")
    for part in parts if len(parts) > 1 else ():
        mail.attach(part)
    headers = _headers(letter)
    for name, value in headers:
        mail[name] = value  # pyright: ignore[reportArgumentType]
    names = ["MIME-Version", "Content-Type", *(() if letter.files else ("Content-Transfer-Encoding",))]
    raw = mail.as_bytes(policy=_OUT)
    _verify(raw, [*names, *(name for name, _ in headers)], letter)
    return raw


def sendable_address(address: str) -> str:
    """Return an address as a mail can be sent to it, its domain in ASCII. Raises ``Unsafe`` for any other text."""
    local, _, domain = lowered(address).rpartition("@")
    name = dns_name(domain)
    if _ENCODED in local or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(name):
        raise Unsafe("no address")
    return f"{local}@{name}"


def one_line(text: str) -> str:
    """Return a text as one line without control letters and such as turn the direction of writing."""
    letters = (" " if unicodedata.category(each) in ("Cc", "Zl", "Zp") else each for each in text[: 10 * LONGEST_LINE])
    kept = (each for each in letters if each in _JOINERS or unicodedata.category(each) not in ("Cf", "Cs", "Cn", "Co"))
    return " ".join("".join(kept).split())[:LONGEST_LINE].strip()


def is_message_id(text: str) -> bool:
    """Tell if a text is a Message-ID, without its brackets, that can stand in a header."""
    return _ENCODED not in text and _MESSAGE_ID.fullmatch(text) is not None


def _headers(letter: Letter) -> list[tuple[str, str | Header]]:
    answered = [f"<{letter.answered}>"] if is_message_id(letter.answered) else []
    references = [*answered, *(f"<{each}>" for each in letter.references if is_message_id(each))]
    return [
        ("From", _address("From", letter.sender_name, letter.sender)),
        ("To", _addresses("To", letter.to)),
        *((("Cc", _addresses("Cc", letter.cc)),) if letter.cc else ()),
        ("Reply-To", _address("Reply-To", "", letter.reply_to)),
        ("Subject", _words("Subject", one_line(letter.subject))),
        *((("In-Reply-To", answered[0]),) if answered else ()),
        *((("References", " ".join(references)),) if references else ()),
        *((name, _plain(value)) for name, value in letter.own_headers),
    ]


def _address(header: str, name: str, address: str) -> Header:
    value = Header(header_name=header, maxlinelen=76)
    if name := one_line(name):
        value.append(name, "us-ascii" if _ATOMS.fullmatch(name) else "utf-8")
        value.append(f"<{sendable_address(address)}>", "us-ascii")
    else:
        value.append(sendable_address(address), "us-ascii")
    return value


def _addresses(header: str, addresses: Sequence[str]) -> Header:
    text = ", ".join(map(sendable_address, addresses))
    return Header(text, "us-ascii", header_name=header, maxlinelen=76)


def _words(header: str, text: str) -> Header:
    """Encode a text so that decoding it once gives it back, and nothing more."""
    is_plain = text.isascii() and _ENCODED not in text
    return Header(text, "us-ascii" if is_plain else "utf-8", header_name=header, maxlinelen=76)


def _plain(value: str) -> str:
    if not value.isascii() or not value.isprintable() or _ENCODED in value:
        raise Unsafe("no header")
    return value


def _text_part(text: str) -> Mail:
    charset = Charset("utf-8")
    charset.body_encoding = QP
    return MIMEText(_storable(text) + "\n", "plain", charset)  # pyright: ignore[reportArgumentType]


def _storable(text: str) -> str:
    """Return the text of a mail without letters that no mail program shows; ends of lines stay."""
    lines = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in lines if each in "\n\t" or unicodedata.category(each) != "Cc")


def _file_part(file: File) -> Mail:
    part = MIMEBase(*_mime(file).split("/"))
    part.set_payload(file.content)
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", _file_name(file)))
    return part


def _mime(file: File) -> str:
    return file.mime.lower() if _MIME.fullmatch(file.mime.lower()) else "application/octet-stream"


def _file_name(file: File) -> str:
    return one_line("".join(each for each in file.name if each.isprintable())) or "file"


def _verify(raw: bytes, names: Sequence[str], letter: Letter) -> None:
    """Parse what was written, by both of the library's readers, and compare it with what was meant."""
    mail = BytesParser(policy=compat32).parsebytes(raw)
    if sorted(name for name, _ in mail.raw_items()) != sorted(set(names)):
        raise Unsafe("headers")
    leaves = mail.get_payload() if letter.files else [mail]
    if not isinstance(leaves, list) or len(leaves) != 1 + len(letter.files):
        raise Unsafe("parts")
    kinds = [part.get_content_type() if isinstance(part, Mail) and not part.is_multipart() else "" for part in leaves]
    if kinds != ["text/plain", *map(_mime, letter.files)]:
        raise Unsafe("parts")
    _verify_addresses(raw, letter)


def _verify_addresses(raw: bytes, letter: Letter) -> None:
    mail = BytesParser(_class=EmailMessage, policy=SMTP).parsebytes(raw, headersonly=True)
    expected = {"From": [letter.sender], "To": letter.to, "Cc": letter.cc, "Reply-To": [letter.reply_to]}
    for name, addresses in expected.items():
        found = mail[name].addresses if mail[name] else ()
        if [each.addr_spec.lower() for each in found] != [sendable_address(each) for each in addresses]:
            raise Unsafe("addresses")
