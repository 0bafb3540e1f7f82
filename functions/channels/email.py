"""E-mail by Amazon SES: what customers write to an address, and what answers from there.

Sources: docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html (what SES says of a mail that
came in), …/dg/event-publishing-retrieving-eventbridge-examples.html (what became of one that went out),
…/APIReference-V2/API_SendEmail.html and …/dg/header-fields.html (sending; SES puts its own Message-ID),
RFC 5322 3.6.4 (In-Reply-To, References), RFC 3834 (what is answered by nobody), RFC 7489 3.1 (whose sender is proven).

``parse`` takes SES's notification as JSON, with the mail itself as ``content`` (text, or Base64 where
``receipt.action.encoding`` says so); ``received`` takes the two apart, as a large mail is better not put into JSON.

Secrets: ``reply_key``, any long random text: with it the addresses are made to which customers answer.
``access_key_id``, ``secret_access_key``, ``session_token``: keys for SES, where the function's own role is not used.
Options: ``region``, ``configuration_set`` (whose events tell what became of a mail), ``sender_name``, ``subject``,
``base_url``.
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import b32encode, b64decode, b64encode
from email.errors import (
    FirstHeaderLineIsContinuationDefect,
    InvalidHeaderDefect,
    MessageError,
    MisplacedEnvelopeHeaderDefect,
    MissingHeaderBodySeparatorDefect,
)
from email.message import Message as Mail
from email.parser import BytesParser
from email.policy import compat32
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from channels import _mail_compose, _mail_limits, _mail_sender, _options, _payload, _transport
from channels._html import text_of
from channels._mail_headers import decoded, mailboxes, read_bytes
from channels._payload import Events, UnreadableUpdate
from channels._transport import Answer, Call, CodeTable, Refusal
from channels._values import as_id, as_millis, as_text, is_invented
from channels.base import (
    Account,
    AccountManager,
    Capabilities,
    Channel,
    Credentials,
    Files,
    Outbound,
    PermanentFailure,
    Reason,
    Receiver,
    Request,
    Route,
    Sender,
    Situation,
    TransientFailure,
    Way,
    json_list,
    json_object,
)
from conversations.model import Attachment, Author, Fact, Kind, Unreadable, Visibility

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

TEXT_LIMIT = 100_000
SHOWN_TEXT = 50_000
"""Characters of a mail that are taken in; the rest stays in the original."""
FILES = Files(5, {"*/*": 5_000_000})
"""Together with their encoding less than the 40 MB that SES takes."""

LONGEST_HEADER = 32_768
PARTS = 500
DEEPEST = 40
"""How many parts or mails may stand within each other."""
ADDRESS_HEADERS = 10
"""How many headers of one name are looked at for addresses."""
SHOWN_LINES = 50_000
QUOTA_PAUSE = 3600.0
"""Seconds to wait once the day's quota is used up: it counts the last 24 hours, so some of it comes back with time."""
RATE_PAUSE = 2.0
POLICY_PAUSE = 1800.0

_TOKEN = re.compile(r"([a-z2-7]{20})([a-z2-7]{10})")
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,500})>")
_OURS = "nachfrage"
_ID_HEADER = "X-Nachfrage-Id"


class EmailReceiver(Receiver):
    """What E-Mail reports."""

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        notification = _payload.document(request)
        if not isinstance(notification, dict):
            return []
        if _kind(notification) != "Received":
            return heard(notification, credentials)
        return received(notification, _content(notification), credentials)


class EmailSender(Sender):
    """What goes out to E-Mail."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        """Always, as long as there is an address: mail knows no window. An answer is no advertisement."""
        if situation.visibility is not Visibility.PRIVATE or not situation.customer_id:
            return []
        return [Route(Way.PRIVATE_MESSAGE, Visibility.PRIVATE, TEXT_LIMIT, files=FILES)]

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        sent = _call("POST", "outbound-emails", credentials, _letter(message, credentials))
        return wire_id(_transport.sent_id(sent.get("MessageId")), _region(credentials))

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        """SES keeps no list of what was sent; its event ``Send`` tells, where the configuration set has it."""
        raise PermanentFailure(Reason.BAD, "cannot_look")


class EmailAccount(AccountManager):
    """The account on E-Mail."""

    def check(self, credentials: Credentials) -> Account:
        """The address, if SES may send from it, by itself or by its domain."""
        address = credentials.account_id.lower()
        for identity in (address, address.rpartition("@")[2]):
            try:
                body = _call("GET", f"identities/{quote(identity, safe='')}", credentials, repeatable=True)
            except PermanentFailure as failure:
                if failure.code != "NotFoundException":
                    raise
                continue
            if body.get("VerifiedForSendingStatus") is True:
                return Account(address, credentials.options.get("sender_name") or address)
        raise PermanentFailure(Reason.PERMISSION, "not_verified")


def received(notification: Mapping[str, Any], raw: bytes, credentials: Credentials) -> Events:
    """Return what a mail tells that came in; ``raw`` is its MIME as SES stored it."""
    return _guarded(_received, dict(notification), raw, credentials)


def heard(event: Mapping[str, Any], credentials: Credentials) -> Events:
    """Return what became of a mail of ours, as an event of the configuration set tells it."""
    return _guarded(_event, dict(event), b"", credentials)


def _guarded(read: Any, notification: dict[str, Any], raw: bytes, credentials: Credentials) -> Events:
    """What cannot be read is told by where it lies: the words of a mail are in one place only, and expire there."""

    def keep(reason: str, update: dict[str, Any]) -> Unreadable:
        return refused(reason, update, raw)

    return _payload.read_each("email", [notification], read, raw, credentials, keep=keep)


def _kind(notification: Mapping[str, Any]) -> str:
    return str(notification.get("notificationType") or notification.get("eventType") or "")


def refused(reason: str, notification: Mapping[str, Any], raw: bytes) -> Unreadable:
    """Return a mail or an event that is not read: where it lies, and who wrote it as far as that is safe to tell."""
    mail, action = json_object(notification.get("mail")), json_object(_receipt(notification).get("action"))
    found: dict[str, Any] = {
        "kind": _kind(notification),
        "message_id": mail.get("messageId"),
        "key": action.get("objectKey"),
        "at": mail.get("timestamp"),
    }
    found = {name: as_text(value) for name, value in found.items() if as_text(value)}
    seen = glimpse(raw, str(mail.get("source") or ""))
    shown = {"from": seen.sender, "subject": seen.subject, "senders": list(seen.addresses)}
    return Unreadable(reason, found | {name: value for name, value in shown.items() if value})


def glimpse(raw: bytes, source: str = "") -> _mail_limits.Glimpse:
    """Return who wrote a mail and about what, without parsing it; ``source`` is who handed it in, as SES says."""
    heads = _mail_limits.raw_headers(raw)
    written = {name: decoded(heads.get(name, b"").decode("utf-8", "replace")) for name in _WRITERS}
    sender, subject = (_mail_limits.one_line(written[name]) for name in ("from", "subject"))
    stated = [heads.get(name, b"").decode("utf-8", "replace") for name in ("from", "reply-to", "sender")]
    return _mail_limits.Glimpse(sender, subject, _mail_limits.addresses(*stated, source))


_WRITERS = ("from", "subject")


def _receipt(notification: Mapping[str, Any]) -> dict[str, Any]:
    return json_object(notification.get("receipt"))


def _content(notification: Mapping[str, Any]) -> bytes:
    content = notification.get("content")
    if not isinstance(content, str):
        return b""
    if str(json_object(_receipt(notification).get("action")).get("encoding")).upper() != "BASE64":
        return content.encode("utf-8", "surrogateescape" if content.isascii() else "replace")
    try:
        return b64decode(content)
    except ValueError:
        return b""


# A mail that came in -------------------------------------------------------------------------------------------------


class _Heads(NamedTuple):
    """The headers that matter, by names in lower case, as they stand there."""

    values: dict[str, list[str]]
    pairs: list[tuple[str, str]]
    """All of them, in their order."""
    is_whole: bool = True
    """False where a line among them is none, so that another reader may find other headers."""

    def first(self, name: str) -> str:
        return next(iter(self.values.get(name, [])), "")

    def ids(self, name: str) -> list[str]:
        return _MESSAGE_ID.findall(" ".join(self.values.get(name, [])))

    def addresses(self, *names: str) -> list[tuple[str, str]]:
        """Names and addresses in lower case; what is no address is left out."""
        found = (
            each for name in names for value in self.values.get(name, [])[:ADDRESS_HEADERS] for each in mailboxes(value)
        )
        return [(mailbox.name, mailbox.address) for mailbox in found]


def _received(notification: dict[str, Any], raw: bytes, credentials: Credentials) -> Events:
    receipt = _receipt(notification)
    for verdict, reason in (("virusVerdict", "virus"), ("spamVerdict", "spam")):
        if _mail_sender.status(receipt, verdict) == "FAIL":
            raise UnreadableUpdate(reason)
    mail = _opened(raw)
    heads = _heads(mail)
    account = credentials.account_id.lower()
    writer = _writer(heads, notification, account)
    if writer is None:
        return []
    customer = _addressee(heads, account) if writer.own else writer.address
    if customer is None:
        return []
    ses = json_object(notification.get("mail"))
    message_id = next(iter(heads.ids("message-id")), "") or f"x-{as_id(ses.get('messageId')) or ''}"
    text, is_cut = _words(mail)
    answered = next(iter(heads.ids("in-reply-to")), None)
    return [
        Fact(
            Kind.MESSAGE,
            Visibility.PRIVATE,
            # An unproven sender may be anybody, so the mail joins no conversation.
            _thread(heads, receipt, message_id, credentials) if writer.proven else thread_id(f"unproven {message_id}"),
            as_millis(ses.get("timestamp")) or 0,
            message_id,
            author=Author(writer.address, writer.name[:200] or None),
            own=writer.own,
            text=text or None,
            attachments=tuple(_attachments(mail, notification)),
            parent_id=answered,
            customer_id=customer,
            reference=as_id(heads.first(_ID_HEADER.lower()).strip()) if writer.own else None,
            title=_title(heads),
            unsupported=is_cut,
            unproven=not writer.proven,
            is_open=True,
        )
    ]


def _opened(raw: bytes) -> Mail:
    """The mail, taken apart. With the older policy, as the newer one interprets every header, at any cost."""
    if not raw:
        raise UnreadableUpdate("no_content")
    if reason := _mail_limits.excess(raw):
        raise UnreadableUpdate(reason)
    try:
        mail = BytesParser(policy=compat32).parsebytes(raw)
    except (MessageError, RecursionError, ValueError):
        raise UnreadableUpdate("no_mail") from None
    if _is_too_deep(mail):
        raise UnreadableUpdate("too_nested")
    return mail


def _is_too_deep(mail: Mail) -> bool:
    """Return whether parts stand within parts so often that writing one of them as a file would not end well.

    A mail within a mail needs no boundary, so its raw bytes do not tell, and the library writes it by recursion.
    """
    waiting = [(mail, 0)]
    while waiting:
        part, depth = waiting.pop()
        if depth > DEEPEST:
            return True
        children = json_list(part.get_payload()) if part.is_multipart() else []
        waiting.extend((child, depth + 1) for child in children if isinstance(child, Mail))
    return False


def _heads(mail: Mail) -> _Heads:
    found: dict[str, list[str]] = {}
    pairs: list[tuple[str, str]] = []
    for name, value in mail.raw_items():
        text = as_text(str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")) or ""
        if len(text) > LONGEST_HEADER:
            raise UnreadableUpdate("too_long_header")
        pairs.append((name.lower(), re.sub(r"\r?\n", "", text)))
        found.setdefault(name.lower(), []).append(pairs[-1][1])
    return _Heads(found, pairs, not any(isinstance(defect, _BROKEN_HEADERS) for defect in mail.defects))


_BROKEN_HEADERS = (
    FirstHeaderLineIsContinuationDefect,
    InvalidHeaderDefect,
    MisplacedEnvelopeHeaderDefect,
    MissingHeaderBodySeparatorDefect,
)


class _Writer(NamedTuple):
    """Who wrote a mail, as far as it says so."""

    name: str
    address: str
    proven: bool
    own: bool = False


def _writer(heads: _Heads, notification: Mapping[str, Any], account: str) -> _Writer | None:
    """A person; None where a machine wrote."""
    sender = _mail_sender.sender_of(heads.values.get("from", []))
    if sender is None:
        raise UnreadableUpdate("no_sender")
    name, address = sender.name, sender.address
    proof = _mail_sender.proof(sender, notification, heads.pairs) if heads.is_whole else _mail_sender.Proof.NONE
    if address == account and proof == _mail_sender.Proof.FULL:
        return _Writer(name, address, proven=True, own=True)
    proven = proof > _mail_sender.Proof.NONE
    if _is_automatic(heads, notification, address):
        return None
    if _NO_REPLY.fullmatch(_local(address)):
        return _visitor(heads, account) if proven else None
    # Nobody writes to themselves: a mail in our own name that nobody vouches for is somebody else's.
    return _Writer(name, address, proven and address != account)


def _visitor(heads: _Heads, account: str) -> _Writer | None:
    """Whoever filled in a website's form: its mail comes from where nobody reads, and says whom to answer.

    The form's domain vouches for the form, and nobody for the address that was typed into it.
    """
    if "x-auto-response-suppress" in heads.values:
        # Of what people wrote this says nothing: Exchange puts it on whatever it hands on to the members of a group.
        return None
    for name, address in heads.addresses("reply-to"):
        nobody = _DAEMON.fullmatch(_local(address)) or _NO_REPLY.fullmatch(_local(address))
        if not nobody and plain_address(address) != plain_address(account):
            return _Writer(name, address, proven=False)
    return None


def _local(address: str) -> str:
    return address.partition("@")[0]


_DAEMON = re.compile(r"(mailer-daemon|postmaster|bounces?)([+._-].*)?", re.IGNORECASE)
_NO_REPLY = re.compile(r"(no-?_?reply|do-?not-?reply)([+._-].*)?", re.IGNORECASE)
_IN_BULK = {"bulk", "list", "junk", "auto_reply"}


def _is_automatic(heads: _Heads, notification: Mapping[str, Any], sender: str) -> bool:
    """Whether a machine wrote this, so that nobody waits for an answer, and an answer could be answered for ever."""
    submitted = heads.first("auto-submitted").partition(";")[0].strip().lower()
    source = json_object(notification.get("mail")).get("source")
    return (
        submitted not in ("", "no")
        or heads.first("precedence").strip().lower() in _IN_BULK
        or any(name in heads.values for name in ("list-id", "list-unsubscribe", "x-autoreply", "x-autorespond"))
        or heads.first("return-path").strip() == "<>"
        or source in ("", "<>")
        or _ID_HEADER.lower() in heads.values
        or _DAEMON.fullmatch(_local(sender)) is not None
        or heads.first("content-type").lower().startswith("multipart/report")
    )


def _addressee(heads: _Heads, account: str) -> str | None:
    """To whom a colleague wrote with a mail program of his own."""
    others = (address for _, address in heads.addresses("to", "cc") if address != account)
    return next(others, None)


# Which conversation --------------------------------------------------------------------------------------------------


def thread_id(root: str) -> str:
    """The id of a thread: its first mail's id as 20 letters, which fit into an address."""
    return b32encode(blake2b(root.encode("utf-8", "replace"), digest_size=12).digest()).decode().rstrip("=").lower()


def thread_token(thread: str, credentials: Credentials) -> str:
    """The thread, and a proof that we wrote it there: 30 letters."""
    key = credentials.secrets.get("reply_key", "")
    if not key:
        raise TransientFailure(Reason.AUTH, "no_reply_key")
    proof = hmac.digest(key.encode(), thread.encode(), "sha256")[:6]
    return thread + b32encode(proof).decode().rstrip("=").lower()


def reply_address(thread: str, credentials: Credentials) -> str:
    """Where an answer in this thread goes: ``support+<token>@…``, which SES delivers like ``support@…``."""
    local, _, domain = credentials.account_id.lower().rpartition("@")
    return f"{local}+{thread_token(thread, credentials)}@{domain}"


def plain_address(address: str) -> str:
    """An address in lower case, without its name and without what stands behind a plus sign."""
    found = mailboxes(address)
    local, _, domain = (found[0].address if found else "").rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _thread(heads: _Heads, receipt: Mapping[str, Any], message_id: str, credentials: Credentials) -> str:
    """By the address that was written to, by the id that our mails carry along, or by the first mail of the thread."""
    recipients = " ".join(str(each).lower() for each in json_list(receipt.get("recipients"))[:100])
    before = [*reversed(heads.ids("references")), *heads.ids("in-reply-to")]
    places = [*re.findall(r"\+([a-z2-7]{30})@", recipients), *(_mark_in(each) for each in before)]
    for place in places:
        if thread := _proven_thread(place, credentials):
            return thread
    roots = [*heads.ids("references"), *heads.ids("in-reply-to"), message_id]
    return thread_id(roots[0])


def _mark_in(message_id: str) -> str:
    local, _, kind = message_id.lower().partition("@")[0].partition(".")
    return local if kind == _OURS else ""


def _proven_thread(token: str, credentials: Credentials) -> str | None:
    found = _TOKEN.fullmatch(token)
    if not found or not credentials.secrets.get("reply_key"):
        return None
    return found[1] if hmac.compare_digest(thread_token(found[1], credentials), token) else None


# What it says --------------------------------------------------------------------------------------------------------


def _words(mail: Mail) -> tuple[str, bool]:
    """The text without what it quotes, and whether there is more of it."""
    plain, html = _body(mail, "text/plain"), _body(mail, "text/html")
    whole = plain if plain.strip() else _read_html(html)
    text = without_quotes(whole)
    return text[:SHOWN_TEXT], len(text) > SHOWN_TEXT or whole.count("\n") > SHOWN_LINES


_PREFIX = re.compile(r"(?:(?:re|aw|antw|sv|fwd?|wg)\s?(?:\[\d{1,3}\])?\s?:\s*)+", re.IGNORECASE)


def _title(heads: _Heads) -> str | None:
    """What the mails are about, without saying how often they went back and forth."""
    subject = decoded(heads.first("subject"))
    found = _PREFIX.match(subject)
    return (subject[found.end() :] if found else subject)[:200] or None


def _body(mail: Mail, mime: str) -> str:
    for _, part in _parts(mail):
        if part.get_content_type() == mime and not _is_file(part):
            return _text(part)
    return ""


def _text(part: Mail) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    charset = part.get_param("charset")
    name = charset if isinstance(charset, str) else None
    # A page may be three times as long as what is shown of it, and no more is read.
    text = as_text(read_bytes(raw[: 20 * SHOWN_TEXT], name)) or ""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


_HTML_QUOTE = re.compile(
    r"<blockquote|<div[^<>]{0,200}(?:gmail_quote|moz-cite-prefix|yahoo_quoted|divRplyFwdMsg|appendonsend)",
    re.IGNORECASE,
)


def _read_html(html: str) -> str:
    """The text of a page; what it quotes is marked by elements, which are known better than any words."""
    quoted = _HTML_QUOTE.search(html)
    return (quoted and text_of(html[: quoted.start()])) or text_of(html)


_LONGEST_LINE = 400
_INTRO = re.compile(
    r"(?:Am|On|Le|Op|El|Il|Den)\s.{3,300}(?:schrieb|wrote|a écrit|schreef|escribió|ha scritto|skrev)\b.{0,120}:?",
    re.IGNORECASE,
)
_WHEN = re.compile(r"\d{1,2}[:.]\d{2}|\b20\d\d\b|@")
"""Mail programs say when, or who; people who tell what they wrote do so in other words."""
_RULER = re.compile(
    r"-{2,}\s*(?:Original(?:\s|-)?(?:Message|Nachricht)|Urspr\u00fcngliche Nachricht|Antwort|Reply)\s*-{2,}|_{20,}",
    re.IGNORECASE,
)
_SENDER_LINE = re.compile(r"\*?(?:Von|From|De)\s*:\*?\s.{1,300}", re.IGNORECASE)
_SENT_LINE = re.compile(r"\*?(?:Gesendet|Sent|Datum|Date|Envoyé|An|To)\s*:", re.IGNORECASE)


def without_quotes(text: str) -> str:
    """What was newly written. If nothing is left (only quotes, or not what was thought to be one), all of it."""
    lines = text.split("\n", SHOWN_LINES)[:SHOWN_LINES]
    kept: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number].strip()
        size = _intro_size(lines, number)
        if size and _is_quote_next(lines, number + size):
            number += size  # answers may stand between the quoted lines
            continue
        if size or _begins_quote(lines, number):
            break
        if not line.startswith(">"):
            kept.append(lines[number].rstrip())
        number += 1
    found = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return found or text.strip()


def _intro_size(lines: list[str], number: int) -> int:
    """How many lines from here on say who wrote what is quoted: such a line is often broken once or twice."""
    joined = ""
    for size in (1, 2, 3):
        if number + size > len(lines) or not (line := lines[number + size - 1].strip()):
            return 0
        joined = f"{joined} {line}".strip()
        if len(joined) > _LONGEST_LINE or not joined[:1].isalpha():
            return 0
        if joined.endswith(":") and _WHEN.search(joined) and _INTRO.fullmatch(joined):
            return size
    return 0


def _is_quote_next(lines: list[str], number: int) -> bool:
    following = (line.strip() for line in lines[number : number + 3])
    return next((line.startswith(">") for line in following if line), False)


def _begins_quote(lines: list[str], number: int) -> bool:
    line = lines[number].strip()
    if len(line) > _LONGEST_LINE:
        return False
    if _RULER.fullmatch(line):
        return not line.startswith("_") or _is_head(lines, number + 1)
    return _is_head(lines, number)


def _is_head(lines: list[str], number: int) -> bool:
    """Outlook puts the headers of what it quotes above it."""
    rest = [line.strip()[:_LONGEST_LINE] for line in lines[number : number + 4]]
    rest = [line for line in rest if line]
    return len(rest) > 1 and bool(_SENDER_LINE.fullmatch(rest[0]) and any(_SENT_LINE.match(line) for line in rest[1:3]))


# What came with it ---------------------------------------------------------------------------------------------------

_UNSEEN = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
_FAMILIES = {"image", "video", "audio"}


def _parts(mail: Mail) -> Iterator[tuple[int, Mail]]:
    """The leaves of a mail with their numbers; a mail within the mail is one of them, and not looked into."""
    waiting, number = [mail], 0
    while waiting and number < PARTS:
        part = waiting.pop(0)
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            children = json_list(part.get_payload())
            waiting = [child for child in children if isinstance(child, Mail)][:PARTS] + waiting
            continue
        if any(len(str(value)) > LONGEST_HEADER for _, value in part.raw_items()):
            raise UnreadableUpdate("too_long_header")
        yield number, part
        number += 1


def _is_file(part: Mail) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_named(part))


def _attachments(mail: Mail, notification: Mapping[str, Any]) -> Iterator[Attachment]:
    key = as_id(json_object(_receipt(notification).get("action")).get("objectKey"))
    for number, part in _parts(mail):
        mime = part.get_content_type()
        is_text = part.get_content_maintype() == "text" and mime in ("text/plain", "text/html")
        if mime in _UNSEEN or (is_text and not _is_file(part)):
            continue
        family = part.get_content_maintype()
        kind = family if family in _FAMILIES else "file"
        yield Attachment(kind, title=_file_name(part), id=f"{key}#{number}" if key else None)


def _named(part: Mail) -> str:
    """Return the file name that a part gives; decoded here, as the library takes any codec for a character set."""
    found = part.get_param("filename", header="content-disposition") or part.get_param("name") or ""
    if isinstance(found, tuple):
        charset, _, value = found
        return read_bytes(value.encode("latin-1", "replace"), charset or "us-ascii")
    return found


def _file_name(part: Mail) -> str | None:
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
        wanted = [(number, each) for number, each in _parts(_opened(raw)) if number in numbers]
    except UnreadableUpdate:
        return {}
    return {number: (_file_name(each), each.get_content_type(), _bytes(each)) for number, each in wanted}


def _bytes(part: Mail) -> bytes:
    content = part.get_payload(decode=True)
    if isinstance(content, bytes):
        return content
    return b"".join(each.as_bytes() for each in json_list(part.get_payload()) if isinstance(each, Mail))


# What became of one that went out ------------------------------------------------------------------------------------

_NO_INTEREST = {"DeliveryDelay", "Open", "Click", "Subscription"}
_TRANSIENT = {
    "MailboxFull": Reason.RETRY,
    "MessageTooLarge": Reason.BAD,
    "ContentRejected": Reason.BAD,
    "AttachmentRejected": Reason.BAD,
}
"""Bounces after which the mail did not arrive. ``General`` is left out: notes of absence count among it."""


class _Trace(NamedTuple):
    """A mail of ours, as an event names it."""

    thread: str
    message_id: str
    customer: str
    reference: str | None
    at: int
    account: str

    def fact(self, kind: Kind, payload: str | None = None, own: bool = True) -> Fact:
        author = Author(self.account if own else self.customer)
        return Fact(
            kind,
            Visibility.PRIVATE,
            self.thread,
            self.at,
            self.message_id,
            author=author,
            own=own,
            payload=payload,
            customer_id=self.customer,
            reference=self.reference if own else None,
        )


def _event(event: dict[str, Any], _raw: bytes, credentials: Credentials) -> Events:
    kind = _kind(event).replace(" ", "")
    if kind in _NO_INTEREST:
        return []
    read = {"Bounce": _bounce, "Complaint": _complaint, "Delivery": _delivery, "Send": _sent}.get(kind)
    if read is None and kind not in ("Reject", "RenderingFailure"):
        raise UnreadableUpdate("unknown_event")
    trace = _trace(event, kind, credentials)
    if trace is None:
        return []  # another mail of the same company: a notice, an invitation
    return read(event, trace) if read else [trace.fact(Kind.FAILED, Reason.BAD.value)]


def _trace(event: dict[str, Any], kind: str, credentials: Credentials) -> _Trace | None:
    mail = json_object(event.get("mail"))
    tags = json_object(mail.get("tags"))
    thread = _proven_thread(_tag(tags, "thread"), credentials)
    message_id = as_id(mail.get("messageId"))
    if thread is None or message_id is None:
        return None
    part = json_object(event.get(_DETAILS.get(kind, kind.lower())))
    hit = [json_object(each).get("emailAddress") for each in json_list(part.get(_HIT.get(kind, "")))]
    customer = next((each.lower() for each in [*hit, *json_list(mail.get("destination"))] if isinstance(each, str)), "")
    if not customer:
        raise UnreadableUpdate("no_customer")
    at = as_millis(part.get("timestamp")) or as_millis(mail.get("timestamp")) or 0
    arn = str(mail.get("sourceArn")).split(":")
    region = arn[3] if len(arn) > 4 and arn[3] else _region(credentials)
    account = credentials.account_id.lower()
    return _Trace(thread, wire_id(message_id, region), customer, _tag(tags, "message") or None, at, account)


_DETAILS = {"RenderingFailure": "failure"}
_HIT = {"Bounce": "bouncedRecipients", "Complaint": "complainedRecipients"}


def _tag(tags: dict[str, Any], name: str) -> str:
    values = tags.get(name)
    return as_id(next(iter(json_list(values)), None) if isinstance(values, list) else values) or ""


def _bounce(event: dict[str, Any], trace: _Trace) -> Events:
    bounce = json_object(event.get("bounce"))
    kind, subtype = str(bounce.get("bounceType")), str(bounce.get("bounceSubType"))
    if kind == "Permanent":
        return [trace.fact(Kind.FAILED, Reason.GONE.value), trace.fact(Kind.GONE, own=False)]
    if kind == "Transient":
        reason = _TRANSIENT.get(subtype)
        return [trace.fact(Kind.FAILED, reason.value)] if reason else []
    return [trace.fact(Kind.FAILED, Reason.RETRY.value)]


def _complaint(event: dict[str, Any], trace: _Trace) -> Events:
    """Who calls an answer spam does not want another one; ``not-spam`` takes it back, which is left to people."""
    if json_object(event.get("complaint")).get("complaintFeedbackType") == "not-spam":
        return []
    return [trace.fact(Kind.GONE, "declined", own=False)]


def _delivery(_event: dict[str, Any], trace: _Trace) -> Events:
    return [trace.fact(Kind.DELIVERED)]


def _sent(_event: dict[str, Any], trace: _Trace) -> Events:
    """The echo of ours: it says that a mail whose answer was lost did go out."""
    return [trace.fact(Kind.MESSAGE)] if trace.reference else []


# A mail that goes out ------------------------------------------------------------------------------------------------


def wire_id(message_id: str, region: str) -> str:
    """The Message-ID that SES puts on a mail, whatever was there before; without the angle brackets."""
    return f"{message_id}@{'email' if region == 'us-east-1' else region}.amazonses.com"


def _letter(message: Outbound, credentials: Credentials) -> dict[str, Any]:
    """The body of SendEmail."""
    options = credentials.options
    try:
        customer = _mail_compose.sendable_address(message.customer_id or "")
    except _mail_compose.Unsafe:
        raise PermanentFailure(Reason.BAD, "no_customer") from None
    token = thread_token(message.thread_id, credentials)
    letter: dict[str, Any] = {
        "FromEmailAddress": _mail_compose.sendable_address(credentials.account_id),
        "Destination": {"ToAddresses": [customer]},
        "Content": {"Raw": {"Data": b64encode(_mime(message, credentials, token)).decode()}},
        "EmailTags": [{"Name": "thread", "Value": token}, {"Name": "message", "Value": message.id}],
    }
    if options.get("configuration_set"):
        letter["ConfigurationSetName"] = options["configuration_set"]
    return letter


def _mime(message: Outbound, credentials: Credentials, token: str) -> bytes:
    """The mail itself; what cannot be written safely is not sent."""
    domain = credentials.account_id.lower().rpartition("@")[2]
    answered = message.reply_to_id or ""
    automatic = (("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "OOF, AutoReply"))
    letter = _mail_compose.Letter(
        sender=credentials.account_id,
        sender_name=credentials.options.get("sender_name", ""),
        to=message.customer_id or "",
        reply_to=reply_address(message.thread_id, credentials),
        subject=_subject(message, credentials),
        text=as_text(message.text) or "",
        answered="" if is_invented(answered) else answered,
        # It is nobody's: it travels along with every answer and names the thread.
        references=(f"{token}.{_OURS}@{domain}",),
        own_headers=((_ID_HEADER, message.id), *(automatic if message.automatic else ())),
        files=message.files,
    )
    try:
        return _mail_compose.compose(letter)
    except _mail_compose.Unsafe as unsafe:
        raise PermanentFailure(Reason.BAD, f"unsafe_{unsafe}".replace(" ", "_")) from None


def _subject(message: Outbound, credentials: Credentials) -> str:
    """``Re:`` and what the first mail was about; a company's own words where that is not known."""
    if title := _mail_compose.one_line(as_text(message.title) or ""):
        return f"Re: {title}"
    return _mail_compose.one_line(credentials.options.get("subject", "")) or f"Re: {_name(credentials)}"


def _name(credentials: Credentials) -> str:
    return _mail_compose.one_line(credentials.options.get("sender_name", "")) or credentials.account_id


# Calls and errors ----------------------------------------------------------------------------------------------------

CODES = CodeTable(
    codes={
        "TooManyRequestsException": Reason.RATE,
        "Throttling": Reason.RATE,
        "ThrottlingException": Reason.RATE,
        "LimitExceededException": Reason.RATE,
        "MessageRejected": Reason.BAD,
        "BadRequestException": Reason.BAD,
        "MailFromDomainNotVerifiedException": Reason.PERMISSION,
        "NotFoundException": Reason.PERMISSION,
        "AccessDeniedException": Reason.PERMISSION,
        "AccountSuspendedException": Reason.POLICY,
        "SendingPausedException": Reason.POLICY,
        "InternalServiceErrorException": Reason.RETRY,
        "ServiceUnavailableException": Reason.RETRY,
        "UnrecognizedClientException": Reason.AUTH,
        "InvalidClientTokenId": Reason.AUTH,
        "InvalidSignatureException": Reason.AUTH,
        "SignatureDoesNotMatch": Reason.AUTH,
        "ExpiredTokenException": Reason.AUTH,
        "MissingAuthenticationTokenException": Reason.AUTH,
        "IncompleteSignatureException": Reason.AUTH,
    },
    statuses={401: Reason.AUTH, 403: Reason.PERMISSION, 429: Reason.RATE},
    pauses={Reason.RATE: RATE_PAUSE, Reason.POLICY: POLICY_PAUSE},
)
"""By the name of an error; the HTTP status says less."""


def _region(credentials: Credentials) -> str:
    """The region whose name stands in the address. Raises ``PermanentFailure`` for what is none."""
    return _options.part(credentials.options, "region", credentials.region or "eu-central-1")


def _call(
    method: str,
    path: str,
    credentials: Credentials,
    document: dict[str, Any] | None = None,
    *,
    repeatable: bool = False,
) -> dict[str, Any]:
    """Call SES's HTTP interface once, signed; raises the three failures of a send."""
    base = credentials.options.get("base_url") or f"https://email.{_region(credentials)}.amazonaws.com"
    url = f"{base.rstrip('/')}/v2/email/{path}"
    content = json.dumps(document).encode() if document is not None else None
    request = Call(method, url, _signed(method, url, content, credentials), {}, content=content)
    return _transport.call(request, channel="email", repeatable=repeatable, classify=classify).body or {}


def _signed(method: str, url: str, content: bytes | None, credentials: Credentials) -> dict[str, str]:
    """The headers of a call to AWS, with the signature (version 4) of the connection's keys or the function's role."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials as Keys

    secrets = credentials.secrets
    keys: Any = None
    if secrets.get("access_key_id"):
        keys = Keys(
            secrets["access_key_id"], secrets.get("secret_access_key", ""), secrets.get("session_token") or None
        )
    keys = keys or _role()
    if keys is None:
        raise TransientFailure(Reason.AUTH, "no_keys")
    request = AWSRequest(method, url, headers={"Content-Type": "application/json"}, data=content)
    SigV4Auth(keys, "ses", _region(credentials)).add_auth(request)
    return dict(request.headers.items())


def _role() -> Any:
    """The keys that Lambda gives the function, kept and renewed by botocore."""
    return _session().get_credentials()


@cache
def _session() -> Any:
    import botocore.session

    return botocore.session.Session()


def classify(answer: Answer) -> Refusal | None:
    """Return why an answer is no result."""
    if answer.is_success and answer.body is not None:
        return None
    body = answer.body or {}
    told = answer.headers.get("x-amzn-errortype") or body.get("__type") or body.get("code") or ""
    code = str(told).partition(":")[0].rpartition("#")[2]
    # Some errors are told apart by their words alone; these stay here.
    words = str(body.get("message") or body.get("Message") or "").lower()
    if code == "MessageRejected" and "not verified" in words:
        return Refusal(Reason.PERMISSION, code)
    meaning = CODES.meaning(code)
    is_daily = "daily" in words or code == "LimitExceededException"
    is_rate = Reason.RATE in (meaning, CODES.statuses.get(answer.status))
    return CODES.refusal(
        answer, code if meaning else str(answer.status), meaning, QUOTA_PAUSE if is_daily and is_rate else None
    )


channel = Channel(
    name="email",
    label="E-Mail",
    capabilities=Capabilities(
        secret_names=("reply_key",),
        chosen_secrets=("reply_key",),
        optional_secrets=("access_key_id", "secret_access_key", "session_token"),
        option_names=("region", "configuration_set", "sender_name", "subject"),
        reported_kinds=frozenset({Kind.MESSAGE, Kind.DELIVERED, Kind.FAILED, Kind.GONE}),
        replies_to_latest=True,
        needs_account=True,
    ),
    receiver=EmailReceiver(),
    sender=EmailSender(),
    account=EmailAccount(),
)
"""One address of the company, for which SES receives and sends."""
