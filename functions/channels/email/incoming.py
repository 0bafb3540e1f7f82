"""A mail that came in, as a fact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from channels import _mail_sender
from channels._payload import Events, UnreadableUpdate
from channels._values import as_id, as_millis
from channels.base import (
    Credentials,
    json_object,
)
from channels.email.mails import attachments, leaf_parts, opened, read_headers, receipt_of
from channels.email.pages import is_rich
from channels.email.text import read_words, subject_title
from channels.email.thread_ids import earlier_ids, plain_address, root_of, thread_id, thread_of_token, without_tag
from channels.email.writers import ID_HEADER, LeftOut, Writer, writer_of
from conversations.facts import Author, Fact, Kind, Recipients, Visibility

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from channels.email.mails import Heads

Event = TypeVar("Event")
MOST_RECIPIENTS = 25
"""Number of people beside its writer whom a mail is noted to have been sent to."""
LONGEST_RECIPIENT = 100
"""Characters of such a person's name."""


def read_mail(notification: dict[str, Any], raw: bytes, credentials: Credentials) -> Events:
    receipt = receipt_of(notification)
    refuse_dangerous(receipt)
    mail = opened(raw)
    heads = read_headers(mail)
    account = credentials.account_id.lower()
    writer = writer_of(heads, notification, account)
    if isinstance(writer, LeftOut):
        return []
    ses = json_object(notification.get("mail"))
    message_id = next(iter(heads.ids("message-id")), "") or f"x-{as_id(ses.get('messageId')) or ''}"
    words, is_cut = read_words(mail, heads)
    leaves = list(leaf_parts(mail))
    answered = next(iter(heads.ids("in-reply-to")), None)
    return [
        Fact(
            Kind.MESSAGE,
            Visibility.PRIVATE,
            at=as_millis(ses.get("timestamp")) or 0,
            message_id=message_id,
            **_thread(writer, heads, receipt, message_id, credentials),
            author=Author(writer.address, writer.name[:200] or None),
            own=writer.own,
            text=words.text or None,
            forwarded=words.forwarded,
            folded=words.folded or None,
            recipients=recipients_in(heads, {plain_address(account), without_tag(writer.address)}),
            attachments=tuple(attachments(leaves, notification)),
            parent_id=answered,
            customer_id=writer.customer,
            reference=as_id(heads.first(ID_HEADER.lower()).strip()) if writer.own else None,
            title=subject_title(heads),
            unsupported=is_cut,
            unproven=not writer.proven,
            is_open=True,
            rich=is_rich(leaves),
        )
    ]


def recipients_in(heads: Heads, left_out: Collection[str]) -> Recipients | None:
    """Return to whom else a mail was sent, each person once; ``left_out``: the writer and we, by plain addresses."""
    known = set(left_out)
    found: dict[str, list[Author]] = {"to": [], "cc": []}
    for header, authors in found.items():
        for name, address in heads.addresses(header):
            plain = without_tag(address)
            if plain not in known and sum(map(len, found.values())) < MOST_RECIPIENTS:
                known.add(plain)
                authors.append(Author(address, name[:LONGEST_RECIPIENT] or None))
    return Recipients(tuple(found["to"]), tuple(found["cc"])) if any(found.values()) else None


def without_ours(event: Event, own: Collection[str]) -> Event:
    """Return a mail without the company's addresses among its recipients."""
    if not isinstance(event, Fact) or event.recipients is None:
        return event
    addresses = {plain_address(each) for each in own}
    to, cc = (
        tuple(each for each in part if plain_address(each.id or "") not in addresses)
        for part in (event.recipients.to, event.recipients.cc)
    )
    return replace(event, recipients=Recipients(to, cc) if to or cc else None)


def _thread(
    writer: Writer, heads: Heads, receipt: Mapping[str, Any], message_id: str, credentials: Credentials
) -> dict[str, Any]:
    """Return the fields of a fact that say where a mail belongs."""
    if not writer.proven:
        # Its sender may be anybody, so the mail joins no conversation.
        return {"thread_id": thread_id(f"unproven {message_id}")}
    if thread := thread_of_token(heads, receipt, credentials):
        return {"thread_id": thread}
    return {
        "thread_id": thread_id(root_of(heads, message_id)),
        "thread_is_guess": True,
        "references": earlier_ids(heads),
        "other_thread_id": thread_id(f"{message_id} {writer.address}"),
    }


def refuse_dangerous(receipt: Mapping[str, Any]) -> None:
    """Raise ``UnreadableUpdate`` for what SES takes for a virus or spam."""
    for verdict, reason in (("virusVerdict", "virus"), ("spamVerdict", "spam")):
        if _mail_sender.status(receipt, verdict) == "FAIL":
            raise UnreadableUpdate(reason)


def left_out_reason(notification: Mapping[str, Any], raw: bytes, credentials: Credentials) -> str:
    """Return why a mail is not taken in, as ``writers.Reason`` says; empty for one that is, or that cannot be read."""
    try:
        refuse_dangerous(receipt_of(notification))
        writer = writer_of(read_headers(opened(raw)), notification, credentials.account_id.lower())
    except UnreadableUpdate:
        return ""
    return str(writer.reason) if isinstance(writer, LeftOut) else ""
