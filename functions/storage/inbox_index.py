"""A page of the inbox: the partitions of a team, read at once and merged, most urgent first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from conversations import inbox_order
from storage import conversations
from storage.conversations import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conversations.model import Conversation

Cursor = dict[str, "conversations.Place | None"]
"""Per partition the place of the last conversation shown, empty at its beginning; None where it is read to its end."""
MARGIN = 5
"""Heads read beyond a partition's share, so that an uneven page is still one round trip."""
ALL = Wanted()
READS = 10
"""Requests per partition and page. A filter that lets little through gives a shorter page, never a longer wait."""


def page(
    teams: Sequence[str],
    limit: int,
    wanted: Wanted = ALL,
    cursor: Cursor | None = None,
) -> tuple[list[Conversation], Cursor | None]:
    """The next heads, most urgent first, and where the page after them begins; None when there is none."""
    names = [name for team in teams for name in inbox_order.partitions(team)]
    share = limit // len(names) + MARGIN
    parts = [_Part(name, share, wanted, (cursor or {}).get(name, [])) for name in names]
    with ThreadPoolExecutor(max_workers=min(len(parts), 8)) as pool:
        list(pool.map(_Part.fill, parts))
    shown: list[Conversation] = []
    while len(shown) < limit:
        for part in parts:
            part.fill()
        waiting = [part for part in parts if part.found]
        if not waiting or any(part.is_interrupted for part in parts):
            break
        shown.append(min(waiting, key=lambda part: part.found[0][0]).take())
    places = {part.name: part.place() for part in parts}
    return shown, places if any(place is not None for place in places.values()) else None


def cursor_reader(status: str) -> Callable[[Any], Cursor | None]:
    """What returns the cursor of a list of one status, or of any, out of what JSON made of it, and None for anything
    that no page gives out."""
    return lambda value: inbox_order.places_of(value, lambda each: conversations.place_of(each, status))


def is_empty(team: str) -> bool:
    """Whether a team has no conversation at all."""
    return not any(conversations.standing(partition, "a", "e", 1)[0] for partition in inbox_order.partitions(team))


class _Part:
    """One partition, read in order, a few heads at a time."""

    def __init__(self, name: str, share: int, wanted: Wanted, start: conversations.Place | None) -> None:
        self.name = name
        self.found: list[tuple[conversations.Place, Conversation]] = []
        self._share = share
        self._wanted = wanted
        self._shown = start or []
        self._next: conversations.Place | None = start
        self._reads = 0

    @property
    def is_interrupted(self) -> bool:
        """Whether there may be more here than was looked at, so that nobody knows what comes next."""
        return not self.found and self._next is not None

    def fill(self) -> None:
        """Read until there is something to show, the partition ends, or it has been enough."""
        while self.is_interrupted and self._reads < READS:
            self._reads += 1
            self.found, self._next = conversations.inbox_part(self.name, self._share, self._next or None, self._wanted)
            if not self.found and self._next:
                self._shown = self._next

    def take(self) -> Conversation:
        """The next head, which is shown."""
        self._shown, head = self.found.pop(0)
        return head

    def place(self) -> conversations.Place | None:
        """Where the next page goes on."""
        return self._shown if self.found or self._next is not None else None
