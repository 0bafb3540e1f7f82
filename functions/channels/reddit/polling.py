"""Asks Reddit what is new, from a cursor."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from channels._values import as_millis, as_text
from channels.base import (
    json_object,
)
from channels.reddit.api import Client, subreddit_sources
from channels.reddit.items import LETTER, data_of, fullname, is_erased, items_of

if TYPE_CHECKING:
    from collections.abc import Mapping


PAGE, PAGES = 100, 10
"""No listing goes back further than a thousand."""
KEPT = 14
"""Items of each listing that are remembered: by those, and not by one that may be deleted, the place is found again."""


class _Place(Struct, frozen=True):
    """The position up to which a listing was read: the last entries, and the time of the oldest of them (seconds)."""

    since: int
    names: tuple[str, ...]


class Mark(Struct, frozen=True):
    at: int
    """The time of the last poll; milliseconds."""
    places: Mapping[str, _Place]

    @classmethod
    def of(cls, text: str) -> Mark:
        if not text:
            return cls(0, {})
        stored = json.loads(text)
        places = {source: _Place(since, tuple(names.split())) for source, (since, names) in stored["s"].items()}
        return cls(stored["at"], places)

    def text(self) -> str:
        stored = {source: (place.since, " ".join(place.names)) for source, place in self.places.items()}
        return json.dumps({"at": self.at, "s": stored}, separators=(",", ":"))

    def names(self) -> list[str]:
        """Return what can be looked at again."""
        known = (name for place in self.places.values() for name in place.names)
        return [name for name in dict.fromkeys(known) if not name.startswith(LETTER)]

    def without(self, gone: set[str]) -> Mark:
        places = {
            source: replace(place, names=tuple(name for name in place.names if name not in gone))
            for source, place in self.places.items()
        }
        return replace(self, places=places)


def sources(options: Mapping[str, str]) -> list[str]:
    """The listings that are read: own subreddits first, as those say most."""
    return [*subreddit_sources(options), "/message/inbox", "/message/mentions"]


def new_items(source: str, place: _Place | None, client: Client) -> tuple[list[dict[str, Any]], _Place]:
    """Return what is new in a listing, and the place for the next time.

    Not the place decides what is new, but what was seen there: an item may be deleted, or approved late and then stand
    below others that are known.
    """
    standing: list[dict[str, Any]] = []
    after = ""
    for _ in range(PAGES if place else 1):
        listing = client.get(source, {"limit": str(PAGE)} | ({"after": after} if after else {}))
        items, after = list(items_of(listing)), as_text(json_object(listing.get("data")).get("after")) or ""
        standing += items
        if not after or not place or any(_is_known(item, place) for item in items):
            break
    if not standing and place:
        return [], place
    kept = standing[:KEPT]
    oldest = min((_seconds(item) for item in kept), default=0) if len(standing) > KEPT else 0
    since = max(oldest, place.since if place else 0)
    names = [name for item in kept if (name := fullname(item))]
    if place:
        names += [name for name in place.names if name not in names]
    # What is erased before it was ever told is nothing to anybody.
    new = [item for item in standing if place and not _is_known(item, place) and not is_erased(item)]
    return new, _Place(since, tuple(names[:KEPT]))


def _is_known(item: dict[str, Any], place: _Place) -> bool:
    return _seconds(item) < place.since or fullname(item) in place.names


def _seconds(item: dict[str, Any]) -> int:
    return (as_millis(data_of(item).get("created_utc")) or 0) // 1000
