"""A mail that came in, as a fact."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from channels import _mail_sender
from channels._payload import Events, UnreadableUpdate
from channels._values import as_id, as_millis
from channels.base import (
    Credentials,
    json_object,
)
from channels.email.mails import Heads, attachments, opened, read_headers, receipt_of
from channels.email.text import read_words, subject_title
from channels.email.threads import plain_address, thread_id, thread_of
from conversations.facts import Author, Fact, Kind, Visibility

if TYPE_CHECKING:
    from collections.abc import Mapping

ID_HEADER = "X-Nachfrage-Id"


def read_mail(notification: dict[str, Any], raw: bytes, credentials: Credentials) -> Events:
    receipt = receipt_of(notification)
    _refuse_dangerous(receipt)
    mail = opened(raw)
    heads = read_headers(mail)
    account = credentials.account_id.lower()
    writer = _writer(heads, notification, account)
    customer = writer and (_addressee(heads, account) if writer.own else writer.address)
    if writer is None or customer is None:
        return []
    ses = json_object(notification.get("mail"))
    message_id = next(iter(heads.ids("message-id")), "") or f"x-{as_id(ses.get('messageId')) or ''}"
    words, is_cut = read_words(mail, heads)
    answered = next(iter(heads.ids("in-reply-to")), None)
    return [
        Fact(
            Kind.MESSAGE,
            Visibility.PRIVATE,
            # An unproven sender may be anybody, so the mail joins no conversation.
            thread_of(heads, receipt, message_id, credentials)
            if writer.proven
            else thread_id(f"unproven {message_id}"),
            as_millis(ses.get("timestamp")) or 0,
            message_id,
            author=Author(writer.address, writer.name[:200] or None),
            own=writer.own,
            text=words.text or None,
            forwarded=words.forwarded,
            folded=words.folded or None,
            attachments=tuple(attachments(mail, notification)),
            parent_id=answered,
            customer_id=customer,
            reference=as_id(heads.first(ID_HEADER.lower()).strip()) if writer.own else None,
            title=subject_title(heads),
            unsupported=is_cut,
            unproven=not writer.proven,
            is_open=True,
        )
    ]


def _refuse_dangerous(receipt: Mapping[str, Any]) -> None:
    """Raise ``UnreadableUpdate`` for what SES takes for a virus or spam."""
    for verdict, reason in (("virusVerdict", "virus"), ("spamVerdict", "spam")):
        if _mail_sender.status(receipt, verdict) == "FAIL":
            raise UnreadableUpdate(reason)


class _Writer(NamedTuple):
    """Who wrote a mail, as far as it says so."""

    name: str
    address: str
    proven: bool
    own: bool = False


def _writer(heads: Heads, notification: Mapping[str, Any], account: str) -> _Writer | None:
    """A person; None where a machine wrote."""
    sender = _mail_sender.sender_of(heads.values.get("from", []))
    if sender is None:
        raise UnreadableUpdate("no_sender")
    name, address = sender.name, sender.address
    is_certain = heads.is_whole and (address.isascii() or "from" not in heads.guessed)
    proof = _mail_sender.proof(sender, notification, heads.pairs) if is_certain else _mail_sender.Proof.NONE
    if address == account and proof == _mail_sender.Proof.FULL:
        return _Writer(name, address, proven=True, own=True)
    proven = proof > _mail_sender.Proof.NONE
    if _is_automatic(heads, notification, address):
        return None
    if _NO_REPLY.fullmatch(_local(address)):
        return _visitor(heads, account) if proven else None
    # Nobody writes to themselves: a mail in our own name that nobody vouches for is somebody else's.
    return _Writer(name, address, proven and address != account)


def _visitor(heads: Heads, account: str) -> _Writer | None:
    """The person who filled in a website's form: its mail comes from where nobody reads, and says whom to answer.

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


def _is_automatic(heads: Heads, notification: Mapping[str, Any], sender: str) -> bool:
    """Return whether a machine wrote this, so that nobody waits for an answer, and an answer could be answered for
    ever.
    """
    submitted = heads.first("auto-submitted").partition(";")[0].strip().lower()
    source = json_object(notification.get("mail")).get("source")
    return (
        submitted not in ("", "no")
        or heads.first("precedence").strip().lower() in _IN_BULK
        or any(name in heads.values for name in ("list-id", "list-unsubscribe", "x-autoreply", "x-autorespond"))
        or heads.first("return-path").strip() == "<>"
        or source in ("", "<>")
        or ID_HEADER.lower() in heads.values
        or _DAEMON.fullmatch(_local(sender)) is not None
        or heads.first("content-type").lower().startswith("multipart/report")
    )


def _addressee(heads: Heads, account: str) -> str | None:
    """To whom a colleague wrote with a mail program of their own."""
    others = (address for _, address in heads.addresses("to", "cc") if address != account)
    return next(others, None)
