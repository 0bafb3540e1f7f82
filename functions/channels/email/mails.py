"""A mail, taken apart: its headers, its parts and its files."""

from __future__ import annotations

import re
from email.errors import (
    FirstHeaderLineIsContinuationDefect,
    InvalidHeaderDefect,
    MessageError,
    MisplacedEnvelopeHeaderDefect,
    MissingHeaderBodySeparatorDefect,
)
from email.feedparser import FeedParser
from email.message import Message as Mail
from email.policy import compat32
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from channels import _mail_limits
from channels._charsets import read_bytes
from channels._mail_headers import decoded, mailboxes
from channels._payload import UnreadableUpdate
from channels._values import as_id, as_text
from channels.base import json_object
from conversations.facts import Attachment, Source, Unreadable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

LONGEST_HEADER = 32_768
FED_AT_ONCE = 65_536
"""Bytes of a mail; the library needs several times as many in between."""
PARTS = 500
DEEPEST = 40
"""Number of parts or mails that may be nested."""
ADDRESS_HEADERS = 10
"""Number of headers of one name that are searched for addresses."""
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,500})>")
_BARE_ID = re.compile(r"(?=[^@]*\d)[^<>@\s\"]{1,250}@[^<>@\s\"]{1,250}")
"""An id without its brackets. One has digits, unlike the address of a person, which old programs put there, too."""


def notification_kind(notification: Mapping[str, Any]) -> str:
    return str(notification.get("notificationType") or notification.get("eventType") or "")


def refused(reason: str, notification: Mapping[str, Any], raw: bytes) -> Unreadable:
    """Return a mail or an event that is not read: where it lies, and who wrote it as far as that is safe to tell."""
    mail, action = json_object(notification.get("mail")), json_object(receipt_of(notification).get("action"))
    found: dict[str, Any] = {
        "kind": notification_kind(notification),
        "message_id": mail.get("messageId"),
        "key": action.get("objectKey"),
        "at": mail.get("timestamp"),
    }
    found = {name: as_text(value) for name, value in found.items() if as_text(value)}
    seen = glimpse(raw, str(mail.get("source") or ""))
    shown = {"from": seen.sender, "subject": seen.subject, "senders": list(seen.addresses)}
    return Unreadable(reason, found | {name: value for name, value in shown.items() if value}, _source(notification))


def _source(notification: Mapping[str, Any]) -> Source | None:
    """Return SES's notification without the mail's headers, which stand in the mail; None where that is not kept."""
    is_mail = notification_kind(notification) == "Received"
    if is_mail and not as_text(json_object(receipt_of(notification).get("action")).get("objectKey")):
        return None
    mail = json_object(notification.get("mail"))
    kept = {name: value for name, value in mail.items() if name not in ("headers", "commonHeaders")}
    given = {name: value for name, value in notification.items() if name != "content"}
    return Source({**given, "mail": kept})


def glimpse(raw: bytes, source: str = "") -> _mail_limits.Glimpse:
    """Return who wrote a mail and about what, without parsing it; ``source`` is who handed it in, as SES says."""
    heads = _mail_limits.raw_headers(raw)
    written = {name: decoded(read_bytes(heads.get(name, b""), None)) for name in _WRITERS}
    sender, subject = (_mail_limits.one_line(written[name]) for name in ("from", "subject"))
    stated = [heads.get(name, b"").decode("utf-8", "replace") for name in ("from", "reply-to", "sender")]
    return _mail_limits.Glimpse(sender, subject, _mail_limits.addresses(*stated, source))


_WRITERS = ("from", "subject")


def receipt_of(notification: Mapping[str, Any]) -> dict[str, Any]:
    return json_object(notification.get("receipt"))


class Heads(NamedTuple):
    """The headers that matter, by names in lower case, as they stand there."""

    values: dict[str, list[str]]
    pairs: list[tuple[str, str]]
    """All of them, in their order."""
    is_whole: bool = True
    """False where a line among them is none, so that another reader may find other headers."""
    guessed: frozenset[str] = frozenset()
    """Names of headers with bytes of no declared character set, so that another reader may find other letters."""

    def first(self, name: str) -> str:
        return next(iter(self.values.get(name, [])), "")

    def ids(self, name: str) -> list[str]:
        """Return the ids of mails in a header, without their brackets, which some programs forget."""
        if name not in self.values:
            return []
        text = " ".join(self.values[name])
        words = text.replace(",", " ").split()
        return _MESSAGE_ID.findall(text) or (words if all(map(_BARE_ID.fullmatch, words)) else [])

    def addresses(self, *names: str) -> list[tuple[str, str]]:
        """Names and addresses in lower case; what is no address is left out."""
        found = (
            each for name in names for value in self.values.get(name, [])[:ADDRESS_HEADERS] for each in mailboxes(value)
        )
        return [(mailbox.name, mailbox.address) for mailbox in found]


class Part(Mail):
    """A mail or a part of one, whose headers do not change once it is taken apart."""

    _mime = ""
    _fields: dict[str, str] | None = None

    @property
    def mime(self) -> str:
        if not self._mime:
            self._mime = super().get_content_type()
        return self._mime

    @property
    def fields(self) -> dict[str, str]:
        """The first header of each name (in lower case), as it stands there."""
        if self._fields is None:
            self._fields = {name.lower(): str(value) for name, value in reversed([*self.raw_items()])}
        return self._fields

    def get_content_type(self) -> str:
        """Return the MIME type; the library asks for it several times, too."""
        return self.mime


_POLICY = compat32.clone(message_factory=Part)


def opened(raw: bytes) -> Part:
    """The mail, taken apart. With the older policy, as the newer one interprets every header, at any cost."""
    if not raw:
        raise UnreadableUpdate("no_content")
    if reason := _mail_limits.excess(raw):
        raise UnreadableUpdate(reason)
    parser: FeedParser[Any] = FeedParser(policy=_POLICY)
    try:
        for begin in range(0, len(raw), FED_AT_ONCE):
            parser.feed(raw[begin : begin + FED_AT_ONCE].decode("ascii", "surrogateescape"))
        mail = parser.close()
    except (MessageError, RecursionError, ValueError):
        raise UnreadableUpdate("no_mail") from None
    if _is_too_deep(mail):
        raise UnreadableUpdate("too_nested")
    return mail


def _is_too_deep(mail: Part) -> bool:
    """Return whether parts stand within parts so often that writing one of them as a file would not end well.

    A mail within a mail needs no boundary, so its raw bytes do not tell, and the library writes it by recursion.
    """
    waiting = [(mail, 0)]
    while waiting:
        part, depth = waiting.pop()
        if depth > DEEPEST:
            return True
        waiting.extend((child, depth + 1) for child in children_of(part))
    return False


def children_of(part: Part) -> list[Part]:
    """Return the parts of a part, or the mail that it is."""
    return [child for child in part.get_payload() if isinstance(child, Part)] if part.is_multipart() else []


def read_headers(mail: Part) -> Heads:
    found: dict[str, list[str]] = {}
    pairs: list[tuple[str, str]] = []
    guessed: set[str] = set()
    for written, value in mail.raw_items():
        name, text = written.lower(), str(value)
        raw = text.encode("utf-8", "surrogateescape")
        if len(raw) > LONGEST_HEADER:
            raise UnreadableUpdate("too_long_header")
        if not raw.isascii():
            text = as_text(_header_text(name, raw, mail)) or ""
            if text.encode("utf-8", "replace") != raw:
                guessed.add(name)
        line = re.sub(r"\r?\n", "", text) if "\n" in text else text
        pairs.append((name, line))
        found.setdefault(name, []).append(line)
    is_whole = not any(isinstance(defect, _BROKEN_HEADERS) for defect in mail.defects)
    return Heads(found, pairs, is_whole, frozenset(guessed))


def _header_text(name: str, raw: bytes, mail: Part) -> str:
    """Return a header as text. Letters that are not encoded are in UTF-8, or as those of the mail's own text."""
    text = read_bytes(raw, _charset_within(mail))
    if name in _WITH_ADDRESSES and any(text.count(sign) != raw.count(sign.encode()) for sign in _SIGNS):
        # The character set takes a sign for a part of a letter, so that another reader finds other addresses.
        return raw.decode("cp1252", "replace")
    return text


_WITH_ADDRESSES = frozenset({"from", "reply-to", "sender", "to", "cc"})
_SIGNS = '<>@,;:"\\()'


def _charset_within(mail: Part) -> str | None:
    """Return the character set that a mail, or the first of its parts that says so, declares."""
    waiting = [mail]
    for _ in range(DEEPEST):
        if not waiting:
            break
        part = waiting.pop(0)
        if charset := declared_charset(part):
            return charset
        waiting = children_of(part)[:DEEPEST] + waiting
    return None


def declared_charset(part: Part) -> str | None:
    """Return the character set that a part says its text has."""
    stated = part.fields.get("content-type", "")
    if usual := _USUAL_TYPE.fullmatch(stated):
        return usual[1] or usual[2]
    if "charset" not in stated.lower():
        return None
    found = part.get_param("charset")
    return (found[2] if isinstance(found, tuple) else found) or None


_USUAL_TYPE = re.compile(
    r"text/[a-z]+;\s?charset=(?:\"([a-z0-9_.:-]+)\"|([a-z0-9_.:-]+))(?:;\s?(?:format|delsp)=[a-z]+)*",
    re.IGNORECASE | re.ASCII,
)
"""The form in which most programs declare it; any other is left to the library, which takes much longer."""
_BROKEN_HEADERS = (
    FirstHeaderLineIsContinuationDefect,
    InvalidHeaderDefect,
    MisplacedEnvelopeHeaderDefect,
    MissingHeaderBodySeparatorDefect,
)
_UNSEEN = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
_FAMILIES = {"image", "video", "audio"}


class Leaf(NamedTuple):
    """A part of a mail without parts of its own, which may be a mail itself."""

    number: int
    part: Part
    mime: str

    @property
    def family(self) -> str:
        return self.mime.partition("/")[0]


def leaf_parts(mail: Part) -> Iterator[Leaf]:
    """The leaves of a mail; a mail within the mail is one of them, and not looked into."""
    waiting, number = [mail], 0
    while waiting and number < PARTS:
        part = waiting.pop(0)
        if part.mime.startswith("multipart/") and part.is_multipart():
            waiting = children_of(part)[:PARTS] + waiting
            continue
        if any(len(str(value)) > LONGEST_HEADER for _, value in part.raw_items()):
            raise UnreadableUpdate("too_long_header")
        yield Leaf(number, part, part.mime)
        number += 1


def is_file(part: Part) -> bool:
    is_placed = "content-disposition" in part.fields
    return (is_placed and part.get_content_disposition() == "attachment") or bool(_named(part))


def attachments(leaves: Iterable[Leaf], notification: Mapping[str, Any]) -> Iterator[Attachment]:
    key = as_id(json_object(receipt_of(notification).get("action")).get("objectKey"))
    for leaf in leaves:
        if leaf.mime in _UNSEEN or (leaf.mime in ("text/plain", "text/html") and not is_file(leaf.part)):
            continue
        kind = leaf.family if leaf.family in _FAMILIES else "file"
        digest = blake2b(_bytes(leaf.part), digest_size=8).hexdigest()
        yield Attachment(kind, title=_file_name(leaf.part), id=f"{key}#{leaf.number}" if key else None, digest=digest)


def _named(part: Part) -> str:
    """Return the file name that a part gives; decoded here, as the library takes any codec for a character set."""
    found = _parameter(part, "content-disposition", "filename") or _parameter(part, "content-type", "name")
    if isinstance(found, tuple):
        charset, _, value = found
        return read_bytes(value.encode("latin-1", "replace"), charset or "us-ascii")
    return found


def _parameter(part: Part, header: str, name: str) -> str | tuple[str | None, str | None, str]:
    """Return a parameter of a header, also where its letters are not encoded: the library replaces such ones."""
    value = part.fields.get(header, "")
    if not value.isascii():
        value = read_bytes(value.encode("utf-8", "surrogateescape"), declared_charset(part))
    if name not in value.lower():
        return ""  # most have none, and a header is parsed each time that it is asked for
    holder = Mail()
    holder[header] = value
    return holder.get_param(name, header=header) or ""


def _file_name(part: Part) -> str | None:
    name = decoded(_named(part)).replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in name if letter.isprintable())[:200] or None


def part(raw: bytes, number: int) -> tuple[str | None, str, bytes]:
    """Name, MIME type and bytes of a file that came with a mail; raises ``LookupError`` if there is none."""
    found = parts(raw, {number})
    if number not in found:
        raise LookupError(number)
    return found[number]


def parts(raw: bytes, numbers: Collection[int]) -> dict[int, tuple[str | None, str, bytes]]:
    """The same for several at once, as taking a large mail apart takes seconds; what is not there is left out."""
    try:
        wanted = [leaf for leaf in leaf_parts(opened(raw)) if leaf.number in numbers]
    except UnreadableUpdate:
        return {}
    return {leaf.number: (_file_name(leaf.part), leaf.mime, _bytes(leaf.part)) for leaf in wanted}


def _bytes(part: Part) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b"".join(each.as_bytes() for each in children_of(part))
