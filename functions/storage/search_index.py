"""Finds conversations by their customers' names, their subjects and what was said in them, the newest first.

What was said lies in the index ``said`` by month. A search reads from the newest on, all shards at once, and stops when
it has found or read enough; it says from when to when it looked. Names of customers lie in the same index and are read
all.
"""

from __future__ import annotations

import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from conversations import identity
from conversations.messages import is_undone
from conversations.model import Author, Conversation
from storage import attribute_values, conversations, keys, table
from storage.keys import SAID_SHARDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conversations.text_search import Query, Ranges

HANDS = 8
"""Requests at once."""
PAGE = 500
"""Messages of one request, at most."""
REQUESTS = 300
MESSAGES = 20_000
SECONDS = 4.0
DAY = 86_400_000
"""After any of these a search stops and says how far it came."""
NAMES = 50_000
"""Names that are read for one search, at most."""
MOST_MONTHS = 4
"""Months that are read at once, once the first ones were found to be quiet."""
SHOWN = 3
"""Matches of one conversation."""
TRIED = 6
CHUNK = 40
"""Conversations whose heads are read at once."""
AHEAD = 2 * DAY
"""By how much a platform's clock may be ahead: what it said of tomorrow is found today."""
Spot = tuple[str, str]
"""Thread and branch of a fact or action: its conversation, or that of the whole thread."""


@dataclass(frozen=True, slots=True)
class Match:
    """One message that was found."""

    message_id: str
    at: int
    author: Author
    snippet: str
    ranges: Ranges


@dataclass(slots=True)
class Hit:
    """A conversation with what was found in it, the newest first; nothing if its customer's name was."""

    head: Conversation
    matches: list[Match] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Found:
    """The hits, and what they were looked for in."""

    hits: list[Hit]
    since: int
    """Everything from here (milliseconds) …"""
    until: int
    """… to here was looked at."""
    complete: bool
    """There is nothing older."""
    messages: int
    """How many messages were looked at."""
    customers: int
    all_customers: bool
    """Whether the names of all customers were looked at."""


@dataclass(slots=True)
class _Budget:
    requests: int = 0
    messages: int = 0
    deadline: float = 0.0

    @property
    def is_spent(self) -> bool:
        return self.requests >= REQUESTS or self.messages >= MESSAGES or time.monotonic() >= self.deadline


def search(query: Query, now: int, retention_days: int, limit: int, before: int | None = None) -> Found:
    """The next conversations in which something was said before a time (milliseconds), or at all."""
    until = before if before is not None else now + AHEAD
    budget = _Budget(deadline=time.monotonic() + SECONDS)
    with ThreadPoolExecutor(max_workers=HANDS) as pool:
        names = _Names(query, pool)
        names.read()
        sweep = _Sweep(query, names, pool, budget, until, now - (retention_days + 1) * DAY)
        sweep.read(limit)
        gathered = _Gathered(query, names, pool, limit)
        since = gathered.take(sweep.hits, sweep.since)
        # Whoever is found by name alone stands on the first page; what such customers said is found as all else is.
        named = [] if before is not None else gathered.named()
    complete = since <= sweep.floor
    return Found(
        [*named, *gathered.hits], since, min(until, now), complete, budget.messages, names.looked, names.complete
    )


# -- names ------------------------------------------------------------------------------------------------------------


class _Names:
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
                if terms := self._query.found_in(item.get("n", "")):
                    self._found[_spot(item)] = terms
                    self._opened[_spot(item)] = item["ssk"]

    def _shard(self, shard: int) -> tuple[list[attribute_values.Item], bool]:
        found: list[attribute_values.Item] = []
        start = None
        while len(found) < NAMES // SAID_SHARDS:
            condition, values = "spk = :spk", {":spk": keys.named_in(shard)}
            page, start = table.query_index("said", condition, values, start=start, newest_first=True)
            found += page
            if start is None:
                return found, True
        return found, False

    def of(self, spot: Spot) -> frozenset[int]:
        """Which terms are found in the name of the customer of a conversation, or of the whole thread."""
        return self._found.get(spot) or self._found.get((spot[0], "")) or frozenset()

    def whole(self) -> list[Spot]:
        """The conversations in whose customer's name every term is found, the newest first."""
        named = [spot for spot, terms in self._found.items() if terms == self._query.all]
        return sorted(named, key=lambda spot: self._opened[spot], reverse=True)


# -- what was said ----------------------------------------------------------------------------------------------------


class _Part:
    """What was said in one month, in one shard, read from its end."""

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
        self._start: attribute_values.Item | None = None

    def read(self) -> list[attribute_values.Item]:
        condition = "spk = :spk AND ssk BETWEEN :first AND :last"
        found, self._start = table.query_index("said", condition, self._values, PAGE, self._start, newest_first=True)
        self.is_done = self._start is None
        self.reached = self._begin - 1 if self.is_done else int(found[-1]["ssk"])
        return found


class _Sweep:
    """Reads months until there is enough, and knows how far it came."""

    def __init__(
        self, query: Query, names: _Names, pool: ThreadPoolExecutor, budget: _Budget, until: int, earliest: int
    ) -> None:
        self.hits: list[attribute_values.Item] = []
        self.since = until
        self.floor = _month(max(0, earliest))
        self._query = query
        self._names = names
        self._pool = pool
        self._budget = budget

    def read(self, limit: int) -> None:
        """Look for so many conversations."""
        months = 1
        while self.since > self.floor and not self._is_enough(limit, self.since):
            self._window(months, limit)
            months = min(2 * months, MOST_MONTHS)
        self.hits = [item for item in self.hits if int(item["ssk"]) >= self.since]
        self.hits.sort(key=lambda item: item["ssk"], reverse=True)

    def _is_enough(self, limit: int, since: int) -> bool:
        certain = {_spot(item) for item in self.hits if int(item["ssk"]) >= since}
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

    def _look_at(self, found: Sequence[attribute_values.Item]) -> None:
        self._budget.requests += 1
        self._budget.messages += len(found)
        self.hits += [item for item in found if self._matches(item)]

    def _matches(self, item: attribute_values.Item) -> bool:
        found = self._query.found_in(_text(item))
        # A name alone is no reason to show all that somebody wrote.
        named = self._query.found_in(item.get("n", "")) | self._names.of(_spot(item))
        return bool(found) and found | named == self._query.all


def _month(at: int) -> int:
    """When the month (UTC) of a time began, in milliseconds."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return int(moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp()) * 1000


# -- conversations ----------------------------------------------------------------------------------------------------


class _Gathered:
    """The hits by conversation, without what was erased, taken down or taken back."""

    def __init__(self, query: Query, names: _Names, pool: ThreadPoolExecutor, limit: int) -> None:
        self.hits: list[Hit] = []
        self._query = query
        self._names = names
        self._pool = pool
        self._limit = limit
        self._heads: dict[Spot, Conversation | None] = {}
        self._last = 0

    def take(self, found: Sequence[attribute_values.Item], since: int) -> int:
        """Show what fits on a page; since when (milliseconds) everything that was found is shown."""
        by_spot: dict[Spot, list[attribute_values.Item]] = defaultdict(list)
        for item in _without_echoes(found):
            by_spot[_spot(item)].append(item)
        waiting = list(by_spot)
        while waiting:
            chunk, waiting = waiting[:CHUNK], waiting[CHUNK:]
            self._know(chunk)
            for spot in chunk:
                at = int(by_spot[spot][0]["ssk"])
                # What was said in one moment stays on one page, as the next one begins before it.
                if len(self.hits) >= self._limit and at < self._last:
                    return at + 1
                self._last = at
                self._show(self._heads[spot], by_spot[spot])
        return since

    def named(self) -> list[Hit]:
        """Whoever is found by name and not by words, as many as are on a page."""
        spots = self._names.whole()[: self._limit]
        self._know(spots)
        shown = {keys.id_of(hit.head.identity) for hit in self.hits}
        heads = [head for spot in spots if (head := self._heads[spot]) and keys.id_of(head.identity) not in shown]
        return [Hit(head) for head in sorted(heads, key=lambda head: head.last_message_at, reverse=True)]

    def _know(self, spots: Iterable[Spot]) -> None:
        """Read the heads: a comment's own, or that of the whole thread it was taken up into."""
        unknown = [spot for spot in spots if spot not in self._heads]
        names = {spot: identity.conversation_id(*spot) for spot in unknown}
        heads = conversations.heads([*{*names.values(), *(thread for thread, _ in unknown)}])
        for spot in unknown:
            self._heads[spot] = heads.get(names[spot]) or heads.get(spot[0])

    def _show(self, head: Conversation | None, found: list[attribute_values.Item]) -> None:
        if head is None:
            return
        recent = _distinct([item for item in found if int(item["ssk"]) > head.erased_at])
        recent.sort(key=self._is_by_title)
        standing = list(self._standing(head, recent[:TRIED]))[:SHOWN]
        if not standing:
            return
        name = keys.id_of(head.identity)
        hit = next((each for each in self.hits if keys.id_of(each.head.identity) == name), None)
        if hit is None:
            hit = Hit(head)
            self.hits.append(hit)
        hit.matches = [*hit.matches, *standing][:SHOWN]

    def _is_by_title(self, item: attribute_values.Item) -> bool:
        """Whether nothing is found in its own words, only in the subject that it came under as others did."""
        return not self._query.found_in(item.get("x", ""))

    def _standing(self, head: Conversation, found: Sequence[attribute_values.Item]) -> Iterator[Match]:
        """Those that can still be read where they were written; by the subject one is enough."""
        for item, stands in zip(found, self._pool.map(_stands, found), strict=True):
            if stands:
                by_title = self._is_by_title(item)
                text, ranges = self._query.snippet(_text(item) if by_title else item["x"])
                message = keys.action_id_of(item) or item.get("i", "")
                yield Match(message, int(item["ssk"]), _author(head, item), text, ranges)
                if by_title:
                    return


def _stands(item: attribute_values.Item) -> bool:
    """Whether a message was neither taken down on the platform nor taken back before it left."""
    message_id = item.get("i", "")
    if action := keys.action_id_of(item):
        done = conversations.action(identity.conversation_id(*_spot(item)), action)
        if done is None or is_undone(done):
            return False
        message_id = done.platform_id
    if not message_id:
        return True
    values: dict[str, Any] = {":spk": keys.removed_as(item["pk"], message_id)}
    return not table.query_index("said", "spk = :spk", values, limit=1)[0]


def _without_echoes(found: Sequence[attribute_values.Item]) -> Iterator[attribute_values.Item]:
    """Without what the platform tells of messages that are ours."""
    ours = {(item["pk"], _plain(item.get("x", ""))) for item in found if keys.action_id_of(item)}
    return (item for item in found if not (item.get("o") and (item["pk"], _plain(item.get("x", ""))) in ours))


def _distinct(found: Sequence[attribute_values.Item]) -> list[attribute_values.Item]:
    """Each message once, an edited one as it was found last."""
    kept: dict[str, attribute_values.Item] = {}
    for item in found:
        kept.setdefault(keys.action_id_of(item) or item.get("i") or item["sk"], item)
    return list(kept.values())


def _text(item: attribute_values.Item) -> str:
    """What a message said, below the subject it came with."""
    return "\n".join(filter(None, (item.get("tt"), item.get("x"))))


def _plain(text: str) -> str:
    return " ".join(text.split())


def _author(head: Conversation, item: attribute_values.Item) -> Author:
    author = Author(item.get("a"), item.get("n"))
    return head.customer if author.id and author.id == head.customer.id and not author.name else author


def _spot(item: attribute_values.Item) -> Spot:
    return item["pk"], item["sk"].partition("#")[0]
