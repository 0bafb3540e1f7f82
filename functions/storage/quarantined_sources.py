"""The payloads of updates that could not be read, as they are stored for another try.

They lie beside the updates themselves, in pieces. An update of a version that stored none has no source.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from conversations.facts import Source
from storage import table
from storage.schema import Schema

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.attribute_values import Item, StoredItem
    from storage.keys import Key

PIECE = 350_000
"""Bytes of a quarantined update, or of its source, per item."""
_LETTER = "s"
"""Begins the number of a piece, which of the update itself is a number alone."""


def partition(channel: str, connection: str) -> str:
    """Return where the updates of a connection lie."""
    return f"quarantine#{channel}/{connection}"


def pieces(content: bytes) -> list[bytes]:
    """Return bytes as parts that fit into an item each."""
    return [content[start : start + PIECE] for start in range(0, len(content), PIECE)]


class Part(Struct, frozen=True):
    """A source, or a part of one that is too large for an item."""

    content: bytes
    """Compressed JSON: the document, and the headers."""


SOURCE = Schema(Part, content="src")


def items(pk: str, digest: str, source: Source | None, expires: int) -> list[StoredItem]:
    """Return the items of the source of an update; ``expires`` in seconds."""
    if source is None:
        return []
    body = json.dumps([source.document, dict(source.headers)], separators=(",", ":"))
    parts = enumerate(pieces(zlib.compress(body.encode())))
    return [SOURCE.item((pk, f"{digest}#{_LETTER}{number:02d}"), Part(part), expires) for number, part in parts]


def read(channel: str, connection: str, digest: str) -> Source | None:
    """Return the source of an update; None where it was stored without one, or is gone."""
    condition = "pk = :pk AND begins_with(sk, :digest)"
    found = list(table.query(condition, pk=partition(channel, connection), digest=f"{digest}#{_LETTER}"))
    return _source_of(found) if found else None


def stored(found: Iterable[Item]) -> dict[str, tuple[list[Key], Any]]:
    """Return the keys and the document of each source among the items of a partition, by digest."""
    by_digest: dict[str, list[Item]] = {}
    for item in sorted(found, key=lambda item: item["sk"]):
        digest, _, piece = item["sk"].partition("#")
        if piece.startswith(_LETTER):
            by_digest.setdefault(digest, []).append(item)
    return {
        digest: ([(item["pk"], item["sk"]) for item in parts], _source_of(parts).document)
        for digest, parts in by_digest.items()
    }


def _source_of(parts: Iterable[Item]) -> Source:
    document, headers = json.loads(zlib.decompress(b"".join(SOURCE.read(item).content for item in parts)))
    return Source(document, headers)
