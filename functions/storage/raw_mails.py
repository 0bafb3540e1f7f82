"""The only module that knows the bucket of mails as they came in, and finds those that are to be erased.

An original is found by the conversation that it belongs to, and by the addresses that stand in it; both indexes hold
digests and the object's key. Times are handed in, in milliseconds. Whatever is done here may be done twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from aws import clients
from conversations import identity
from shared import settings
from storage import customers, table
from storage.schema import Schema, marker
from storage.writes import expires_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from storage.attribute_values import Item

LINK_SECONDS = 300
"""Seconds for which a link to an original is valid."""
_GONE = "#"


class Location(Struct, frozen=True):
    """Location of an original mail."""

    key: str
    """The object's key in the bucket of mails."""


LOCATION = Schema(Location, key="key")


class NotThere(LookupError):
    """There is no such mail; ``was_erased`` says whether it was erased here."""

    def __init__(self, was_erased: bool) -> None:
        super().__init__("mail")
        self.was_erased = was_erased


def load(key: str, largest: int, beginning: int) -> tuple[bytes, bool]:
    """Return a mail as it came, and whether that is all of it: of one that is too large only its beginning is read.

    Raises ``NotThere``.
    """
    try:
        answer = clients.client("s3").get_object(Bucket=settings.mail_bucket(), Key=key)
    except clients.refusal() as error:
        if not clients.is_missing(error):
            raise
        raise NotThere(table.get(_gone(key), _GONE) is not None) from error
    is_whole = answer["ContentLength"] <= largest
    body = answer["Body"]
    try:
        return body.read(None if is_whole else beginning), is_whole
    finally:
        body.close()


def link(key: str) -> str:
    """Return an address at which an original can be downloaded for some minutes; no browser shows it."""
    return clients.client("s3").generate_presigned_url(
        "get_object",
        Params={
            "Bucket": settings.mail_bucket(),
            "Key": key,
            "ResponseContentType": "application/octet-stream",
            "ResponseContentDisposition": 'attachment; filename="mail.eml"',
            "ResponseCacheControl": "private, no-store",
        },
        ExpiresIn=LINK_SECONDS,
    )


# -- where originals are found ----------------------------------------------------------------------------------------


def note_writers(channel: str, connection: str, addresses: Iterable[str], key: str, at: int, now: int) -> None:
    """Remember whose mail an original is, by the addresses that stand in it."""
    _note(
        [_of_customer(customers.digest(channel, connection, each)) for each in dict.fromkeys(addresses)], key, at, now
    )


def note_conversation(conversation: str, key: str, at: int, now: int) -> None:
    """Remember to which conversation an original belongs."""
    _note([_of_conversation(conversation)], key, at, now)


def keys_of(conversation: str, writer: tuple[str, str, str], at: int) -> list[str]:
    """Return the keys of originals of a conversation, or of a writer (channel, connection, address), of one moment.

    A mail that was moved to another conversation is found by its writer alone.
    """
    moment = f"{identity.clamp(at):013d}#"
    partitions = (_of_conversation(conversation), _of_customer(customers.digest(*writer)))
    for partition in partitions:
        if items := list(table.query("pk = :pk AND begins_with(sk, :moment)", pk=partition, moment=moment)):
            return [LOCATION.read(item).key for item in items]
    return []


def _note(partitions: list[str], key: str, at: int, now: int) -> None:
    place = f"{identity.clamp(at):013d}#{key}"
    written = [LOCATION.item((pk, place), Location(key), expires_at(at, now)) for pk in partitions]
    if written:
        table.put_many(written)


# -- what is forgotten ------------------------------------------------------------------------------------------------


def purge_conversation(conversation: str, before: int, now: int) -> None:
    """Remove the originals of all that was said in an erased conversation up to a time."""
    _purge(_of_conversation(conversation), before, now)


def purge_customer(digest: str, before: int, now: int) -> None:
    """Remove the originals in which a customer's address stands, by the customer's digest, up to a time."""
    _purge(_of_customer(digest), before, now)


def _purge(partition: str, before: int, now: int) -> None:
    found = list(_until(partition, before))
    for item in found:
        drop(LOCATION.read(item).key, now)
    table.remove([(item["pk"], item["sk"]) for item in found])


def _until(partition: str, before: int) -> Iterator[Item]:
    return table.query("pk = :pk AND sk < :last", pk=partition, last=f"{before:013d}~")


def drop(key: str, now: int) -> None:
    """Remove an original, and leave a trace of that, in case SES reports the mail once more."""
    table.put(marker((_gone(key), _GONE), expires_at(now, now)))
    clients.client("s3").delete_object(Bucket=settings.mail_bucket(), Key=key)


def _of_customer(digest: str) -> str:
    return f"mails-of#{digest}"


def _of_conversation(conversation: str) -> str:
    return f"mails-in#{conversation}"


def _gone(key: str) -> str:
    return f"mail-erased#{key}"
