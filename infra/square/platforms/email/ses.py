"""Notifications of SES: mails that came in, and what became of those the company sent."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import secrets
from email import message_from_bytes, policy
from email.message import Message
from typing import TYPE_CHECKING, Any

from infra.square.core.world import Post
from infra.square.platforms.email.account import iso

if TYPE_CHECKING:
    from infra.square.platforms.email.account import EmailAccount

KEPT = 200
_ADDRESS = re.compile(r"[^\s<>,;:\"()]+@[^\s<>,;:\"()]+")


def _addresses(header: str) -> list[str]:
    """Return the addresses of a header. The standard library's function differs between versions of Python."""
    without_names = re.sub(r"[^,;<>]*(<[^<>]*>)", r"\1", re.sub(r'"[^"]*"', "", header))
    return _ADDRESS.findall(without_names)


class Ses:
    """Stores and hands over, where a stack has set up a receipt rule."""

    def __init__(self, account: EmailAccount) -> None:
        self.account = account
        self._tasks: set[asyncio.Task[None]] = set()

    def receive(self, raw: bytes, post: Post | None) -> None:
        """Store a mail, and tell of it as the receipt rule does."""
        ses_id, traits, now = secrets.token_hex(20), post.traits if post else {}, iso(self.account.clock.now())
        mail = message_from_bytes(raw, policy=policy.compat32)
        sender = next(iter(_addresses(str(mail.get("From", "")))), "")
        recipients = self._envelope(mail)
        verdicts = {"spam": "PASS", "virus": "PASS", "spf": "PASS", "dkim": "PASS", "dmarc": "PASS"}
        verdicts |= {name: str(traits[name]) for name in verdicts if name in traits}
        key = f"mail/{ses_id}"
        receipt: dict[str, Any] = {
            "timestamp": now,
            "processingTimeMillis": 300,
            "recipients": recipients,
            **{f"{name}Verdict": {"status": status} for name, status in verdicts.items()},
        }
        notification = {
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
        action = {"type": "S3", "bucketName": self.account.rule.get("bucket", "incoming"), "objectKey": key}
        stored = {**notification, "receipt": {**receipt, "action": {**action, "encoding": "BASE64"}}}
        content = base64.b64encode(raw).decode()
        self.account.incoming = [
            *self.account.incoming,
            {"notificationType": "Received", **stored, "content": content},
        ][-KEPT:]
        # The subscription delivers what SES publishes as it is (RawMessageDelivery).
        self._later(
            key, raw, {"notificationType": "Received", **notification, "receipt": {**receipt, "action": action}}
        )

    def _envelope(self, mail: Message) -> list[str]:
        """Return our addresses to which a mail was sent; without any, the first that it names, as in a blind copy."""
        named = [address for name in ("To", "Cc") for address in _addresses(str(mail.get(name, "")))]
        domain = self.account.address.rpartition("@")[2]
        return [each for each in named if each.lower().endswith(f"@{domain}")] or named[:1]

    def publish(self, kind: str, post: Post, detail: dict[str, Any]) -> None:
        """An event of the configuration set, by way of EventBridge."""
        now = iso(self.account.clock.now())
        name = {"DeliveryDelay": "deliveryDelay"}.get(kind, kind.lower())
        event = {
            "eventType": kind,
            "mail": {
                "timestamp": iso(post.created),
                "source": self.account.address,
                "sourceArn": f"arn:aws:ses:{self.account.region}:000000000000:identity/{self.account.address}",
                "messageId": post.traits["ses_id"],
                "destination": [each for part in ("to", "cc") for each in post.traits["recipients"][part]],
                "tags": {**{tag: [value] for tag, value in post.traits["tags"].items()}, "ses:from-domain": ["x"]},
            },
            name: {"timestamp": now, **detail} if kind != "Send" else {},
        }
        self.account.sent_events = [*self.account.sent_events, event][-KEPT:]
        self._later("", b"", {"version": "0", "source": "aws.ses", "detail-type": f"Email {kind}", "detail": event})

    def _later(self, key: str, raw: bytes, event: dict[str, Any]) -> None:
        """Hand over to the stack, where there is one; SES does not wait for it either."""
        if not self.account.rule:
            return
        task = asyncio.get_running_loop().create_task(asyncio.to_thread(self._hand_over, key, raw, event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _hand_over(self, key: str, raw: bytes, event: dict[str, Any]) -> None:
        import botocore.session

        session = botocore.session.Session()
        session.set_credentials(self.account.rule["aws_access_key_id"], self.account.rule["aws_secret_access_key"])
        where: dict[str, Any] = {
            "endpoint_url": self.account.rule["aws_url"],
            "region_name": self.account.rule["aws_region"],
        }
        if key:
            session.create_client("s3", **where).put_object(Bucket=self.account.rule["bucket"], Key=key, Body=raw)
        session.create_client("sqs", **where).send_message(
            QueueUrl=self.account.rule["queue"], MessageBody=json.dumps(event)
        )
