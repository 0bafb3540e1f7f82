"""Receipt of a mail: from SES's bucket through the channel to stored facts and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from application import forwards
from application.forwards import Outcome
from aws import secrets
from channels import _mail_limits, email
from channels._values import as_millis
from channels.base import Credentials
from conversations import identity
from conversations.facts import Fact, Unreadable
from mail import forward_answers
from mail.forward_answers import ForwardMail
from shared.telemetry import count, logger
from storage import connections, customers, files, left_out_mails, raw_mails, received_facts
from storage.left_out_mails import LeftOutMail

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conversations.facts import Attachment, Event
    from storage.connections import Connection

CHANNEL = "email"
PREFIX = "mail/"
"""Prefix under which the receipt rule stores mails; the object's name is SES's id of the mail."""
_BEGINNING = 65_536
"""Bytes that are read of a mail that is too large: those in which its sender stands."""
MOST_FILES = 20
"""Number of files of one mail that are kept."""


class Taken(NamedTuple):
    """The number of stored facts, and the reasons why others could not be made."""

    facts: int = 0
    quarantined: Sequence[str] = ()
    was_erased: bool = False
    """Its writer or its conversation was erased while it was on its way, so its original is to go, too."""


class _Original(NamedTuple):
    """A mail as it lies in the bucket."""

    key: str
    at: int
    """The time at which SES received it (milliseconds)."""
    raw: bytes
    is_whole: bool
    own: frozenset[str]
    """The addresses of all connections."""


def take(notification: dict[str, Any], now: int) -> Taken:
    """Take in what SES tells, by itself of a mail that came in, or by EventBridge of what became of one of ours.

    Raises ``store.NotStored``, ``mails.NotThere``, or what S3 raises: then it is to be done again.
    """
    if "detail" in notification:
        return hear(notification["detail"], now)
    return receive(notification, now)


def receive(told: dict[str, Any], now: int) -> Taken:
    """Take in a mail that lies in the bucket, for each connection whose address it was sent to."""
    recipients = told.get("receipt", {}).get("recipients", [])
    known = _known()
    connections = _connections(known, recipients)
    if not connections:
        # Somebody else's address below the same domain, or a connection that was taken away.
        logger.warning("Mail for nobody", channel=CHANNEL)
        count("MailForNobody")
        return Taken()
    key = f"{PREFIX}{told['mail']['messageId']}"
    try:
        raw, is_whole = raw_mails.load(key, _mail_limits.LARGEST, _BEGINNING)
    except raw_mails.NotThere as missing:
        if not missing.was_erased:
            raise
        logger.info("Mail was erased", channel=CHANNEL)
        return Taken()
    original = _original(told, key, (raw, is_whole), known, now)
    receipt = {**told["receipt"], "action": {"type": "S3", "objectKey": key}}
    notification = {**told, "notificationType": "Received", "receipt": receipt}
    found = [_received(connection, notification, original, now) for connection in connections]
    if any(each.was_erased for each in found):
        # Last of all: should this be done again, another connection may still need it.
        raw_mails.drop(key, now)
    return Taken(sum(each.facts for each in found), [reason for each in found for reason in each.quarantined])


def receive_again(connection: Connection, notification: dict[str, Any], key: str, now: int) -> Taken:
    """Read a mail that could not be read once more, for one connection; store it only if it is read.

    Raises like ``receive``.
    """
    loaded = raw_mails.load(key, _mail_limits.LARGEST, _BEGINNING)
    original = _original(notification, key, loaded, _known(), now)
    if taken := _as_forward_answer(connection, notification, original, now):
        return taken
    found = _read(connection, notification, original, now)
    unreadable = [each.reason for each in found if isinstance(each, Unreadable)]
    if unreadable:
        return Taken(quarantined=unreadable)
    taken = _kept(connection, notification, original, found, now)
    if taken.was_erased:
        raw_mails.drop(key, now)
    return taken


def _original(
    notification: dict[str, Any], key: str, loaded: tuple[bytes, bool], known: Iterable[Connection], now: int
) -> _Original:
    raw, is_whole = loaded
    own = frozenset(each.account_id for each in known)
    return _Original(key, as_millis(notification["mail"].get("timestamp")) or now, raw, is_whole, own)


def hear(event: dict[str, Any], now: int) -> Taken:
    """Take in what became of a mail of ours; the address that it came from says whose it was."""
    connections = _connections(_known(), [str(event.get("mail", {}).get("source", ""))])
    found = Taken()
    for connection in connections:
        report = email.forward_report(event, _secrets(connection))
        if report:
            forwards.note_report(report, connection.name)
            continue
        events = email.heard(event, _secrets(connection))
        found = _stored(connection, events, now)
    return found


def _known() -> list[Connection]:
    """Return all connections of the channel."""
    return [each for each in connections.connections() if each.channel == CHANNEL]


def _connections(known: Iterable[Connection], addresses: Iterable[str]) -> list[Connection]:
    """The connections with these addresses; what stands behind a plus sign belongs to a conversation."""
    wanted = {email.plain_address(each) for each in addresses if isinstance(each, str)}
    return [each for each in known if each.account_id.lower() in wanted]


def _secrets(connection: Connection) -> Credentials:
    return Credentials.of(secrets.read(CHANNEL, connection.name))


def _received(connection: Connection, notification: dict[str, Any], original: _Original, now: int) -> Taken:
    if taken := _as_forward_answer(connection, notification, original, now):
        return taken
    return _kept(connection, notification, original, _read(connection, notification, original, now), now)


def _as_forward_answer(
    connection: Connection, notification: dict[str, Any], original: _Original, now: int
) -> Taken | None:
    """Take a mail in that answers a forward; returns None for any other."""
    if not original.is_whole:
        return None
    mail = ForwardMail(connection, notification, original.key, original.at, original.raw)
    outcome = mail.take(_secrets(connection), now)
    if outcome == Outcome.STRANGER:
        _note_left_out(connection, original, _writers(notification, original, []), forward_answers.STRANGER)
    return None if outcome is None else Taken(was_erased=outcome == Outcome.GONE)


def _read(connection: Connection, notification: dict[str, Any], original: _Original, now: int) -> Sequence[Event]:
    if not original.is_whole:
        return [email.refused("too_large", notification, original.raw)]
    found = email.received(notification, original.raw, _secrets(connection))
    found = [email.without_ours(each, original.own) for each in found]
    return received_facts.placed(CHANNEL, connection.name, found, now)


def _kept(
    connection: Connection,
    notification: dict[str, Any],
    original: _Original,
    events: Sequence[Event],
    now: int,
) -> Taken:
    writers = _writers(notification, original, events)
    # Noted before anything is stored, so that an erasure in between finds the original.
    raw_mails.note_writers(CHANNEL, connection.name, writers, original.key, original.at, now)
    if any(original.at <= customers.erased_at(CHANNEL, connection.name, each) for each in writers):
        return Taken(was_erased=True)
    for each in events:
        if isinstance(each, Fact):
            raw_mails.note_conversation(_conversation(connection, each), original.key, each.at, now)
    taken = _stored(connection, events, now)
    if not events:
        _note_left_out(
            connection, original, writers, email.left_out_reason(notification, original.raw, _secrets(connection))
        )
    for each in events:
        if isinstance(each, Fact):
            _keep_files(connection, each, original.raw, now)
    was_erased = any(not _stands(connection, each) for each in events if isinstance(each, Fact))
    return taken._replace(was_erased=was_erased)


def _note_left_out(connection: Connection, original: _Original, writers: list[str], reason: str) -> None:
    """Count and list a mail that is not taken in, with why."""
    seen = email.glimpse(original.raw)
    mail = LeftOutMail("", connection.name, reason, original.at, seen.sender, seen.subject, original.key)
    left_out_mails.note(mail, writers, CHANNEL)
    logger.info("Mail left out", channel=CHANNEL, reason=reason)
    count("MailLeftOut", channel=CHANNEL, reason=reason)


def _writers(notification: dict[str, Any], original: _Original, events: Sequence[Event]) -> list[str]:
    """Return whose mail it is: the addresses that it states, and the customer's to whom a colleague wrote."""
    source = notification["mail"].get("source")
    stated = email.glimpse(original.raw, source if isinstance(source, str) else "").addresses
    named = [each.customer_id for each in events if isinstance(each, Fact) and each.customer_id]
    return list(dict.fromkeys([*stated, *named]))


def _conversation(connection: Connection, fact: Fact) -> str:
    return identity.thread_key(CHANNEL, connection.name, fact.thread_id)


def _stored(connection: Connection, events: Sequence[Event], now: int) -> Taken:
    quarantined = received_facts.add(CHANNEL, connection.name, events, now)
    return Taken(len(events) - len(quarantined), quarantined)


def _stands(connection: Connection, fact: Fact) -> bool:
    """Return whether a mail is kept; not if its conversation was erased while it was on its way."""
    entry = f"#{identity.position(fact)}"
    return files.stands(_conversation(connection, fact), entry, fact.message_id)


def _keep_files(connection: Connection, fact: Fact, raw: bytes, now: int) -> None:
    """Put a mail's files beside those of other channels, since its original expires earlier than its words."""
    conversation = _conversation(connection, fact)
    numbers = {int(number): each for each in fact.attachments[:MOST_FILES] if (number := _number(each)).isdecimal()}
    for number, (name, mime, content) in email.parts(raw, numbers).items() if numbers else ():
        files.put(conversation, fact, numbers[number], content, now, mime, name or "")


def _number(attachment: Attachment) -> str:
    """Return which part of the mail it is, as the channel noted it."""
    return (attachment.id or "").rpartition("#")[2]
