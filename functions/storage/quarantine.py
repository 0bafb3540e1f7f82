"""Updates that could not be read, for people: a list, who dealt with them, and erasure with their customer.

The updates themselves are written by ``store.add_facts``, each with an entry of the list. Times are handed in, in
milliseconds. Whatever is done here may be done twice.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from conversations import identity
from conversations.facts import Author, Unreadable
from storage import customers, keys, table, writes
from storage.schema import LeaveOut, Parts, Schema, moved
from storage.writes import expires_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from storage.attribute_values import Item, StoredItem
    from storage.keys import Key
    from storage.writes import Write

PIECE = 350_000
"""Bytes of a quarantined update per item."""
QUARANTINED = "quarantined#"
"""Beginning of the partitions that list, for people, what could not be read; then one of the three names below."""
UNREAD, FILTERED, HANDLED = "unread", "filtered", "handled"
FILTERED_FOR = ("spam", "virus", "not_handled")
"""Beginnings of the reasons that are listed apart: found by a filter, or without a meaning here."""
SHOWN = 300
"""Characters of each field that an entry of the list has; they are cut and cleaned where they are read."""
LISTS = (UNREAD, FILTERED, HANDLED)
MOST = 100
"""Number of entries that are shown of a list."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An update that could not be read, as a list shows it."""

    id: str
    channel: str
    connection: str
    reason: str
    at: int
    """The time when it was written, or else received (milliseconds)."""
    sender: str = ""
    subject: str = ""
    key: str = ""
    """The key of a mail's original."""
    handled_at: int = 0
    handled_by: Author | None = None


@dataclass(frozen=True, slots=True)
class Handling:
    """Author and time of the handling of an entry."""

    at: int
    """Milliseconds."""
    by: Author


@dataclass(frozen=True, slots=True)
class Mark:
    """Mark of an update that is not stored once more."""

    handled_at: int | None = None
    """Time at which somebody dealt with it (milliseconds)."""
    erased_at: int | None = None
    """Time at which it was erased with its customer (milliseconds)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """An update, or a part of one that is too large for an item."""

    raw: bytes
    """Compressed JSON."""
    reason: str = ""
    at: int = 0
    """Time at which it was written, or else came in (milliseconds)."""


ENTRY = Schema(Entry, leave_out=LeaveOut.NONE, reason="rs", at="at", sender="from", subject="sj", key="key")
"""Id and digest stand in the key, channel and connection in ``c``; who dealt with it is a ``Handling``."""
HANDLING = Schema(Handling, at="ha", by=Parts(Author, id="hb", name="hn"))
MARK = Schema(Mark, leave_out=LeaveOut.NONE, handled_at="ha", erased_at="erased")
PIECE_OF_UPDATE = Schema(Piece, leave_out=LeaveOut.NONE, raw="raw", reason="rs", at="at")


def entries(name: str) -> tuple[list[Entry], bool]:
    """Return the newest entries of a list, and whether there are more."""
    found = list(table.query("pk = :pk", limit=MOST + 1, newest_first=True, pk=f"{QUARANTINED}{name}"))
    return [_entry_of(item) for item in found[:MOST]], len(found) > MOST


def _entry_of(item: Item) -> Entry:
    channel, connection = keys.connection_named_in(item)
    entry = ENTRY.read(item, id=item["sk"].replace("#", "-"), channel=channel, connection=connection)
    if "hb" not in item:
        return entry
    handling = HANDLING.read(item)
    return replace(entry, handled_at=handling.at, handled_by=handling.by)


def find(entry_id: str) -> Entry | None:
    """Return an entry that nobody dealt with yet, or that was filtered, by its id."""
    for name in (UNREAD, FILTERED):
        if item := table.get(f"{QUARANTINED}{name}", entry_id.replace("-", "#")):
            return _entry_of(item)
    return None


def handle(entry: Entry, by: Author, now: int, extra_writes: Sequence[Write]) -> None:
    """Note that somebody dealt with an entry, together with ``extra_writes``.

    Raises ``Conflict`` where another one did.
    """
    name = FILTERED if entry.reason.startswith(FILTERED_FOR) else UNREAD
    key = (f"{QUARANTINED}{name}", entry.id.replace("-", "#"))
    digest = key[1].partition("#")[2]
    item = table.get(*key)
    if item is None:
        raise table.Conflict
    place = (f"{QUARANTINED}{HANDLED}", f"{now:013d}#{digest}")
    handled = moved(item, place, HANDLING.write(Handling(now, by)))
    mark = MARK.item(mark_key(entry.channel, entry.connection, digest), Mark(handled_at=now), item["expires"])
    removed = writes.delete(key, "attribute_exists(pk)")
    table.transact(removed, writes.put(handled), writes.put(mark), *extra_writes)


# -- what is stored ----------------------------------------------------------------------------------------------------


def items_of(channel: str, connection: str, event: Unreadable, now: int) -> list[StoredItem]:
    """The items of an update that cannot be read: itself in pieces, and an entry of the list that people look at.

    Nothing of one that somebody dealt with, or that was erased with its customer: it was delivered once more.
    """
    raw = json.dumps(event.raw, sort_keys=True).encode()
    digest = blake2b(raw, digest_size=16).hexdigest()
    pk, mark = mark_key(channel, connection, digest)
    known = table.get_many([(pk, mark), (pk, f"{digest}#0")])
    if (pk, mark) in known:
        return []
    packed, told = zlib.compress(raw), event.raw if isinstance(event.raw, dict) else {}
    earlier, expires = known.get((pk, f"{digest}#0")), expires_at(0, now)
    at = (PIECE_OF_UPDATE.read(earlier).at if earlier else 0) or _written_at(told, now)
    pieces = [Piece(packed[start : start + PIECE], event.reason, at) for start in range(0, len(packed), PIECE)]
    sender, subject, key = (str(told.get(field) or "")[:SHOWN] for field in ("from", "subject", "key"))
    place = f"{at:013d}#{digest}"
    entry = Entry(place.replace("#", "-"), channel, connection, event.reason, at, sender, subject, key)
    listed = f"{QUARANTINED}{FILTERED if event.reason.startswith(FILTERED_FOR) else UNREAD}", place
    return [
        *(PIECE_OF_UPDATE.item((pk, f"{digest}#{number}"), each, expires) for number, each in enumerate(pieces)),
        ENTRY.item(listed, entry, expires, c=f"{channel}/{connection}"),
    ]


def _written_at(told: dict[str, Any], now: int) -> int:
    """Return the time when a mail was received, so that a redelivery is the same; for other updates, now."""
    try:
        return identity.clamp(int(datetime.fromisoformat(told["at"]).timestamp() * 1000))
    except (KeyError, TypeError, ValueError, OverflowError):
        return now


def mark_key(channel: str, connection: str, digest: str) -> Key:
    """Return the key of the note that an update was dealt with or erased; the partition is that of updates."""
    return f"quarantine#{channel}/{connection}", f"{digest}#!"


def updates(channel: str, connection: str) -> list[Unreadable]:
    """Return a connection's updates that could not be read, for a person to look at."""
    found = _updates(channel, connection).values()
    return [Unreadable(PIECE_OF_UPDATE.read(items[0]).reason, _raw_of(items)) for items in found]


# -- what is forgotten ------------------------------------------------------------------------------------------------


def purge(channel: str, connection: str, customer: str, before: int) -> list[str]:
    """Remove the updates in which a customer stands, by the digest of the id; return where their originals lie.

    Whatever holds the id as a value goes, be it the sender's or not. A mark stays in its place, so that the same
    update does not come back when a platform delivers it once more.
    """
    originals: list[str] = []
    for digest, items in _updates(channel, connection).items():
        raw, first = _raw_of(items), PIECE_OF_UPDATE.read(items[0])
        if not any(customers.digest(channel, connection, each) == customer for each in _values(raw)):
            continue
        if first.at > before:
            continue
        key = mark_key(channel, connection, digest)
        known = MARK.read(table.get(*key) or {})
        table.put(MARK.item(key, Mark(erased_at=before), items[0]["expires"]))
        listed = [(f"{QUARANTINED}{name}", f"{first.at:013d}#{digest}") for name in (UNREAD, FILTERED)]
        listed.append((f"{QUARANTINED}{HANDLED}", f"{known.handled_at or 0:013d}#{digest}"))
        table.remove([*listed, *((item["pk"], item["sk"]) for item in items)])
        originals += [raw["key"]] if isinstance(raw, dict) and isinstance(raw.get("key"), str) else []
    return originals


def _updates(channel: str, connection: str) -> dict[str, list[Item]]:
    """Return the pieces of all updates of a connection, by digest and in their order."""
    found: dict[str, list[Item]] = {}
    for item in table.query("pk = :pk", pk=mark_key(channel, connection, "")[0]):
        if "raw" in item:
            found.setdefault(item["sk"].partition("#")[0], []).append(item)
    return {digest: sorted(each, key=lambda item: int(item["sk"].partition("#")[2])) for digest, each in found.items()}


def _raw_of(items: Sequence[Item]) -> Any:
    """Return an update out of its pieces."""
    return json.loads(zlib.decompress(b"".join(PIECE_OF_UPDATE.read(item).raw for item in items)))


def _values(raw: Any) -> Iterator[str]:
    """Return all texts and whole numbers that stand in an update."""
    waiting = [raw]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str | int) and not isinstance(value, bool):
            yield str(value)
