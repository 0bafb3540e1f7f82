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

from channels.base import (
    Capabilities,
    Channel,
)
from channels.email.account import EmailAccount
from channels.email.forwards import ForwardAnswer, ForwardReport, forward_answer, forward_report, is_same_address
from channels.email.incoming import left_out_reason, without_ours
from channels.email.mails import glimpse, part, parts, refused
from channels.email.pages import Page, page_of
from channels.email.sending import EmailSender
from channels.email.thread_ids import plain_address
from channels.email.webhook import EmailReceiver, heard, received
from conversations.facts import Kind

__all__ = [
    "ForwardAnswer",
    "ForwardReport",
    "Page",
    "channel",
    "forward_answer",
    "forward_report",
    "glimpse",
    "heard",
    "is_same_address",
    "left_out_reason",
    "page_of",
    "part",
    "parts",
    "plain_address",
    "received",
    "refused",
    "without_ours",
]

channel = Channel(
    name="email",
    label="E-Mail",
    capabilities=Capabilities(
        secret_names=("reply_key",),
        chosen_secrets=("reply_key",),
        optional_secrets=("access_key_id", "secret_access_key", "session_token"),
        option_names=("region", "configuration_set", "sender_name", "subject"),
        reported_kinds=frozenset({Kind.MESSAGE, Kind.DELIVERED, Kind.FAILED, Kind.GONE}),
        private_thread_is_guess=True,
        addressed=True,
        replies_to_latest=True,
        needs_account=True,
    ),
    receiver=EmailReceiver(),
    sender=EmailSender(),
    account=EmailAccount(),
)
"""One address of the company, for which SES receives and sends."""
