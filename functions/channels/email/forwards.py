"""Answers to forwards: mails of people without a seat, to whom an agent handed a conversation on.

A forward goes out with a ``Reply-To`` of its own, which names the forward and not a thread, so that no answer to it is
ever read as a message of the customer. Its token is also in ``References``, for programs that ignore ``Reply-To``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from channels import _mail_compose
from channels._payload import UnreadableUpdate
from channels._values import as_id
from channels.base import Credentials, Reason, json_list, json_object
from channels.email.api import ses_region
from channels.email.events import bounce_reason, tag
from channels.email.incoming import refuse_dangerous
from channels.email.mails import attachments, leaf_parts, notification_kind, opened, read_headers, receipt_of
from channels.email.text import read_words
from channels.email.thread_ids import FORWARD, OURS, plain_address, proven_forward, wire_id
from channels.email.writers import LeftOut, writer_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channels.email.mails import Heads
    from conversations.facts import Attachment

_TOKEN = rf"({FORWARD}[a-z2-7]{{30}})"
_ADDRESS = re.compile(rf"[^@+]{{1,64}}\+{_TOKEN}@")
_REFERENCE = re.compile(rf"{_TOKEN}\.{OURS}@")
_ANY_REFERENCE = re.compile(_REFERENCE.pattern.encode(), re.IGNORECASE)
HEADERS_SEARCHED = 262_144
"""Bytes in which the headers of a mail stand."""


class ForwardAnswer(Struct, frozen=True):
    """A mail of a person that answers a forward."""

    reference: str
    """Of the forward, as its token names it."""
    address: str
    name: str
    proven: bool
    """The sender's domain vouches for the address."""
    text: str
    files: tuple[int, ...]
    """Numbers of the parts that are files."""
    message_id: str
    is_only_to_it: bool
    """It was sent to the address of the forward and to no other one of this connection."""


class ForwardReport(Struct, frozen=True):
    """One report about a forward that went out."""

    reference: str
    action_id: str
    platform_id: str
    arrived: bool
    """It was delivered."""
    failure: str = ""
    """The reason why it does not arrive; empty where it was sent or delivered."""


def forward_answer(notification: Mapping[str, Any], raw: bytes, credentials: Credentials) -> ForwardAnswer | None:
    """Return what a person answered to a forward; None for a mail that answers none, or that cannot be read."""
    addresses = [str(each).lower() for each in json_list(receipt_of(notification).get("recipients"))[:100]]
    named = [match[1] for each in addresses if (match := _ADDRESS.match(each))]
    if not named and not _ANY_REFERENCE.search(raw[:HEADERS_SEARCHED]):
        return None
    try:
        return _answer(notification, raw, credentials, addresses)
    except UnreadableUpdate:
        return None  # it is read once more as any mail, and quarantined with its reason


def _answer(
    notification: Mapping[str, Any], raw: bytes, credentials: Credentials, addresses: list[str]
) -> ForwardAnswer | None:
    refuse_dangerous(receipt_of(notification))
    mail = opened(raw)
    heads = read_headers(mail)
    account = credentials.account_id.lower()
    reference = _reference_of(heads, addresses, credentials)
    writer = writer_of(heads, notification, account) if reference else None
    if reference is None or writer is None or isinstance(writer, LeftOut):
        return None
    words, _ = read_words(mail, heads)
    files = map(_part_of, attachments(leaf_parts(mail), notification))
    own = [each for each in addresses if plain_address(each) == plain_address(account)]
    return ForwardAnswer(
        reference,
        writer.address,
        writer.name[:200],
        writer.proven and not writer.own,
        words.text or words.folded,
        tuple(int(number) for number in files if number.isdecimal()),
        next(iter(heads.ids("message-id")), "") or as_id(json_object(notification.get("mail")).get("messageId")) or "",
        bool(own) and all(_ADDRESS.match(each) for each in own),
    )


def _part_of(attachment: Attachment) -> str:
    return (attachment.id or "").rpartition("#")[2]


def _reference_of(heads: Heads, addresses: list[str], credentials: Credentials) -> str | None:
    named = [found[1] for each in addresses if (found := _ADDRESS.match(each))]
    before = [*reversed(heads.ids("references")), *heads.ids("in-reply-to")]
    named += [found[1] for each in before if (found := _REFERENCE.match(each.lower()))]
    return next((found for each in named if (found := proven_forward(each, credentials))), None)


def forward_report(event: Mapping[str, Any], credentials: Credentials) -> ForwardReport | None:
    """Return what became of a forward; None for an event about any other mail, or of no interest."""
    mail = json_object(event.get("mail"))
    tags = json_object(mail.get("tags"))
    reference = proven_forward(tag(tags, "thread"), credentials)
    message_id, action_id = as_id(mail.get("messageId")), tag(tags, "message")
    kind = notification_kind(event).replace(" ", "")
    failure = _failure(kind, event)
    if reference is None or not message_id or not action_id or (kind not in ("Send", "Delivery") and not failure):
        return None
    arn = str(mail.get("sourceArn")).split(":")
    region = arn[3] if len(arn) > 4 and arn[3] else ses_region(credentials)
    return ForwardReport(reference, action_id, wire_id(message_id, region), kind == "Delivery", failure)


def _failure(kind: str, event: Mapping[str, Any]) -> str:
    if kind == "Bounce":
        reason = bounce_reason(json_object(event.get("bounce")))
    else:
        reason = Reason.BAD if kind in ("Reject", "RenderingFailure") else None
    return reason.value if reason else ""


def is_same_address(one: str, other: str) -> bool:
    """Return whether two addresses are one, however their domain is spelled; what stands behind a plus sign counts."""
    try:
        return _mail_compose.sendable_address(one.strip()) == _mail_compose.sendable_address(other.strip())
    except _mail_compose.Unsafe:
        return False
