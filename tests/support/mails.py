"""The sample mails of events/mails: what they are on the wire, and what the parser makes of them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from channels import email
from channels.base import Credentials

FOLDER = Path(__file__).resolve().parents[2] / "events" / "mails"
ADDRESS = "hilfe@nordlicht.example"
CREDENTIALS = Credentials(ADDRESS, {"reply_key": "an-invented-key"}, {"region": "eu-central-1"})


class Sample(NamedTuple):
    """Mails that come in one after the other, and what is expected of each."""

    name: str
    mails: list[bytes]
    expected: list[dict[str, Any]]


@cache
def samples() -> tuple[Sample, ...]:
    """Return all samples, by name."""
    return tuple(_sample(path) for path in sorted(FOLDER.glob("*.json")))


def _sample(path: Path) -> Sample:
    stored = json.loads(path.read_text(encoding="utf-8"))
    mails = ["\r\n".join(mail["lines"]).encode(mail.get("encoding", "utf-8")) for mail in stored["mails"]]
    return Sample(path.stem, mails, stored["expect"])


def notification(number: int = 1, recipients: tuple[str, ...] = (ADDRESS,)) -> dict[str, Any]:
    """Return what SES tells of a mail whose sender's domain vouches for it."""
    return {
        "notificationType": "Received",
        "mail": {
            "messageId": f"ses{number}",
            "timestamp": f"2026-11-29T02:07:{number:02d}.000Z",
            "source": "x@y.example",
        },
        "receipt": {
            "recipients": list(recipients),
            "dmarcVerdict": {"status": "PASS"},
            "action": {"objectKey": f"mail/ses{number}"},
        },
    }


def parsed(raw: bytes, number: int = 1) -> list[Any]:
    """Return what the channel reads in a mail."""
    return email.received(notification(number), raw, CREDENTIALS)
