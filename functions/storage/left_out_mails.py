"""Mails that are not taken in because a machine wrote them: a list for people, so that none is missed unseen.

Times are handed in, in milliseconds. Whatever is done here may be done twice.
"""

from __future__ import annotations

import re
from collections import Counter
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from conversations import identity
from storage import customers, table
from storage.schema import Schema, text_set

if TYPE_CHECKING:
    from collections.abc import Iterable

LEFT_OUT = "mails-left-out"
KEPT = 30 * 86_400
"""Seconds that an entry is kept."""
COUNTED = 5000
"""Entries that are counted; more would be a request of its own size."""
SHOWN = 300
"""Characters of each field that an entry has."""
_ID = re.compile(r"\d{13}-[0-9a-f]{32}", re.ASCII)


class LeftOutMail(Struct, frozen=True):
    """A mail that was left out."""

    id: str
    connection: str
    cause: str
    """As the channel says why."""
    at: int
    """Time at which it came in (milliseconds)."""
    sender: str = ""
    subject: str = ""
    key: str = ""
    """Location of its original."""
    writers: tuple[str, ...] = ()
    """Digests of the addresses that stand in it, with which it is erased."""


LEFT_OUT_MAIL = Schema(
    LeftOutMail, connection="c", cause="rs", sender="from", subject="sj", key="key", writers=text_set("who")
)
"""The time stands in the key."""


def note(mail: LeftOutMail, addresses: Iterable[str], channel: str) -> None:
    """Add a mail to the list; its id is made here."""
    digest = blake2b(f"{mail.connection}\0{mail.key}".encode(), digest_size=16).hexdigest()
    place = f"{identity.clamp(mail.at):013d}#{digest}"
    writers = tuple(customers.digest(channel, mail.connection, each) for each in addresses)
    written = replace(mail, sender=mail.sender[:SHOWN], subject=mail.subject[:SHOWN], writers=writers)
    table.put(LEFT_OUT_MAIL.item((LEFT_OUT, place), written, mail.at // 1000 + KEPT))


def id_of(value: Any) -> str | None:
    """Return the id of an entry, as far as its form tells; None for anything else."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def page(limit: int, before: str | None = None) -> list[LeftOutMail]:
    """Return entries, the latest first; ``before`` is the id of the last that was shown."""
    last = before.replace("-", "#") if before else "~"
    items = table.query("pk = :pk AND sk < :last", limit=limit, newest_first=True, pk=LEFT_OUT, last=last)
    return [_mail_of(item) for item in items]


def counts() -> tuple[Counter[tuple[str, str]], bool]:
    """Return how many mails were left out by connection and cause, and whether there are more than are counted."""
    found = [_mail_of(item) for item in table.query("pk = :pk", limit=COUNTED + 1, newest_first=True, pk=LEFT_OUT)]
    return Counter((mail.connection, mail.cause) for mail in found[:COUNTED]), len(found) > COUNTED


def purge_customer(digest: str, before: int) -> None:
    """Remove the entries in which an erased customer's address stands, by the customer's digest, up to a time."""
    items = table.query("pk = :pk AND sk < :last", pk=LEFT_OUT, last=f"{before:013d}~")
    table.remove([(item["pk"], item["sk"]) for item in items if digest in _mail_of(item).writers])


def _mail_of(item: dict[str, Any]) -> LeftOutMail:
    place = item["sk"]
    return LEFT_OUT_MAIL.read(item, id=place.replace("#", "-"), at=int(place[:13]))
