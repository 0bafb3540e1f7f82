"""The targets of fuzzing: each reads one input as the code does, and checks what must hold for any input.

An input is bytes. ``Target.check`` raises for anything but what is documented; that is a finding.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from msgspec.structs import replace

import channels
from channels import email
from channels.base import Credentials, InvalidSignature, MalformedPayload, Request
from conversations.facts import Fact, Nudge, Unreadable
from storage import arrivals, conversations, customer_aliases, keys, moves, quarantine, received_facts
from tests.fuzz import mutation
from tests.unit.channels.samples import Sample, samples
from tests.unit.channels.test_contract import assert_storable

NOW = 1_795_000_000_000
LONGEST = 3.0
"""Seconds of the processor that one input of at most 100,000 bytes may take, delivered twice."""
LARGEST_KEY = {"pk": 2048, "sk": 1024}
LARGEST_ITEM = 400 * 1024
"""Bytes, by the limits of DynamoDB."""
GROWTH = 100
"""Bytes that are stored per byte received, at most, beside a fixed share."""
SECRET = "0123456789abcdef0123456789abcd"
SETTINGS = {"RETENTION_DAYS": "400", "PACK_HEADS": "false", "TABLE_NAME": "fuzzed"}
"""Variables of the functions' environment."""


@dataclass(frozen=True)
class Target:
    """One part of the code that reads untrusted input."""

    name: str
    check: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]
    mutate: mutation.Mutate


class TooSlow(AssertionError):
    """An input took longer than any of its length may."""


class StoredTable:
    """Stands in for the table: takes what DynamoDB takes, and nothing else."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], dict[str, Any]] = {}

    def put_many(self, new: Sequence[dict[str, Any]]) -> None:
        """Take items that fit."""
        for item in new:
            for key, largest in LARGEST_KEY.items():
                assert 0 < len(item[key].encode()) <= largest, f"{key} of {len(item[key])} characters"
            assert _size(item) <= LARGEST_ITEM, "an item that is too large"
        self.items |= {(item["pk"], item["sk"]): item for item in new}

    def put_new(self, item: dict[str, Any]) -> None:
        """Take an item that fits, unless there is one with its key."""
        if (item["pk"], item["sk"]) not in self.items:
            self.put_many([item])

    def get_many(self, keys: Any) -> dict[Any, Any]:
        """Return what was written; refuse keys that DynamoDB refuses."""
        asked = list(keys)
        for pk, sk in asked:
            assert 0 < len(pk.encode()) <= LARGEST_KEY["pk"]
            assert 0 < len(sk.encode()) <= LARGEST_KEY["sk"]
        return {key: self.items[key] for key in asked if key in self.items}


def _size(value: Any) -> int:
    """Bytes of a value, as DynamoDB counts; fails on what it cannot hold."""
    if value is None or isinstance(value, bool):
        return 1
    if isinstance(value, int):
        assert abs(value) < 10**38, "a number of more than 38 digits"
        return 21
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, dict):
        return 3 + sum(len(name.encode()) + _size(each) + 1 for name, each in value.items())
    assert isinstance(value, list | tuple | set | frozenset), f"a {type(value).__name__}"
    return 3 + sum(_size(each) + 1 for each in value)


WRITERS: tuple[Any, ...] = (arrivals, conversations, customer_aliases, moves, quarantine, received_facts)
"""Modules that store updates."""


@contextlib.contextmanager
def stored_table() -> Iterator[StoredTable]:
    """Have what stores updates write into a table of this process."""
    table, real = StoredTable(), received_facts.table
    for module in WRITERS:
        module.table = table
    try:
        yield table
    finally:
        for module in WRITERS:
            module.table = real


@contextlib.contextmanager
def in_time() -> Iterator[None]:
    """Fail if the block takes longer than an input may."""
    began = time.process_time()
    yield
    took = time.process_time() - began
    if took > LONGEST:
        raise TooSlow(f"{took:.1f} s")


# -- webhooks ---------------------------------------------------------------------------------------------------------


def _hexadecimal(header: str) -> Callable[[bytes], dict[str, str]]:
    return lambda body: {header: "sha256=" + hmac.digest(SECRET.encode(), body, "sha256").hex()}


def _base64(body: bytes) -> dict[str, str]:
    digest = b64encode(hmac.digest(SECRET.encode(), body, "sha256")).decode()
    return {"x-twitter-webhooks-signature": f"sha256={digest}"}


SIGNERS: dict[str, Callable[[bytes], dict[str, str]]] = {
    **dict.fromkeys(("facebook", "instagram", "threads", "whatsapp"), _hexadecimal("x-hub-signature-256")),
    "discourse": _hexadecimal("x-discourse-event-signature"),
    "telegram": lambda body: {"x-telegram-bot-api-secret-token": SECRET},
    "x": _base64,
}
"""Signing functions of platforms. Google's token does not depend on the body; the others are polled and do not call."""


def check_webhook(name: str, data: bytes) -> None:
    """Take a signed body, whose first byte chooses among the headers of the samples, as ``webhook`` does."""
    channel = channels.get(name)
    kinds = _headers(name)
    sample = samples(name)[0]
    headers, body = kinds[data[0] % len(kinds)] if data else {}, data[1:]
    credentials = sample.credentials
    request = Request("POST", headers, {}, body)
    if sign := SIGNERS.get(name):
        secrets = {secret: SECRET for secret in (channel.capabilities.signing_secret,) if secret}
        credentials = replace(credentials, secrets={**credentials.secrets, **secrets})
        request = replace(request, headers={**headers, **sign(body)})
        if not _is_document(body):
            # What no platform sends may be refused before its signature is looked at, or after.
            with contextlib.suppress(InvalidSignature):
                channel.receiver.verify(request, credentials)
            return
        channel.receiver.verify(request, credentials)
        if channel.capabilities.authenticates_body:
            _assert_refused(channel, replace(request, body=body + b" "), credentials)
    _assert_taken(name, partial(channel.receiver.parse, request, credentials), len(data))


def _lasting(table: StoredTable) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what is stored for good: that a channel is to be asked at once is news each time."""
    return {key: item for key, item in table.items.items() if key[0] != keys.NUDGED}


def _is_document(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False


def _assert_refused(channel: Any, request: Request, credentials: Credentials) -> None:
    try:
        channel.receiver.verify(request, credentials)
    except InvalidSignature:
        return
    raise AssertionError("an altered body was accepted")


def _assert_taken(name: str, read: Callable[[], Sequence[Fact | Unreadable | Nudge]], length: int) -> None:
    """Assert that an input is malformed, or can be stored, twice the same, in time, and in proportion to its length."""
    with in_time(), stored_table() as table:
        try:
            found = read()
        except MalformedPayload:
            return
        received_facts.add(name, "demo", found, NOW)
        stored = _lasting(table)
        received_facts.add(name, "demo", read(), NOW + 60_000)
    assert _lasting(table) == stored, "a redelivery is something else"
    for one in found:
        if isinstance(one, Fact):
            assert_storable(one)
        elif isinstance(one, Unreadable):
            assert one.reason.isascii() and len(one.reason) < 60 and " " not in one.reason
    assert len(found) <= 10 + length // 2, f"{len(found)} facts"
    assert sum(map(_size, stored.values())) <= 50_000 + GROWTH * length, "more is stored than came in"


def _headers(name: str) -> list[dict[str, str]]:
    """The different headers of a channel's samples, without their signatures."""
    found = [
        {key: value for key, value in each.headers.items() if "signature" not in key and "token" not in key}
        for each in samples(name)
    ]
    return [each for number, each in enumerate(found) if each not in found[:number]]


def webhook_seeds(name: str) -> list[bytes]:
    """The samples of a channel, each behind the number of its headers."""
    kinds = _headers(name)
    return [bytes([_kind(kinds, each)]) + each.raw for each in samples(name)]


def _kind(kinds: list[dict[str, str]], sample: Sample) -> int:
    return next(number for number, each in enumerate(kinds) if each.items() <= sample.headers.items())


def mutate_webhook(data: bytes, chance: Any) -> bytes:
    """Change the body, and at times the headers."""
    first = data[:1] if data and chance.random() < 0.9 else bytes([chance.randrange(256)])
    return first + mutation.mutate_document(data[1:], chance)


# -- mail -------------------------------------------------------------------------------------------------------------

VERDICTS = ("PASS", "FAIL", "GRAY", "")


def check_mail(data: bytes) -> None:
    """Take a raw mail as ``mail`` does; the first byte chooses SES's verdicts."""
    verdicts, raw = (data[0] if data else 0), data[1:]
    address = "support@nordlicht.example"
    receipt = {
        "recipients": [address],
        "action": {"type": "S3", "objectKey": "mail/1"},
        "spamVerdict": {"status": "PASS"},
        "virusVerdict": {"status": "PASS"},
        **{
            f"{each}Verdict": {"status": VERDICTS[verdicts >> 2 * number & 3]}
            for number, each in enumerate(("dmarc", "spf", "dkim"))
        },
    }
    told = {
        "notificationType": "Received",
        "receipt": receipt,
        "mail": {"messageId": "ses-1", "timestamp": "2026-11-02T10:00:00.000Z", "source": "jana@post.example"},
    }
    credentials = Credentials(address, {"reply_key": SECRET})
    read = partial(email.webhook.received, told, raw, credentials)
    _assert_taken("email", read, len(data))
    with in_time():
        numbers = {int(each) for fact in read() if isinstance(fact, Fact) for each in _numbers(fact)}
        for name, mime, content in email.parts(raw, numbers).values() if numbers else ():
            assert name is None or isinstance(name, str)
            assert isinstance(mime, str)
            assert len(content) <= len(raw)


def _numbers(fact: Fact) -> list[str]:
    return [number for each in fact.attachments[:20] if (number := (each.id or "").rpartition("#")[2]).isdecimal()]


def mail_seeds() -> list[bytes]:
    """The mails of the samples."""
    found = []
    for sample in samples("email"):
        with contextlib.suppress(ValueError):
            content = json.loads(sample.raw).get("content")
            if isinstance(content, str):
                found.append(b"\0" + content.encode())
    return found


def mutate_mail(data: bytes, chance: Any) -> bytes:
    """Change the mail, and at times the verdicts."""
    first = data[:1] if data and chance.random() < 0.9 else bytes([chance.randrange(256)])
    return first + mutation.mutate_lines(data[1:], chance)


TARGETS = {
    target.name: target
    for target in (
        Target("mail", check_mail, mail_seeds, mutate_mail),
        *(
            Target(f"webhook-{name}", partial(check_webhook, name), partial(webhook_seeds, name), mutate_webhook)
            for name in channels.names()
        ),
    )
}


def finding_name(data: bytes) -> str:
    """Return what the file of a finding is called."""
    return hashlib.sha256(data).hexdigest()[:16]
