"""Whose mail it is, what it tells, and where its files are kept: the joins between SES's bucket and the channel."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

from channels import _mail_limits, email
from channels.base import Credentials
from conversations import directory, files, identity, store
from conversations.model import Fact
from shared import aws, credentials, settings
from shared.telemetry import count, logger

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conversations.directory import Connection
    from conversations.model import Attachment, Unreadable

CHANNEL = "email"
PREFIX = "mail/"
"""Where the receipt rule puts what comes in; the object is called as SES calls the mail."""
_BEGINNING = 65_536
"""Bytes that are read of a mail that is too large: those in which its sender stands."""
MOST_FILES = 20
"""How many files of one mail are kept."""


class Taken(NamedTuple):
    """How many facts were stored, and why others could not be made."""

    facts: int = 0
    quarantined: Sequence[str] = ()


def receive(told: dict[str, Any], now: int) -> Taken:
    """Take in a mail that lies in the bucket, for each connection whose address it was sent to.

    Raises ``store.NotStored``, or what S3 raises: then it is to be done again.
    """
    recipients = told.get("receipt", {}).get("recipients", [])
    connections = _connections(recipients)
    if not connections:
        # Somebody else's address below the same domain, or a connection that was taken away.
        logger.warning("Mail for nobody", channel=CHANNEL)
        count("MailForNobody")
        return Taken()
    key = f"{PREFIX}{told['mail']['messageId']}"
    raw, is_whole = _fetch(key)
    receipt = {**told["receipt"], "action": {"type": "S3", "objectKey": key}}
    notification = {**told, "notificationType": "Received", "receipt": receipt}
    found = [_received(connection, notification, raw, is_whole, now) for connection in connections]
    return Taken(sum(each.facts for each in found), [reason for each in found for reason in each.quarantined])


def hear(event: dict[str, Any], now: int) -> Taken:
    """Take in what became of a mail of ours; the address that it came from says whose it was."""
    connections = _connections([str(event.get("mail", {}).get("source", ""))])
    found = Taken()
    for connection in connections:
        events = email.channel.heard(event, _secrets(connection))
        found = _stored(connection, events, now)
    return found


def _connections(addresses: Iterable[str]) -> list[Connection]:
    """The connections with these addresses; what stands behind a plus sign belongs to a conversation."""
    wanted = {email.plain_address(each) for each in addresses if isinstance(each, str)}
    known = (each for each in directory.connections() if each.channel == CHANNEL)
    return [each for each in known if each.account_id.lower() in wanted]


def _secrets(connection: Connection) -> Credentials:
    return Credentials.of(credentials.read(CHANNEL, connection.name))


def _fetch(key: str) -> tuple[bytes, bool]:
    """The mail as it came, and whether that is all of it: of one that is too large only the beginning is read."""
    answer = aws.client("s3").get_object(Bucket=settings.mail_bucket(), Key=key)
    is_whole = answer["ContentLength"] <= _mail_limits.LARGEST
    with closing(answer["Body"]) as body:
        return body.read(None if is_whole else _BEGINNING), is_whole


def _received(connection: Connection, notification: dict[str, Any], raw: bytes, is_whole: bool, now: int) -> Taken:
    if not is_whole:
        return _stored(connection, [email.refused("too_large", notification, raw)], now)
    found = email.channel.received(notification, raw, _secrets(connection))
    taken = _stored(connection, found, now)
    for one in found:
        if isinstance(one, Fact):
            _keep_files(connection, one, raw, now)
    return taken


def _stored(connection: Connection, events: Sequence[Fact | Unreadable], now: int) -> Taken:
    quarantined = store.add_facts(CHANNEL, connection.name, events, now)
    return Taken(len(events) - len(quarantined), quarantined)


def _keep_files(connection: Connection, fact: Fact, raw: bytes, now: int) -> None:
    """Put a mail's files beside those of other channels, since its original expires earlier than its words."""
    conversation = identity.thread_key(CHANNEL, connection.name, fact.thread_id)
    numbers = {int(number): each for each in fact.attachments[:MOST_FILES] if (number := _number(each)).isdecimal()}
    for number, (name, mime, content) in email.parts(raw, numbers).items() if numbers else ():
        files.put(conversation, fact, numbers[number], content, now, mime, name or "")


def _number(attachment: Attachment) -> str:
    """Which part of the mail it is, as the channel noted it."""
    return (attachment.id or "").rpartition("#")[2]
