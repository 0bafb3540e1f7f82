"""What could not be read, for people: a list of it, who dealt with it, and its end when its customer is erased.

The updates themselves are written by ``store.add_facts``, each with an entry of the list. Times are handed in, in
milliseconds. Whatever is done here may be done twice.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from conversations import identity
from conversations.facts import Author, Unreadable
from storage import customers, table, writes
from storage.writes import expires_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from storage.attribute_values import Item
    from storage.keys import Key
    from storage.writes import Write

PIECE = 350_000
"""Bytes of a quarantined update per item."""
QUARANTINED = "quarantined#"
"""Beginning of the partitions that list, for people, what could not be read; then one of the three names below."""
UNREAD, FILTERED, HANDLED = "unread", "filtered", "handled"
FILTERED_FOR = ("spam", "virus", "not_handled")
"""How reasons begin of what is listed apart: what a filter found, and what has no meaning here."""
_SHOWN_FIELDS = {"from": "from", "sj": "subject", "key": "key"}
SHOWN = 300
"""Characters of each field that an entry of the list has; they are cut and cleaned where they are read."""
LISTS = (UNREAD, FILTERED, HANDLED)
MOST = 100
"""How many entries are shown of a list."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An update that could not be read, as a list shows it."""

    id: str
    channel: str
    connection: str
    reason: str
    at: int
    """When it was written, or else came in (milliseconds)."""
    sender: str
    subject: str
    key: str
    """Where the original of a mail lies."""
    handled_at: int = 0
    handled_by: Author | None = None


def entries(name: str) -> tuple[list[Entry], bool]:
    """Return the newest entries of a list, and whether there are more."""
    found = list(table.query("pk = :pk", limit=MOST + 1, newest_first=True, pk=f"{QUARANTINED}{name}"))
    return [_entry_of(item) for item in found[:MOST]], len(found) > MOST


def _entry_of(item: dict[str, Any]) -> Entry:
    channel, _, connection = item["c"].partition("/")
    return Entry(
        item["sk"].replace("#", "-"),
        channel,
        connection,
        item["rs"],
        item["at"],
        item.get("from", ""),
        item.get("sj", ""),
        item.get("key", ""),
        item.get("ha", 0),
        Author(item["hb"], item.get("hn")) if "hb" in item else None,
    )


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
    handled = {**item, "pk": f"{QUARANTINED}{HANDLED}", "sk": f"{now:013d}#{digest}"}
    handled |= {"ha": now, "hb": by.id, "hn": by.name}
    pk, sk = mark_key(entry.channel, entry.connection, digest)
    mark = {"pk": pk, "sk": sk, "ha": now, "expires": item["expires"]}
    removed = writes.delete(key, "attribute_exists(pk)")
    table.transact(removed, writes.put(handled), writes.put(mark), *extra_writes)


# -- what is stored ----------------------------------------------------------------------------------------------------


def items_of(channel: str, connection: str, event: Unreadable, now: int) -> list[Item]:
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
    at = known.get((pk, f"{digest}#0"), {}).get("at") or _written_at(told, now)
    common = {"rs": event.reason, "at": at, "expires": expires_at(0, now)}
    pieces = [packed[start : start + PIECE] for start in range(0, len(packed), PIECE)]
    entry = {
        "pk": f"{QUARANTINED}{FILTERED if event.reason.startswith(FILTERED_FOR) else UNREAD}",
        "sk": f"{at:013d}#{digest}",
        "c": f"{channel}/{connection}",
    }
    shown = {name: str(told.get(field) or "")[:SHOWN] for name, field in _SHOWN_FIELDS.items()}
    updates = [{"pk": pk, "sk": f"{digest}#{number}", "raw": piece, **common} for number, piece in enumerate(pieces)]
    return [*updates, {**entry, **shown, **common}]


def _written_at(told: dict[str, Any], now: int) -> int:
    """When a mail came in, so that a redelivery is the same; for other updates, now."""
    try:
        return identity.clamp(int(datetime.fromisoformat(told["at"]).timestamp() * 1000))
    except (KeyError, TypeError, ValueError, OverflowError):
        return now


def mark_key(channel: str, connection: str, digest: str) -> Key:
    """Where it stands that somebody dealt with an update, or that it was erased; the partition is that of updates."""
    return f"quarantine#{channel}/{connection}", f"{digest}#!"


def updates(channel: str, connection: str) -> list[Unreadable]:
    """What could not be read of a connection's updates, for a person to look at."""
    found: dict[str, tuple[str, bytes]] = {}
    for item in table.query("pk = :pk", pk=mark_key(channel, connection, "")[0]):
        if "raw" not in item:
            continue
        digest = item["sk"].partition("#")[0]
        reason, packed = found.get(digest, (item["rs"], b""))
        found[digest] = (reason, packed + item["raw"])
    return [Unreadable(reason, json.loads(zlib.decompress(packed))) for reason, packed in found.values()]


# -- what is forgotten ------------------------------------------------------------------------------------------------


def purge(channel: str, connection: str, customer: str, before: int) -> list[str]:
    """Remove the updates in which a customer stands, by the digest of the id; return where their originals lie.

    Whatever holds the id as a value goes, be it the sender's or not. A mark stays in its place, so that the same
    update does not come back when a platform delivers it once more.
    """
    originals: list[str] = []
    for digest, found in _updates(channel, connection).items():
        raw = json.loads(zlib.decompress(b"".join(item["raw"] for item in found)))
        if not any(customers.digest(channel, connection, each) == customer for each in _values(raw)):
            continue
        entry = found[0]
        if entry.get("at", 0) > before:
            continue
        pk, mark = mark_key(channel, connection, digest)
        known = table.get(pk, mark) or {}
        table.put({"pk": pk, "sk": mark, "erased": before, "expires": entry["expires"]})
        place = f"{entry.get('at', 0):013d}#{digest}"
        listed = [(f"{QUARANTINED}{name}", place) for name in (UNREAD, FILTERED)]
        listed.append((f"{QUARANTINED}{HANDLED}", f"{known.get('ha', 0):013d}#{digest}"))
        table.remove([*listed, *((item["pk"], item["sk"]) for item in found)])
        originals += [raw["key"]] if isinstance(raw, dict) and isinstance(raw.get("key"), str) else []
    return originals


def _updates(channel: str, connection: str) -> dict[str, list[dict[str, Any]]]:
    """Return the pieces of all updates of a connection, by digest and in their order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for item in table.query("pk = :pk", pk=mark_key(channel, connection, "")[0]):
        if "raw" in item:
            found.setdefault(item["sk"].partition("#")[0], []).append(item)
    return {digest: sorted(each, key=lambda item: int(item["sk"].partition("#")[2])) for digest, each in found.items()}


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
