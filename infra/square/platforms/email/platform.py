"""E-mail on the square: mailboxes of customers, and an Amazon SES between them and the company.

After docs.aws.amazon.com/ses/latest/APIReference-V2 (SendEmail, identities, errors),
…/dg/receiving-email-notifications-contents.html (what SES tells of a mail that came in) and
…/dg/monitor-sending-using-event-publishing.html (events). Calls must be signed (version 4) with the section's keys.
A mail that comes in is put into a bucket and a queue is told, as SES's receipt rule does by way of a topic, once ``do``
has made such a ``rule`` {aws_url, bucket, queue, aws_region?, aws_access_key_id?, aws_secret_access_key?}; and it is
kept for ``GET /email/incoming``, as are the events for ``GET /email/events``.

``say`` writes a mail, always ``private``: ``title`` is its subject, ``to`` the mail it answers; traits: ``dmarc``,
``spam``, ``virus`` (verdicts), ``headers`` (further ones), ``html``, and ``quoted`` (false: without what is answered).
``do`` knows ``bounce`` {message_id, type, subtype}, ``complain`` {message_id}, ``raw_mail`` {content: Base64},
``sandbox`` {on}, ``quota`` {left} and ``pause`` {on}.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import re
import secrets
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, getaddresses
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from infra.square.core.stall import Person, Post, Stall, Thread
from infra.square.core.web import BadInput, Fields, parse_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from infra.square.core.square import Square

OF_THE_STACK = {
    "aws_region": "eu-central-1",
    "aws_access_key_id": "test",
    "aws_secret_access_key": "test",
}
"""With what the square calls a stack that nobody guards."""
LARGEST = 40 * 1024 * 1024
KEPT = 200
AGE = 300
"""Seconds a signature may be old."""
_SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/,]+)/(\d{8})/([^/,]+)/([^/,]+)/aws4_request, "
    r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})"
)
_TAG = re.compile(r"[A-Za-z0-9_.@-]{1,256}")


class Refused(Exception):
    """An error as SES answers it."""

    def __init__(self, http: int, code: str, message: str) -> None:
        super().__init__(code)
        self.http, self.code, self.message = http, code, message

    def answer(self) -> Response:
        headers = {"x-amzn-ErrorType": self.code}
        return JSONResponse({"message": self.message}, status_code=self.http, headers=headers)


class Email(Stall):
    """One address of the company, and the mailboxes of everybody else."""

    name = "email"
    label = "E-Mail"
    can = frozenset({"private"})

    def __init__(self, square: Square, section: dict[str, Any]) -> None:
        super().__init__(square, section)
        self.config = section
        self.rule: dict[str, str] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.extra_restore({})

    @staticmethod
    def invented(secret: Callable[[], str]) -> dict[str, Any]:
        return {
            "account_id": "hilfe@nordlicht.example",
            "account_name": "Nordlicht Netz",
            "region": "eu-central-1",
            "access_key_id": "AKIANORDLICHT0000000",
            "secret_access_key": secret(),
            "reply_key": secret(),
        }

    @staticmethod
    def connection(section: dict[str, Any], square_url: str) -> dict[str, Any]:
        return {
            "account_id": section["account_id"],
            "account_name": section["account_name"],
            "secrets": {name: section[name] for name in ("reply_key", "access_key_id", "secret_access_key")},
            "options": {
                "base_url": f"{square_url}/email",
                "region": section["region"],
                "configuration_set": "nordlicht",
                "sender_name": section["account_name"],
            },
        }

    # -- state ------------------------------------------------------------------------------------------------------

    def extra_snapshot(self) -> dict[str, Any]:
        return {
            "incoming": self.incoming,
            "events": self.events,
            "left": self.left,
            "flags": sorted(self.flags),
            "rule": self.rule,
        }

    def extra_restore(self, stored: dict[str, Any]) -> None:
        self.incoming: list[dict[str, Any]] = stored.get("incoming", [])
        self.events: list[dict[str, Any]] = stored.get("events", [])
        self.left: int = stored.get("left", 50_000)
        self.flags: set[str] = set(stored.get("flags", []))
        # How SES is set up is no part of the play: a new day leaves it.
        self.rule = stored.get("rule", self.rule)

    def new_id(self, kind: str) -> str:
        if kind == "thread":
            return secrets.token_hex(8)
        return f"{secrets.token_hex(8)}@mail.example"

    @property
    def address(self) -> str:
        return str(self.config["account_id"])

    @property
    def region(self) -> str:
        return str(self.config["region"])

    # -- what customers do ------------------------------------------------------------------------------------------

    def handle_of(self, name: str) -> str:
        return f"{super().handle_of(name)}@mail.example" if "@" not in name else name

    def who(self, author: dict[str, Any]) -> Person:
        """A person's id is the address; a name with a domain is one already."""
        person = super().who(author)
        if person.id != person.handle:
            del self.people[person.id]
            person = self.people.setdefault(person.handle, Person(person.handle, person.name, person.handle))
        return person

    def chat_with(self, person: Person) -> Thread:
        """A mail that answers nothing begins a thread."""
        thread = Thread(self.new_id("thread"), "", public=False, person_id=person.id)
        self.threads[thread.id] = thread
        return thread

    def say(self, author: Person | None, text: str, **more: Any) -> Post:
        title = more.pop("title", "")
        thread: Thread | None = more.get("thread")
        if thread and title:
            thread.title = title
        more["public"] = False
        return super().say(author, text, **more)

    def said(self, post: Post) -> None:
        if not post.own:
            self._receive(self.mime_of(post), post)

    def mime_of(self, post: Post) -> bytes:
        """The mail as the customer's program writes it."""
        thread, person, traits = self.threads[post.thread_id], self.people[post.author_id], post.traits
        before = [each for each in self.in_thread(thread.id) if each.id != post.id and each.created <= post.created]
        answered = self.posts.get(post.parent_id or "") or (before[-1] if before else None)
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"] = formataddr((person.name, person.handle))
        mail["To"] = (answered.traits.get("reply_to") if answered and answered.own else None) or self.address
        prefix = "AW: " if answered else ""
        mail["Subject"] = prefix + (thread.title or "Ohne Betreff")
        mail["Date"] = format_datetime(datetime.fromtimestamp(post.created / 1000, UTC))
        mail["Message-ID"] = f"<{post.id}>"
        if answered:
            mail["In-Reply-To"] = f"<{answered.id}>"
            earlier = answered.traits.get("references") or " ".join(f"<{each.id}>" for each in before[:-1])
            mail["References"] = f"{earlier} <{answered.id}>".strip()
        for name, value in traits.get("headers", {}).items():
            del mail[name]
            mail[name] = value
        mail.set_content(_with_quote(post.text, answered if traits.get("quoted", True) else None))
        if traits.get("html"):
            mail.add_alternative(traits["html"], subtype="html")
        for each in post.attachments:
            content = base64.b64decode(each.get("content", "aGFsbG8="))
            mail.add_attachment(content, maintype="application", subtype="pdf", filename=each.get("name", "datei.pdf"))
        return mail.as_bytes()

    def acted(self, action: str, asked: Fields) -> dict[str, Any]:
        if action == "bounce":
            post, kind = self._ours(asked), asked.text("type", "Permanent")
            subtype = asked.text("subtype", "General")
            hit = {"bouncedRecipients": [{"emailAddress": post.traits["to"], "diagnosticCode": "smtp; 550 5.1.1"}]}
            self._tell("Bounce", post, {"bounceType": kind, "bounceSubType": subtype, **hit})
        elif action == "complain":
            post = self._ours(asked)
            hit = {"complainedRecipients": [{"emailAddress": post.traits["to"]}]}
            self._tell("Complaint", post, {"complaintFeedbackType": "abuse", **hit})
        elif action == "raw_mail":
            self._receive(base64.b64decode(asked.text("content")), None)
        elif action == "rule":
            self.rule = {name: asked.text(name) for name in ("aws_url", "bucket", "queue")}
            self.rule |= {name: asked.text(name, usual) for name, usual in OF_THE_STACK.items()}
        elif action == "quota":
            self.left = asked.whole("left")
        elif action in ("sandbox", "pause"):
            (self.flags.add if asked.flag("on", True) else self.flags.discard)(action)
        else:
            return super().acted(action, asked)
        return {}

    def _ours(self, asked: Fields) -> Post:
        post = self.standing(asked.text("message_id"))
        if post is None or not post.own:
            raise BadInput("message_id must be a mail of the company")
        return post

    # -- SES towards the company ------------------------------------------------------------------------------------

    def _receive(self, raw: bytes, post: Post | None) -> None:
        """Store a mail, and tell of it as the receipt rule does."""
        ses_id, traits, now = secrets.token_hex(20), post.traits if post else {}, iso(self.clock.now())
        mail = message_from_bytes(raw, policy=policy.compat32)
        sender = next(iter(getaddresses([str(mail.get("From", ""))])), ("", ""))[1]
        recipients = [address for _, address in getaddresses([str(mail.get("To", ""))]) if address]
        verdicts = {"spam": "PASS", "virus": "PASS", "spf": "PASS", "dkim": "PASS", "dmarc": "PASS"}
        verdicts |= {name: str(traits[name]) for name in verdicts if name in traits}
        key = f"mail/{ses_id}"
        receipt: dict[str, Any] = {
            "timestamp": now,
            "processingTimeMillis": 300,
            "recipients": recipients,
            **{f"{name}Verdict": {"status": status} for name, status in verdicts.items()},
        }
        told = {
            "mail": {
                "timestamp": now,
                "source": sender,
                "messageId": ses_id,
                "destination": recipients,
                "headersTruncated": False,
                "headers": [{"name": name, "value": str(value)} for name, value in mail.items()],
                "commonHeaders": {
                    "subject": str(mail.get("Subject", "")),
                    "messageId": str(mail.get("Message-ID", "")),
                },
            },
            "receipt": receipt,
        }
        action = {"type": "S3", "bucketName": self.rule.get("bucket", "incoming"), "objectKey": key}
        stored = {**told, "receipt": {**receipt, "action": {**action, "encoding": "BASE64"}}}
        content = base64.b64encode(raw).decode()
        self.incoming = [*self.incoming, {"notificationType": "Received", **stored, "content": content}][-KEPT:]
        # The subscription delivers what SES publishes as it is (RawMessageDelivery).
        self._later(key, raw, {"notificationType": "Received", **told, "receipt": {**receipt, "action": action}})

    def _tell(self, kind: str, post: Post, detail: dict[str, Any]) -> None:
        """An event of the configuration set, by way of EventBridge."""
        now = iso(self.clock.now())
        name = {"DeliveryDelay": "deliveryDelay"}.get(kind, kind.lower())
        event = {
            "eventType": kind,
            "mail": {
                "timestamp": iso(post.created),
                "source": self.address,
                "sourceArn": f"arn:aws:ses:{self.region}:000000000000:identity/{self.address}",
                "messageId": post.traits["ses_id"],
                "destination": [post.traits["to"]],
                "tags": {**{tag: [value] for tag, value in post.traits["tags"].items()}, "ses:from-domain": ["x"]},
            },
            name: {"timestamp": now, **detail} if kind != "Send" else {},
        }
        self.events = [*self.events, event][-KEPT:]
        self._later("", b"", {"version": "0", "source": "aws.ses", "detail-type": f"Email {kind}", "detail": event})

    def _later(self, key: str, raw: bytes, event: dict[str, Any]) -> None:
        """Hand over to the stack, where there is one; SES does not wait for it either."""
        if not self.rule:
            return
        task = asyncio.get_running_loop().create_task(asyncio.to_thread(self._hand_over, key, raw, event))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def _hand_over(self, key: str, raw: bytes, event: dict[str, Any]) -> None:
        import botocore.session

        session = botocore.session.Session()
        session.set_credentials(self.rule["aws_access_key_id"], self.rule["aws_secret_access_key"])
        where: dict[str, Any] = {"endpoint_url": self.rule["aws_url"], "region_name": self.rule["aws_region"]}
        if key:
            session.create_client("s3", **where).put_object(Bucket=self.rule["bucket"], Key=key, Body=raw)
        session.create_client("sqs", **where).send_message(QueueUrl=self.rule["queue"], MessageBody=json.dumps(event))

    # -- the interface ----------------------------------------------------------------------------------------------

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/v2/email/outbound-emails", self._call("send", self._send), methods=["POST"]),
            Route("/v2/email/identities/{identity}", self._call("profile", self._identity), methods=["GET"]),
            Route("/incoming", self._shown_incoming, methods=["GET"]),
            Route("/events", self._shown_events, methods=["GET"]),
        ]

    async def _shown_incoming(self, _request: Request) -> Response:
        return JSONResponse({"incoming": self.incoming})

    async def _shown_events(self, _request: Request) -> Response:
        return JSONResponse({"events": self.events})

    def _call(
        self, kind: str, handler: Callable[[Request, dict[str, Any]], dict[str, Any]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            raw = await request.body()
            body = _json(raw)
            self.note(request, body)

            async def carry_out() -> Response:
                try:
                    self._admit(request, raw)
                    return JSONResponse(handler(request, body))
                except Refused as refused:
                    return refused.answer()

            def refuse(error: dict[str, Any]) -> Response:
                name = error.get("name") or "InternalServiceErrorException"
                response = Refused(error.get("http") or 500, name, error.get("message") or name).answer()
                response.headers.update(error.get("headers") or {})
                return response

            return await self.answer(request, kind, carry_out, refuse)

        return endpoint

    def _admit(self, request: Request, raw: bytes) -> None:
        """Check the signature as AWS does: over the method, the path, the signed headers and the body."""
        if self.expired:
            raise Refused(403, "ExpiredTokenException", "The security token included in the request is expired")
        found = _SIGNED.fullmatch(request.headers.get("authorization", ""))
        if found is None:
            raise Refused(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
        key, day, region, service, names, signature = found.groups()
        if key != self.config["access_key_id"]:
            raise Refused(403, "UnrecognizedClientException", "The security token included in the request is invalid.")
        moment = request.headers.get("x-amz-date", "")
        signed = _canonical(request, names, raw)
        to_sign = "\n".join(
            ("AWS4-HMAC-SHA256", moment, f"{day}/{region}/{service}/aws4_request", _sha(signed.encode()))
        )
        secret = f"AWS4{self.config['secret_access_key']}".encode()
        for part in (day, region, service, "aws4_request"):
            secret = hmac.digest(secret, part.encode(), "sha256")
        is_ours = hmac.compare_digest(hmac.digest(secret, to_sign.encode(), "sha256").hex(), signature)
        if not is_ours or service != "ses" or region != self.region or "host" not in names.split(";"):
            raise Refused(403, "InvalidSignatureException", "The request signature we calculated does not match")
        if not moment.startswith(day) or abs(_age(moment)) > AGE:
            raise Refused(403, "InvalidSignatureException", "Signature expired")

    def _identity(self, request: Request, _body: dict[str, Any]) -> dict[str, Any]:
        if request.path_params["identity"] != self.address.rpartition("@")[2]:
            raise Refused(404, "NotFoundException", f"Email identity {request.path_params['identity']} does not exist.")
        return {"IdentityType": "DOMAIN", "VerifiedForSendingStatus": True, "VerificationStatus": "SUCCESS"}

    def _send(self, _request: Request, body: dict[str, Any]) -> dict[str, Any]:
        self._may_send()
        mail = self._opened(body)
        sender = self._sender(body, mail)
        to = [address for _, address in getaddresses(body.get("Destination", {}).get("ToAddresses", []))]
        if not to or any("@" not in each for each in to) or len(to) > 50:
            raise Refused(400, "BadRequestException", "Missing or illegal recipients")
        if "sandbox" in self.flags:
            raise Refused(400, "MessageRejected", f"Email address is not verified. {to[0]}")
        tags = {each.get("Name"): each.get("Value") for each in body.get("EmailTags", [])}
        if not all(isinstance(part, str) and _TAG.fullmatch(part) for pair in tags.items() for part in pair):
            raise Refused(400, "BadRequestException", "Invalid tag")
        self.left -= 1
        return {"MessageId": self._post(mail, sender, to[0].lower(), tags, bool(body.get("ConfigurationSetName")))}

    def _may_send(self) -> None:
        if "pause" in self.flags:
            raise Refused(400, "SendingPausedException", "Email sending is disabled for your account.")
        if self.left <= 0:
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
        if sender.rpartition("@")[2] != self.address.rpartition("@")[2]:
            raise Refused(400, "MessageRejected", f"Email address is not verified. {sender}")
        return sender

    def _post(self, mail: EmailMessage, sender: str, to: str, tags: dict[str, Any], watched: bool) -> str:
        """Put the mail into the customer's mailbox. SES puts its own Message-ID on it."""
        ses_id = f"0107{secrets.token_hex(12)}-{secrets.token_hex(4)}-000000"
        domain = "email" if self.region == "us-east-1" else self.region
        part = mail.get_body(("plain", "html"))
        person = self.people.setdefault(to, Person(to, to.partition("@")[0], to))
        parent = self.posts.get(str(mail.get("In-Reply-To", "")).strip(" <>"))
        references = str(mail.get("References", "")).split()
        thread = self.threads[parent.thread_id] if parent else self._thread_by(references, person, str(mail["Subject"]))
        headers = {name: str(value).strip() for name, value in mail.items()}
        post = self.say(
            None,
            str(part.get_content()).replace("\r\n", "\n").rstrip("\n") if part else "",
            thread=thread,
            parent=parent,
            post_id=f"{ses_id}@{domain}.amazonses.com",
            attachments=[{"type": "file", "url": "", "name": each.get_filename()} for each in mail.iter_attachments()],
            ses_id=ses_id,
            to=to,
            sender=sender,
            tags=tags,
            subject=headers.get("Subject", ""),
            reply_to=headers.get("Reply-To", sender),
            references=" ".join(references),
            headers={name: value for name, value in headers.items() if name.startswith(("Auto-", "X-"))},
        )
        if watched:
            self._tell("Send", post, {})
            self._tell("Delivery", post, {"recipients": [to], "smtpResponse": "250 ok"})
        return ses_id

    def _thread_by(self, references: list[str], person: Person, subject: str) -> Thread:
        known = (self.posts[each.strip("<>")].thread_id for each in references if each.strip("<>") in self.posts)
        if found := next(known, None):
            return self.threads[found]
        thread = self.chat_with(person)
        thread.title = subject
        return thread


def iso(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def _with_quote(text: str, answered: Post | None) -> str:
    if answered is None:
        return text
    moment = datetime.fromtimestamp(answered.created / 1000, UTC)
    quoted = "\n".join(f"> {line}" for line in answered.text.split("\n"))
    return f"{text}\n\nAm {moment:%d.%m.%Y} um {moment:%H:%M} schrieb {answered.author_id}:\n{quoted}\n"


def _json(raw: bytes) -> dict[str, Any]:
    try:
        value = parse_json(raw) if raw else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _canonical(request: Request, names: str, raw: bytes) -> str:
    """The request in the one form that is signed. The path is encoded once more than it was sent."""
    path = quote(request.scope["raw_path"].decode().partition("?")[0], safe="/-_.~")
    heads = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in names.split(";"))
    return "\n".join((request.method, path, request.url.query, heads, names, _sha(raw)))


def _age(moment: str) -> float:
    try:
        signed_at = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return float("inf")
    return (datetime.now(UTC) - signed_at).total_seconds()
