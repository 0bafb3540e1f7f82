"""Mails that the company sends, as SES takes them."""

from __future__ import annotations

import base64
import re
import secrets
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from typing import TYPE_CHECKING, Any, NamedTuple

from infra.square.core.world import Person, Thread, Utterance
from infra.square.platforms.email.answers import Refused

if TYPE_CHECKING:
    from starlette.requests import Request

    from infra.square.core.world import World
    from infra.square.platforms.email.account import EmailAccount
    from infra.square.platforms.email.ses import Ses

LARGEST = 40 * 1024 * 1024
MOST_RECIPIENTS = 50
_QUOTATION = re.compile(r"\n\n(?:On|Am) [^\n]+(?:wrote|schrieb [^\n]+):\n(?:>[^\n]*(?:\n|\Z))+\Z")
"""The mail that is answered, below the answer."""
_TAG = re.compile(r"[A-Za-z0-9_.@-]{1,256}")


class _Sent(NamedTuple):
    """A mail of the company, and to whom it goes."""

    mail: EmailMessage
    sender: str
    to: list[str]
    cc: list[str]
    tags: dict[str, Any]


class Sending:
    """Answers ``SendEmail``."""

    def __init__(self, account: EmailAccount, world: World, ses: Ses) -> None:
        self.account = account
        self.world = world
        self.ses = ses

    def send(self, _request: Request, body: dict[str, Any]) -> dict[str, Any]:
        self._may_send()
        mail = self._opened(body)
        sender = self._sender(body, mail)
        destination = body.get("Destination", {})
        to, cc = (
            [address.lower() for _, address in getaddresses(destination.get(name, []))]
            for name in ("ToAddresses", "CcAddresses")
        )
        if not to or any("@" not in each for each in [*to, *cc]) or len(to) + len(cc) > MOST_RECIPIENTS:
            raise Refused(400, "BadRequestException", "Missing or illegal recipients")
        if "sandbox" in self.account.flags:
            raise Refused(400, "MessageRejected", f"Email address is not verified. {to[0]}")
        tags = {each.get("Name"): each.get("Value") for each in body.get("EmailTags", [])}
        if not all(isinstance(part, str) and _TAG.fullmatch(part) for pair in tags.items() for part in pair):
            raise Refused(400, "BadRequestException", "Invalid tag")
        self.account.left -= 1
        sent = _Sent(mail, sender, to, cc, tags)
        return {"MessageId": self._post(sent, bool(body.get("ConfigurationSetName")))}

    def _may_send(self) -> None:
        if "pause" in self.account.flags:
            raise Refused(400, "SendingPausedException", "Email sending is disabled for your account.")
        if self.account.left <= 0:
            raise Refused(429, "TooManyRequestsException", "Daily message quota exceeded.")

    def _opened(self, body: dict[str, Any]) -> EmailMessage:
        content = body.get("Content", {})
        if "Raw" not in content:
            raise Refused(400, "BadRequestException", "This square takes raw mails only.")
        try:
            raw = base64.b64decode(content["Raw"]["Data"], validate=True)
        except (ValueError, KeyError, TypeError):
            raise Refused(400, "BadRequestException", "Raw data is not Base64.") from None
        if len(raw) > LARGEST:
            raise Refused(400, "MessageRejected", "Message length is more than 41943040 bytes long")
        mail = message_from_bytes(raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        return mail

    def _sender(self, body: dict[str, Any], mail: EmailMessage) -> str:
        wanted = body.get("FromEmailAddress") or str(mail.get("From", ""))
        sender = next(iter(getaddresses([wanted])), ("", ""))[1].lower()
        if sender.rpartition("@")[2] != self.account.address.rpartition("@")[2]:
            raise Refused(400, "MessageRejected", f"Email address is not verified. {sender}")
        return sender

    def _post(self, sent: _Sent, watched: bool) -> str:
        """Put the mail into the mailbox of the first to whom it goes. SES puts its own Message-ID on it."""
        mail, to = sent.mail, sent.to[0]
        ses_id = f"0107{secrets.token_hex(12)}-{secrets.token_hex(4)}-000000"
        domain = "email" if self.account.region == "us-east-1" else self.account.region
        part = mail.get_body(("plain", "html"))
        person = self.world.people.setdefault(to, Person(to, to.partition("@")[0], to))
        parent = self.world.posts.get(str(mail.get("In-Reply-To", "")).strip(" <>"))
        references = str(mail.get("References", "")).split()
        thread = (
            self.world.threads[parent.thread_id]
            if parent
            else self._thread_by(references, person, str(mail["Subject"]))
        )
        headers = {name: str(value).strip() for name, value in mail.items()}
        text = str(part.get_content()).replace("\r\n", "\n").rstrip("\n") if part else ""
        shown, quotation = _folded(text)
        post = self.world.post(
            Utterance(
                None,
                shown,
                thread=thread,
                parent=parent,
                post_id=f"{ses_id}@{domain}.amazonses.com",
                attachments=[
                    {"type": "file", "url": "", "name": each.get_filename()} for each in mail.iter_attachments()
                ],
                traits={
                    "ses_id": ses_id,
                    "to": to,
                    "recipients": {"to": sent.to, "cc": sent.cc},
                    "sender": sent.sender,
                    "tags": sent.tags,
                    "subject": headers.get("Subject", ""),
                    "quotation": quotation,
                    "reply_to": headers.get("Reply-To", sent.sender),
                    "references": " ".join(references),
                    "headers": {name: value for name, value in headers.items() if name.startswith(("Auto-", "X-"))},
                },
            )
        )
        if watched:
            self.ses.publish("Send", post, {})
            for each in [*sent.to, *sent.cc]:
                self.ses.publish("Delivery", post, {"recipients": [each], "smtpResponse": "250 ok"})
        return ses_id

    def _thread_by(self, references: list[str], person: Person, subject: str) -> Thread:
        thread_ids = (
            self.world.posts[each.strip("<>")].thread_id for each in references if each.strip("<>") in self.world.posts
        )
        if thread_id := next(thread_ids, None):
            return self.world.threads[thread_id]
        thread = self.world.chat_with(person)
        thread.title = subject
        return thread


def _folded(text: str) -> tuple[str, str]:
    """Return a mail as a mail program shows it, and the quotation at its end, which it folds away."""
    found = _QUOTATION.search(text)
    return (text[: found.start()], found[0].strip()) if found else (text, "")
