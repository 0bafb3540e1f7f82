"""The index ``said``, as a search reads it: the customers' names, and what was said, from the newest month back."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from storage import keys, table
from storage.keys import SAID_SHARDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import ThreadPoolExecutor

    from conversations.text_search import Query
    from storage.attribute_values import Item

PAGE = 500
"""Messages of one request, at most."""
REQUESTS = 300
MESSAGES = 20_000
SECONDS = 4.0
"""After any of these a search stops and says how far it came."""
NAMES = 50_000
"""Names that are read for one search, at most."""
MOST_MONTHS = 4
"""Months that are read at once, once the first ones were found to be quiet."""
Spot = tuple[str, str]
"""Thread and branch of a fact or action: its conversation, or that of the whole thread."""


class Budget(Struct):
    requests: int = 0
    messages: int = 0
    deadline: float = 0.0

    @property
    def is_spent(self) -> bool:
        return self.requests >= REQUESTS or self.messages >= MESSAGES or time.monotonic() >= self.deadline


# -- names ------------------------------------------------------------------------------------------------------------


class Names:
    """The customers' names, and which terms of the query are found in them."""

    def __init__(self, query: Query, pool: ThreadPoolExecutor) -> None:
        self.looked = 0
        self.complete = True
        self._query = query
        self._pool = pool
        self._found: dict[Spot, frozenset[int]] = {}
        self._opened: dict[Spot, str] = {}

    def read(self) -> None:
        for found, complete in self._pool.map(self._shard, range(SAID_SHARDS)):
            self.complete = self.complete and complete
            self.looked += len(found)
            for item in found:
                if terms := self._named(item):
                    self._found[keys.thread_and_branch(item)] = terms
                    self._opened[keys.thread_and_branch(item)] = item["ssk"]

    def _named(self, item: Item) -> frozenset[int]:
        """Return the terms found in the name, the address or the number of a conversation's customer."""
        query, identity = self._query, item.get("a")
        named = query.found_in_name(item["n"]) if "n" in item else frozenset()
        return named | query.found_in_identity(identity) if identity else named

    def _shard(self, shard: int) -> tuple[list[Item], bool]:
        items: list[Item] = []
        start = None
        while len(items) < NAMES // SAID_SHARDS:
            condition, values = "spk = :spk", {":spk": keys.named_in(shard)}
            page, start = table.query_index("said", condition, values, start=start, newest_first=True)
            items += page
            if start is None:
                return items, True
        return items, False

    def of(self, spot: Spot) -> frozenset[int]:
        """Return the terms found in the name of the customer of a conversation, or of the whole thread."""
        return self._found.get(spot) or self._found.get((spot[0], "")) or frozenset()

    def whole(self) -> list[Spot]:
        """The conversations in whose customer's name every term is found, the newest first."""
        named = [spot for spot, terms in self._found.items() if terms == self._query.all]
        return sorted(named, key=lambda spot: self._opened[spot], reverse=True)


# -- what was said ----------------------------------------------------------------------------------------------------


class _Part:
    """Messages of one month, in one shard, read from its end."""

    def __init__(self, begin: int, until: int, shard: int) -> None:
        self.reached = until - 1
        """All that is newer was read; at the end, all that is newer than the month."""
        self.is_done = False
        self._begin = begin
        self._values = {
            ":spk": keys.said_in(begin, shard),
            ":first": f"{begin:013d}",
            ":last": f"{self.reached:013d}",
        }
        self._start: Item | None = None

    def read(self) -> list[Item]:
        condition = "spk = :spk AND ssk BETWEEN :first AND :last"
        found, self._start = table.query_index("said", condition, self._values, PAGE, self._start, newest_first=True)
        self.is_done = self._start is None
        self.reached = self._begin - 1 if self.is_done else int(found[-1]["ssk"])
        return found


class Sweep:
    """Reads months until there is enough, and knows how far it came."""

    def __init__(
        self, query: Query, names: Names, pool: ThreadPoolExecutor, budget: Budget, until: int, earliest: int
    ) -> None:
        self.hits: list[Item] = []
        self.since = until
        self.floor = _month(max(0, earliest))
        self._query = query
        self._names = names
        self._pool = pool
        self._budget = budget
        self._people: dict[str, frozenset[int]] = {}
        self._named: set[Spot] = set()

    def read(self, limit: int) -> None:
        """Look for so many conversations; as many were found by name already."""
        self._named = set(self._names.whole()[:limit])
        months = 1
        while self.since > self.floor and not self._is_enough(limit, self.since):
            self._window(months, limit)
            months = min(2 * months, MOST_MONTHS)
        self.hits = [item for item in self.hits if int(item["ssk"]) >= self.since]
        self.hits.sort(key=lambda item: item["ssk"], reverse=True)

    def _is_enough(self, limit: int, since: int) -> bool:
        certain = {keys.thread_and_branch(item) for item in self.hits if int(item["ssk"]) >= since}
        return self._budget.is_spent or len(certain) > limit

    def _window(self, months: int, limit: int) -> None:
        parts: list[_Part] = []
        begin = until = self.since
        for _ in range(months):
            if begin > self.floor:
                end, begin = begin, _month(begin - 1)
                parts += [_Part(begin, end, shard) for shard in range(SAID_SHARDS)]
        while open_parts := [part for part in parts if not part.is_done]:
            since = max(part.reached for part in open_parts) + 1
            # Always one step at least: who sends a thousand messages in one moment stops nobody's search.
            if since < until and self._is_enough(limit, since):
                break
            for found in self._pool.map(_Part.read, open_parts):
                self._look_at(found)
        self.since = max((part.reached + 1 for part in parts if not part.is_done), default=begin)

    def _look_at(self, items: Sequence[Item]) -> None:
        self._budget.requests += 1
        self._budget.messages += len(items)
        self.hits += [item for item in items if self._matches(item)]

    def _matches(self, item: Item) -> bool:
        found, spot, by = self._query.found_in(text_of(item)), keys.thread_and_branch(item), self._written_by(item)
        # A name alone is no reason to show all that somebody wrote.
        named = by | self._query.found_in_name(item.get("n", "")) | self._names.of(spot)
        if found and found | named == self._query.all:
            return True
        return by == self._query.all and spot not in self._named and (spot[0], "") not in self._named

    def _written_by(self, item: Item) -> frozenset[int]:
        """Return the terms found in the address or number of the person who wrote a message."""
        person = item.get("a", "")
        if not person or "o" in item or not (person.isdigit() or "@" in person):
            return frozenset()
        if person not in self._people:
            self._people[person] = self._query.found_in_identity(person)
        return self._people[person]


def _month(at: int) -> int:
    """Return the beginning of a time's month (UTC), in milliseconds."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return int(moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp()) * 1000


def text_of(item: Item) -> str:
    """Return the text of a message, below the subject it came with."""
    return "\n".join(filter(None, (item.get("tt"), item.get("x"))))
