"""Sends to E-Mail: permitted ways, sending, and what may be done about messages."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from channels import _mail_compose, _transport
from channels._mail_headers import dns_name, lowered
from channels._values import as_text, is_invented
from channels.base import (
    Credentials,
    Files,
    Outbound,
    PermanentFailure,
    Reason,
    Route,
    Sender,
    Situation,
    Way,
)
from channels.email.api import call, ses_region
from channels.email.thread_ids import OURS, address_of_token, forward_token, plain_address, thread_token, wire_id
from channels.email.writers import ID_HEADER
from conversations.actions import Quotation
from conversations.facts import Visibility

if TYPE_CHECKING:
    from collections.abc import Collection

TEXT_LIMIT = 100_000
SIGNATURE_RULER = "-- "
"""Mail programs know by it that a signature follows (RFC 3676 4.3)."""
FILES = Files(5, {"*/*": 5_000_000})
"""Together with their encoding less than the 40 MB that SES takes."""


class EmailSender(Sender):
    """Sends to E-Mail."""

    def send_options(self, situation: Situation, now: int) -> list[Route]:
        """Always, as long as there is an address: mail knows no window. An answer is no advertisement."""
        if situation.visibility is not Visibility.PRIVATE or not situation.customer_id:
            return []
        return [Route(Way.PRIVATE_MESSAGE, Visibility.PRIVATE, TEXT_LIMIT, files=FILES)]

    def recipient(self, address: str) -> str | None:
        written = lowered(address.strip())
        try:
            _mail_compose.sendable_address(written)
        except _mail_compose.Unsafe:
            return None
        return written

    def is_account(self, address: str, accounts: Collection[str]) -> bool:
        return _as_sent(address) in {_as_sent(each) for each in accounts}

    def try_send(self, message: Outbound, credentials: Credentials) -> str:
        sent = call("POST", "outbound-emails", credentials, _letter(message, credentials))
        return wire_id(_transport.sent_id(sent.get("MessageId")), ses_region(credentials))

    def find_sent(self, message: Outbound, credentials: Credentials) -> str | None:
        """SES keeps no list of what was sent; its event ``Send`` tells, where the configuration set has it."""
        raise PermanentFailure(Reason.BAD, "cannot_look")


def _as_sent(address: str) -> str:
    """Return a plain address with its domain as the DNS knows it."""
    local, _, domain = plain_address(address).rpartition("@")
    return f"{local}@{dns_name(domain) or domain}"


def _letter(message: Outbound, credentials: Credentials) -> dict[str, Any]:
    """The body of SendEmail."""
    options = credentials.options
    try:
        to, cc = (
            [_mail_compose.sendable_address(each) for each in part] for part in (_to(message), message.envelope.cc)
        )
    except _mail_compose.Unsafe:
        raise PermanentFailure(Reason.BAD, "no_customer") from None
    token = (forward_token if message.is_forward else thread_token)(message.thread_id, credentials)
    letter: dict[str, Any] = {
        "FromEmailAddress": _mail_compose.sendable_address(credentials.account_id),
        "Destination": {"ToAddresses": to, **({"CcAddresses": cc} if cc else {})},
        "Content": {"Raw": {"Data": b64encode(_mime(message, credentials, token)).decode()}},
        "EmailTags": [{"Name": "thread", "Value": token}, {"Name": "message", "Value": message.id}],
    }
    if options.get("configuration_set"):
        letter["ConfigurationSetName"] = options["configuration_set"]
    return letter


def _to(message: Outbound) -> tuple[str, ...]:
    return message.envelope.to or (message.customer_id or "",)


def _mime(message: Outbound, credentials: Credentials, token: str) -> bytes:
    """The mail itself; what cannot be written safely is not sent."""
    domain = credentials.account_id.lower().rpartition("@")[2]
    answered = message.reply_to_id or ""
    automatic = (("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "OOF, AutoReply"))
    letter = _mail_compose.Letter(
        sender=credentials.account_id,
        sender_name=credentials.options.get("sender_name", ""),
        to=_to(message),
        cc=message.envelope.cc,
        reply_to=address_of_token(token, credentials),
        subject=_subject(message, credentials),
        text=_text(message),
        answered="" if is_invented(answered) else answered,
        # It is nobody's: it travels along with every answer and names the thread.
        references=(f"{token}.{OURS}@{domain}",),
        own_headers=((ID_HEADER, message.id), *(automatic if message.automatic else ())),
        files=message.files,
    )
    try:
        return _mail_compose.compose(letter)
    except _mail_compose.Unsafe as unsafe:
        raise PermanentFailure(Reason.BAD, f"unsafe_{unsafe}".replace(" ", "_")) from None


def _text(message: Outbound) -> str:
    """Return the agent's words, the signature, and the mail that is answered, as mail programs write and fold it."""
    parts = [as_text(message.text) or ""]
    if message.signature:
        parts.append(f"{SIGNATURE_RULER}\n{message.signature}")
    if message.quotation and message.quotation.text:
        parts.append(_quoted(message.quotation))
    return "\n\n".join(parts)


def _quoted(quotation: Quotation) -> str:
    lines = (as_text(quotation.text) or "").splitlines()
    return "\n".join(
        [quotation.introduction, *(f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in lines)]
    )


def _subject(message: Outbound, credentials: Credentials) -> str:
    """Return the agent's words; else ``Re:`` and what the first mail was about, or a company's own words."""
    if subject := _mail_compose.one_line(as_text(message.envelope.subject) or ""):
        return subject
    if title := _mail_compose.one_line(as_text(message.title) or ""):
        return f"Re: {title}"
    return _mail_compose.one_line(credentials.options.get("subject", "")) or f"Re: {_name(credentials)}"


def _name(credentials: Credentials) -> str:
    return _mail_compose.one_line(credentials.options.get("sender_name", "")) or credentials.account_id
