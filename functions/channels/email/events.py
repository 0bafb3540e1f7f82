"""Reports about mails that were sent (delivered, bounced, complained about), as facts."""

from __future__ import annotations

from typing import Any, NamedTuple

from msgspec.structs import replace

from channels._mail_headers import written_domain
from channels._payload import Events, UnreadableUpdate
from channels._values import as_id, as_millis
from channels.base import (
    Credentials,
    Reason,
    json_list,
    json_object,
)
from channels.email.api import ses_region
from channels.email.mails import notification_kind
from channels.email.thread_ids import proven_thread, wire_id
from conversations.facts import Author, Fact, Kind, Visibility

_NO_INTEREST = {"DeliveryDelay", "Open", "Click", "Subscription"}
_TRANSIENT = {
    "MailboxFull": Reason.RETRY,
    "MessageTooLarge": Reason.BAD,
    "ContentRejected": Reason.BAD,
    "AttachmentRejected": Reason.BAD,
}
"""Bounces after which the mail did not arrive. ``General`` is left out: notes of absence count among it."""
MOST_HIT = 50
"""People of one mail whom an event is about; SES sends to no more."""


class _Trace(NamedTuple):
    """A mail of ours, as an event names it."""

    thread: str
    message_id: str
    customer: str
    reference: str | None
    at: int
    account: str
    hit: tuple[str, ...]
    """The addresses that the event is about; those in another form of one domain, too."""

    def gone(self, payload: str | None = None) -> list[Fact]:
        """Return that people cannot be reached; some of them may only have got a copy."""
        fact = self.fact(Kind.GONE, payload, own=False)
        return [
            replace(fact, author=Author(address), customer_id=address, is_open=True)
            for address in self.hit or (self.customer,)
        ]

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


def read_event(event: dict[str, Any], _raw: bytes, credentials: Credentials) -> Events:
    kind = notification_kind(event).replace(" ", "")
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
    thread = proven_thread(tag(tags, "thread"), credentials)
    message_id = as_id(mail.get("messageId"))
    if thread is None or message_id is None:
        return None
    part = json_object(event.get(_DETAILS.get(kind, kind.lower())))
    hit = [json_object(each).get("emailAddress") for each in json_list(part.get(_HIT.get(kind, "")))]
    named = [each.lower() for each in hit if isinstance(each, str)]
    sent_to = [each.lower() for each in json_list(mail.get("destination")) if isinstance(each, str)]
    # Of several it is the first to whom the mail went, as those in Cc stand behind.
    customer = next(iter([*named, *sent_to] if len(named) == 1 else [*sent_to, *named]), "")
    if not customer:
        raise UnreadableUpdate("no_customer")
    at = as_millis(part.get("timestamp")) or as_millis(mail.get("timestamp")) or 0
    arn = str(mail.get("sourceArn")).split(":")
    region = arn[3] if len(arn) > 4 and arn[3] else ses_region(credentials)
    account = credentials.account_id.lower()
    reference = tag(tags, "message") or None
    forms = dict.fromkeys(form for each in named[:MOST_HIT] for form in _forms(each))
    return _Trace(thread, wire_id(message_id, region), customer, reference, at, account, tuple(forms))


def _forms(address: str) -> list[str]:
    """Return an address as a mail is sent to it, and as its owner may have written it."""
    local, _, domain = address.rpartition("@")
    written = written_domain(domain)
    return [address] if written == domain else [address, f"{local}@{written}"]


_DETAILS = {"RenderingFailure": "failure"}
_HIT = {"Bounce": "bouncedRecipients", "Complaint": "complainedRecipients"}


def tag(tags: dict[str, Any], name: str) -> str:
    """Return the value of a tag that we gave a mail."""
    values = tags.get(name)
    return as_id(next(iter(json_list(values)), None) if isinstance(values, list) else values) or ""


def _bounce(event: dict[str, Any], trace: _Trace) -> Events:
    reason = bounce_reason(json_object(event.get("bounce")))
    if reason is None:
        return []
    failed = trace.fact(Kind.FAILED, reason.value)
    return [failed, *trace.gone()] if reason is Reason.GONE else [failed]


def bounce_reason(bounce: dict[str, Any]) -> Reason | None:
    """Return why a mail that came back did not arrive; None where it may have."""
    kind = str(bounce.get("bounceType"))
    if kind == "Permanent":
        return Reason.GONE
    return _TRANSIENT.get(str(bounce.get("bounceSubType"))) if kind == "Transient" else Reason.RETRY


def _complaint(event: dict[str, Any], trace: _Trace) -> Events:
    """Return an opt-out for a spam complaint; withdrawing it (``not-spam``) is left to people."""
    if json_object(event.get("complaint")).get("complaintFeedbackType") == "not-spam":
        return []
    return [*trace.gone("declined")]


def _delivery(read_event: dict[str, Any], trace: _Trace) -> Events:
    return [trace.fact(Kind.DELIVERED)]


def _sent(read_event: dict[str, Any], trace: _Trace) -> Events:
    """The echo of ours: it says that a mail whose answer was lost did go out."""
    return [trace.fact(Kind.MESSAGE)] if trace.reference else []
