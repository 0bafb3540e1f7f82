"""Updates that could not be read: themselves, and their list for people.

The updates themselves are written by ``received_facts.add``, each with an entry of the list and its source. Times are
handed in, in milliseconds. Everything done here may be done twice.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from conversations import identity
from conversations.facts import Author, Unreadable
from storage import keys, quarantined_sources, table, writes
from storage.schema import LeaveOut, Schema, flag, moved
from storage.writes import expires_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from storage.attribute_values import Item, StoredItem
    from storage.keys import Key
    from storage.writes import Write

QUARANTINED = "quarantined#"
"""Beginning of the partitions that list, for people, what could not be read; then one of the three names below."""
UNREAD, FILTERED, HANDLED = "unread", "filtered", "handled"
FILTERED_FOR = ("spam", "virus", "not_handled")
"""Beginnings of the reasons that are listed apart: found by a filter, or without a meaning here."""
SHOWN = 300
"""Characters of each field that an entry of the list has; they are cut and cleaned where they are read."""
LISTS = (UNREAD, FILTERED, HANDLED)
MOST = 100
"""Number of entries that are shown of a list at once."""
COUNTED = 5000
"""Entries that are counted; a list that is longer is said to be."""
LOOKED = 1000
"""Entries that are looked at for one page of a group."""


class Entry(Struct, frozen=True):
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
    tried_at: int | None = None
    """Time at which it was last tried in vain to read it again (milliseconds)."""
    handled_at: int = 0
    handled_by: Author | None = None
    was_read: bool = False

    @property
    def digest(self) -> str:
        """The name of the update among those of its connection."""
        return self.id.partition("-")[2]


class Handling(Struct, frozen=True):
    """Author and time of the handling of an entry."""

    at: int
    """Milliseconds."""
    by: Author
    was_read: bool = False
    """It was read again for this author, and is a message now."""


class Mark(Struct, frozen=True):
    """Mark of an update that is not stored once more."""

    handled_at: int | None = None
    """Time at which somebody dealt with it (milliseconds)."""
    erased_at: int | None = None
    """Time at which it was erased with its customer (milliseconds)."""


class Piece(Struct, frozen=True):
    """An update, or a part of one that is too large for an item."""

    raw: bytes
    """Compressed JSON."""
    reason: str = ""
    at: int = 0
    """Time at which it was written, or else came in (milliseconds)."""


ENTRY = Schema(
    Entry, leave_out=LeaveOut.NONE, reason="rs", at="at", sender="from", subject="sj", key="key", tried_at="tr"
)
"""Id and digest stand in the key, channel and connection in ``c``; who dealt with it is a ``Handling``."""
HANDLING = Schema(Handling, parts={"by": Author}, at="ha", by__id="hb", by__name="hn", was_read=flag("rd"))
MARK = Schema(Mark, leave_out=LeaveOut.NONE, handled_at="ha", erased_at="erased")
PIECE_OF_UPDATE = Schema(Piece, leave_out=LeaveOut.NONE, raw="raw", reason="rs", at="at")


class Group(NamedTuple):
    """The entries of a list that have their connection and their reason in common."""

    channel: str
    connection: str
    reason: str


def entries(name: str, after: str = "", most: int = MOST) -> tuple[list[Entry], bool]:
    """Return the newest entries of a list, or those after one with this id, and whether there are more."""
    found = list(_newest_first(name, after, most + 1))
    return [_entry_of(item) for item in found[:most]], len(found) > most


def counts(name: str) -> tuple[Counter[Group], bool]:
    """Return how many entries a list has of each group, and whether there are more than are counted."""
    found = [_group_of(_entry_of(item)) for item in _newest_first(name, "", COUNTED + 1)]
    return Counter(found[:COUNTED]), len(found) > COUNTED


def of_group(group: Group, after: str, most: int) -> tuple[list[Entry], str]:
    """Return the newest entries of a group after the one with this id, and the id after which to go on; or ``""``."""
    found: list[Entry] = []
    looked = list(_newest_first(_list_of(group.reason), after, LOOKED))
    for item in looked:
        entry = _entry_of(item)
        found += [entry] if _group_of(entry) == group else []
        if len(found) == most:
            return found, entry.id
    return found, _entry_of(looked[-1]).id if len(looked) == LOOKED else ""


def _group_of(entry: Entry) -> Group:
    return Group(entry.channel, entry.connection, entry.reason)


def _list_of(reason: str) -> str:
    return FILTERED if reason.startswith(FILTERED_FOR) else UNREAD


def _newest_first(name: str, after: str, limit: int) -> Iterator[Item]:
    last = after.replace("-", "#") if after else "~"
    return table.query("pk = :pk AND sk < :last", limit, newest_first=True, pk=f"{QUARANTINED}{name}", last=last)


def _entry_of(item: Item) -> Entry:
    channel, connection = keys.connection_named_in(item)
    entry = ENTRY.read(item, id=item["sk"].replace("#", "-"), channel=channel, connection=connection)
    if "hb" not in item:
        return entry
    handling = HANDLING.read(item)
    return replace(entry, handled_at=handling.at, handled_by=handling.by, was_read=handling.was_read)


def find(entry_id: str) -> Entry | None:
    """Return an entry that nobody dealt with yet, or that was filtered, by its id."""
    for name in (UNREAD, FILTERED):
        if item := table.get(*_key(name, entry_id)):
            return _entry_of(item)
    return None


def _key(name: str, entry_id: str) -> Key:
    return f"{QUARANTINED}{name}", entry_id.replace("-", "#")


def note_tried(entry: Entry, reason: str, now: int, extra_writes: Sequence[Write]) -> None:
    """Note that an entry was tried in vain, and the reason of today, together with ``extra_writes``.

    Raises ``Conflict`` where the entry is gone.
    """
    key, new_key = _key(_list_of(entry.reason), entry.id), _key(_list_of(reason), entry.id)
    item = table.get(*key)
    if item is None:
        raise table.Conflict
    tried = moved(item, new_key, ENTRY.write(replace(entry, reason=reason, tried_at=now)))
    if key == new_key:
        table.transact(writes.put(tried, "attribute_exists(pk)"), *extra_writes)
    else:
        table.transact(writes.delete(key, "attribute_exists(pk)"), writes.put(tried), *extra_writes)


def handle(entry: Entry, by: Author, now: int, extra_writes: Sequence[Write], was_read: bool = False) -> None:
    """Note that somebody dealt with an entry, or that it was read again, together with ``extra_writes``.

    Raises ``Conflict`` where another one did.
    """
    key = _key(_list_of(entry.reason), entry.id)
    item = table.get(*key)
    if item is None:
        raise table.Conflict
    place = (f"{QUARANTINED}{HANDLED}", f"{now:013d}#{entry.digest}")
    handled = moved(item, place, HANDLING.write(Handling(now, by, was_read)))
    mark = MARK.item(mark_key(entry.channel, entry.connection, entry.digest), Mark(handled_at=now), item["expires"])
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
    payload = event.raw if isinstance(event.raw, dict) else {}
    earlier, expires = known.get((pk, f"{digest}#0")), expires_at(0, now)
    at = (PIECE_OF_UPDATE.read(earlier).at if earlier else 0) or _written_at(payload, now)
    pieces = [Piece(part, event.reason, at) for part in quarantined_sources.pieces(zlib.compress(raw))]
    sender, subject, key = (str(payload.get(field) or "")[:SHOWN] for field in ("from", "subject", "key"))
    place = f"{at:013d}#{digest}"
    entry = Entry(place.replace("#", "-"), channel, connection, event.reason, at, sender, subject, key)
    listed = f"{QUARANTINED}{_list_of(event.reason)}", place
    return [
        *(PIECE_OF_UPDATE.item((pk, f"{digest}#{number}"), each, expires) for number, each in enumerate(pieces)),
        *quarantined_sources.items(pk, digest, event.source, expires),
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
    return quarantined_sources.partition(channel, connection), f"{digest}#!"


def updates(channel: str, connection: str) -> list[Unreadable]:
    """Return a connection's updates that could not be read, for a person to look at."""
    found = pieces_of(partition(channel, connection)).values()
    return [Unreadable(PIECE_OF_UPDATE.read(items[0]).reason, raw_of(items)) for items in found]


def partition(channel: str, connection: str) -> list[Item]:
    """Return all items of the updates of a connection."""
    return list(table.query("pk = :pk", pk=quarantined_sources.partition(channel, connection)))


def pieces_of(items_of_connection: Sequence[Item]) -> dict[str, list[Item]]:
    """Return the pieces of all updates among the items of a connection, by digest and in their order."""
    found: dict[str, list[Item]] = {}
    for item in items_of_connection:
        if "raw" in item:
            found.setdefault(item["sk"].partition("#")[0], []).append(item)
    return {digest: sorted(each, key=lambda item: int(item["sk"].partition("#")[2])) for digest, each in found.items()}


def raw_of(items: Sequence[Item]) -> Any:
    """Return an update out of its pieces."""
    return json.loads(zlib.decompress(b"".join(PIECE_OF_UPDATE.read(item).raw for item in items)))
