"""Updates that could not be read, when a customer who stands in them is erased. Done twice, it is done once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from storage import customers, quarantine, quarantined_sources, table

if TYPE_CHECKING:
    from collections.abc import Iterator


def purge(channel: str, connection: str, customer: str, before: int) -> list[str]:
    """Remove the updates in which a customer stands, by the digest of the id; return where their originals lie.

    Whatever holds the id as a value goes, be it the sender's or not. A mark stays in its place, so that the same
    update does not come back when a platform delivers it once more. Of an update beside whose text the customer is
    named, only the source goes: it cannot be read again then, and is looked at by a person.
    """
    originals: list[str] = []
    partition = quarantine.partition(channel, connection)
    sources = quarantined_sources.stored(partition)
    for digest, items in quarantine.pieces_of(partition).items():
        raw, first = quarantine.raw_of(items), quarantine.PIECE_OF_UPDATE.read(items[0])
        lying, document = sources.get(digest, ([], None))
        if first.at > before:
            continue
        if not _names(raw, channel, connection, customer):
            table.remove(lying if _names(document, channel, connection, customer) else [])
            continue
        key = quarantine.mark_key(channel, connection, digest)
        known = quarantine.MARK.read(table.get(*key) or {})
        table.put(quarantine.MARK.item(key, quarantine.Mark(erased_at=before), items[0]["expires"]))
        listed = [
            (f"{quarantine.QUARANTINED}{name}", f"{first.at:013d}#{digest}")
            for name in (quarantine.UNREAD, quarantine.FILTERED)
        ]
        listed.append((f"{quarantine.QUARANTINED}{quarantine.HANDLED}", f"{known.handled_at or 0:013d}#{digest}"))
        table.remove([*listed, *lying, *((item["pk"], item["sk"]) for item in items)])
        originals += [raw["key"]] if isinstance(raw, dict) and isinstance(raw.get("key"), str) else []
    return originals


def _names(document: Any, channel: str, connection: str, customer: str) -> bool:
    """Tell if a customer's id is among the values of a document."""
    return any(customers.digest(channel, connection, each) == customer for each in _values(document))


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
