"""The writer of a mail: a person, a visitor of a website's form, a member of a list, or a machine.

Sources: RFC 3834 (Auto-Submitted), RFC 2919 (List-Id), RFC 2369 (List-Post, List-Unsubscribe), and what Google Groups
(X-Original-Sender, ``… via …``, Mailing-list) and Mailman write when they hand a mail on in the name of a list.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from channels import _mail_sender
from channels._payload import UnreadableUpdate
from channels.base import json_object
from channels.email.thread_ids import plain_address, without_tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from channels.email.mails import Heads

ID_HEADER = "X-Nachfrage-Id"


class Reason(StrEnum):
    """Reason to leave a mail out: nobody waits for an answer, and an answer could be answered for ever."""

    AUTOMATIC_REPLY = "automatic_reply"
    NEWSLETTER = "newsletter"
    """It was sent to the members of a list that is not the company's."""
    MACHINE = "machine"
    """A program wrote it, and names no person whom it speaks for."""
    RETURNED = "returned"
    """A failure notice, or a mail without a return path."""
    NO_REPLY = "no_reply"
    """Its sender reads no answers."""
    FORM_UNPROVEN = "form_unproven"
    """It names a visitor, and its domain does not vouch for it."""
    OUR_OWN = "our_own"
    """A mail of ours came back, or one from us names no customer."""


class LeftOut(NamedTuple):
    """A mail that is not taken in."""

    reason: Reason


class Writer(NamedTuple):
    """The writer of a mail, as far as it says so."""

    name: str
    address: str
    proven: bool
    customer: str
    own: bool = False


class _Mail(NamedTuple):
    """The parts of a mail that are read before its text."""

    heads: Heads
    notification: Mapping[str, Any]
    account: str
    sender: _mail_sender.Sender
    proof: _mail_sender.Proof
    known: tuple[str, str]
    """The plain addresses of the company and of the sender."""
    is_list_of_ours: bool
    """It came by a list that is the connected address, or another one of its domain."""

    @property
    def is_ours(self) -> bool:
        return self.known[0] == self.known[1]


def writer_of(heads: Heads, notification: Mapping[str, Any], account: str) -> Writer | LeftOut:
    """Return who wrote a mail, or why it is left out. Raises ``UnreadableUpdate`` where it names no sender."""
    sender = _mail_sender.sender_of(heads.values.get("from", []), account)
    if sender is None:
        raise UnreadableUpdate("no_sender")
    is_certain = heads.is_whole and (sender.address.isascii() or "from" not in heads.guessed)
    proof = _mail_sender.proof(sender, notification, heads.pairs) if is_certain else _mail_sender.Proof.NONE
    known = (plain_address(account), without_tag(sender.address))
    mail = _Mail(heads, notification, account, sender, proof, known, _is_list_of_ours(heads, known[0]))
    reason = _automatic(mail)
    if visitor := _visitor(mail, reason):
        return visitor
    if sender.address == account and proof == _mail_sender.Proof.FULL:
        return _colleague(mail)
    return LeftOut(reason) if reason else _person(mail)


def _colleague(mail: _Mail) -> Writer | LeftOut:
    """Return the company, where a colleague wrote to a customer with a mail program of their own."""
    customer = next((address for _, address in mail.heads.addresses("to", "cc") if address != mail.account), None)
    if customer is None:
        return LeftOut(Reason.OUR_OWN)
    return Writer(mail.sender.name, mail.account, True, customer, own=True)


def _person(mail: _Mail) -> Writer | LeftOut:
    name, address = mail.sender.name, mail.sender.address
    proven = mail.proof > _mail_sender.Proof.NONE
    if _NO_REPLY.fullmatch(_local(address)):
        return LeftOut(Reason.NO_REPLY if proven or not _named(mail) else Reason.FORM_UNPROVEN)
    # Nobody writes to themselves: a mail in our own name that nobody vouches for is somebody else's.
    return Writer(name, address, proven and address != mail.account, address)


# Visitors of forms, and members of lists -----------------------------------------------------------------------------


def _visitor(mail: _Mail, reason: Reason | None) -> Writer | None:
    """Return whom a form or a list speaks for; None where the sender speaks for themselves.

    The form's domain vouches for the form, and nobody for the address that was typed into it.
    """
    named = _named(mail)
    if named is None or reason not in (None, Reason.MACHINE):
        return None
    name, address = named
    if not (mail.is_ours or mail.is_list_of_ours):
        if _NO_REPLY.fullmatch(_local(mail.sender.address)) or reason is Reason.MACHINE:
            # Of what people wrote this says nothing: Exchange puts it on whatever it hands on to a group's members.
            is_machine = "x-auto-response-suppress" in mail.heads.values
            if is_machine or mail.proof == _mail_sender.Proof.NONE:
                return None
        elif _is_answer(mail):
            return None  # a person who wants answers elsewhere; they are in a conversation already
    return Writer(name or _name_before_via(mail.sender.name), address, False, address)


def _named(mail: _Mail) -> tuple[str, str] | None:
    """Return the person in whose place a mail was sent, who is neither its sender nor the company."""
    domain = mail.account.rpartition("@")[2]
    is_form = not mail.is_list_of_ours and (mail.is_ours or _NO_REPLY.fullmatch(_local(mail.sender.address)))
    for name, address in _candidates(mail):
        is_machine = _DAEMON.fullmatch(_local(address)) or _NO_REPLY.fullmatch(_local(address))
        # Lists have the answers sent to themselves.
        is_list = address.endswith(f"@{domain}") and not is_form
        if not is_machine and not is_list and without_tag(address) not in mail.known:
            return name, address
    return None


def _candidates(mail: _Mail) -> Iterator[tuple[str, str]]:
    heads = mail.heads
    if mail.is_ours or mail.is_list_of_ours:
        # A list that rewrites the sender says here whom it was.
        originals = heads.addresses("x-original-from", "x-original-sender")
        names = {address: name for name, address in [*heads.addresses("reply-to"), *originals] if name}
        yield from ((names.get(address, name), address) for name, address in originals)
    yield from heads.addresses("reply-to")
    if mail.is_ours and mail.is_list_of_ours:
        yield from heads.addresses("cc")


def _is_answer(mail: _Mail) -> bool:
    """Return whether a mail answers another, as no form does."""
    return bool(mail.heads.ids("in-reply-to") or mail.heads.ids("references"))


_VIA = re.compile(r"[\"']*(.{1,150}?)[\"']*\s+(?:via|\u00fcber|per|por|par|through)\s.{1,150}", re.IGNORECASE)


def _name_before_via(name: str) -> str:
    """Return whose name a list wrote before its own: ``'Mira' via Support``."""
    match = _VIA.fullmatch(name)
    return match[1] if match else ""


def _is_list_of_ours(heads: Heads, account: str) -> bool:
    """Return whether a mail came by a list that is the connected address, or another one of its domain."""
    local, _, domain = account.rpartition("@")
    for value in heads.values.get("list-id", [])[:3]:
        name = value.rpartition("<")[2].partition(">")[0].strip().lower()
        if name == f"{local}.{domain}" or name.endswith(f".{domain}"):
            return True
    lists = (value for name in ("mailing-list", "list-post") for value in heads.values.get(name, [])[:3])
    return any(address.endswith(f"@{domain}") for value in lists for address in _LISTED.findall(value.lower()[:500]))


_LISTED = re.compile(r"[^\s<>:;,@]{1,64}@[a-z0-9.\u0080-\uffff-]{1,253}")


# Machines ------------------------------------------------------------------------------------------------------------


def _local(address: str) -> str:
    return address.partition("@")[0]


_DAEMON = re.compile(r"(mailer-daemon|postmaster|bounces?)([+._-].*)?", re.IGNORECASE)
_NO_REPLY = re.compile(r"(no-?_?reply|do-?not-?reply)([+._-].*)?", re.IGNORECASE)
_IN_BULK = {"bulk", "junk"}


def _automatic(mail: _Mail) -> Reason | None:
    """Return why a mail seems to be a machine's; None for a person's."""
    heads = mail.heads
    if _has(heads, ID_HEADER.lower()):
        return Reason.OUR_OWN
    source = json_object(mail.notification.get("mail")).get("source")
    if (
        heads.first("return-path").strip() == "<>"
        or source in ("", "<>")
        or _DAEMON.fullmatch(_local(mail.sender.address)) is not None
        or heads.first("content-type").lower().startswith("multipart/report")
    ):
        return Reason.RETURNED
    submitted = heads.first("auto-submitted").partition(";")[0].partition("(")[0].strip().lower()
    precedence = heads.first("precedence").strip().lower()
    if submitted not in ("", "no", "auto-generated") or precedence == "auto_reply" or _has(heads, "x-autoreply"):
        return Reason.AUTOMATIC_REPLY
    if _is_newsletter(mail, precedence):
        return Reason.NEWSLETTER
    return Reason.MACHINE if submitted == "auto-generated" else None


def _is_newsletter(mail: _Mail, precedence: str) -> bool:
    heads = mail.heads
    if precedence in _IN_BULK:
        return True
    if mail.is_list_of_ours:
        return False
    if precedence == "list" or _has(heads, "list-id"):
        return True
    # Sales tools put it on what one person writes to another.
    return _has(heads, "list-unsubscribe") and not _is_answer(mail)


def _has(heads: Heads, name: str) -> bool:
    return name in heads.values
