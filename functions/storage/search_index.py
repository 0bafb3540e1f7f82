"""Finds conversations by their customers' names, their subjects and what was said in them, the newest first.

What was said lies in the index ``said`` by month. A search reads from the newest on, all shards at once, and stops when
it has found or read enough; it says from when to when it looked. Names of customers lie in the same index and are read
all.
"""

from __future__ import annotations

import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from conversations import identity
from conversations.actions import is_undone
from conversations.conversation import Conversation
from conversations.facts import Author
from storage import conversations, keys, table
from storage.said_index import SECONDS, Budget, Names, Spot, Sweep, text_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from conversations.text_search import Query, Ranges
    from storage.attribute_values import Item

WORKERS = 8
"""Requests at once."""
DAY = 86_400_000
SHOWN = 3
"""Matches of one conversation."""
TRIED = 6
CHUNK = 40
"""Conversations whose heads are read at once."""
AHEAD = 2 * DAY
"""Time by which a platform's clock may be ahead: what it said of tomorrow is found today."""


class Match(Struct, frozen=True):
    """One message that was found."""

    message_id: str
    at: int
    author: Author
    snippet: str
    ranges: Ranges


class Hit(Struct):
    """A conversation with what was found in it, the newest first; nothing if only somebody's name or address was."""

    head: Conversation
    matches: list[Match] = field(default_factory=list)


class Found(Struct, frozen=True):
    """The hits, and what they were looked for in."""

    hits: list[Hit]
    since: int
    """Everything from here (milliseconds) …"""
    until: int
    """… to here was looked at."""
    complete: bool
    """There is nothing older."""
    messages: int
    """Number of messages that were searched."""
    customers: int
    all_customers: bool
    """True if the names of all customers were searched."""


def search(
    query: Query,
    now: int,
    retention_days: int,
    limit: int,
    before: int | None = None,
    closed: Container[str] = frozenset(),
) -> Found:
    """The next conversations in which something was said before a time (milliseconds), or at all.

    Those of ``closed`` teams are left out.
    """
    until = before if before is not None else now + AHEAD
    budget = Budget(deadline=time.monotonic() + SECONDS)
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        names = Names(query, pool)
        names.read()
        sweep = Sweep(query, names, pool, budget, until, now - (retention_days + 1) * DAY)
        sweep.read(limit)
        gathered = _Gathered(query, names, pool, limit, closed)
        since = gathered.take(sweep.hits, sweep.since)
        # Customers found by name alone are on the first page; their messages are found like all others.
        named = [] if before is not None else gathered.named()
    complete = since <= sweep.floor
    return Found(
        [*named, *gathered.hits], since, min(until, now), complete, budget.messages, names.looked, names.complete
    )


# -- conversations ----------------------------------------------------------------------------------------------------


class _Gathered:
    """The hits by conversation, without what was erased, taken down or taken back."""

    def __init__(
        self, query: Query, names: Names, pool: ThreadPoolExecutor, limit: int, closed: Container[str]
    ) -> None:
        self.hits: list[Hit] = []
        self._closed = closed
        self._query = query
        self._names = names
        self._pool = pool
        self._limit = limit
        self._heads: dict[Spot, Conversation | None] = {}
        self._last = 0

    def take(self, items: Sequence[Item], since: int) -> int:
        """Show what fits on a page; since when (milliseconds) everything that was found is shown."""
        by_spot: dict[Spot, list[Item]] = defaultdict(list)
        for item in _without_echoes(items):
            by_spot[keys.thread_and_branch(item)].append(item)
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
        """Return conversations found by the customer's name and not by words, as many as are on a page."""
        spots = self._names.whole()[: self._limit]
        self._know(spots)
        shown = {keys.id_of(hit.head.identity) for hit in self.hits}
        heads = [head for spot in spots if (head := self._heads[spot]) and keys.id_of(head.identity) not in shown]
        return [Hit(head) for head in sorted(heads, key=lambda head: head.last_message.at, reverse=True)]

    def _know(self, spots: Iterable[Spot]) -> None:
        """Read the heads: a comment's own, or that of the whole thread it was taken up into."""
        unknown = [spot for spot in spots if spot not in self._heads]
        names = {spot: identity.conversation_id(*spot) for spot in unknown}
        heads = conversations.heads([*{*names.values(), *(thread for thread, _ in unknown)}])
        for spot in unknown:
            head = heads.get(names[spot]) or heads.get(spot[0])
            self._heads[spot] = head if head and head.identity.team not in self._closed else None

    def _show(self, head: Conversation | None, items: list[Item]) -> None:
        if head is None:
            return
        recent = _distinct([item for item in items if int(item["ssk"]) > head.erased_at])
        recent.sort(key=self._is_by_title)
        matching = [item for item in recent if self._query.found_in(text_of(item))]
        standing = list(self._standing(head, matching[:TRIED]))[:SHOWN]
        if not standing and len(matching) == len(recent):
            return
        name = keys.id_of(head.identity)
        hit = next((each for each in self.hits if keys.id_of(each.head.identity) == name), None)
        if hit is None:
            hit = Hit(head)
            self.hits.append(hit)
        hit.matches = [*hit.matches, *standing][:SHOWN]

    def _is_by_title(self, item: Item) -> bool:
        """Return whether nothing is found in its own text, only in a subject that it shares with others."""
        return not self._query.found_in(item.get("x", ""))

    def _standing(self, head: Conversation, items: Sequence[Item]) -> Iterator[Match]:
        """Those that can still be read where they were written; by the subject one is enough."""
        for item, stands in zip(items, self._pool.map(_stands, items), strict=True):
            if stands:
                by_title = self._is_by_title(item)
                text, ranges = self._query.snippet(text_of(item) if by_title else item["x"])
                message = keys.action_id_of(item) or item.get("i", "")
                yield Match(message, int(item["ssk"]), _author(head, item), text, ranges)
                if by_title:
                    return


def _stands(item: Item) -> bool:
    """Return whether a message was neither removed on the platform nor undone before it was sent."""
    message_id = item.get("i", "")
    if action := keys.action_id_of(item):
        done = conversations.action(identity.conversation_id(*keys.thread_and_branch(item)), action)
        if done is None or is_undone(done):
            return False
        message_id = done.platform_id
    if not message_id:
        return True
    values: dict[str, Any] = {":spk": keys.removed_as(item["pk"], message_id)}
    return not table.query_index("said", "spk = :spk", values, limit=1)[0]


def _without_echoes(items: Sequence[Item]) -> Iterator[Item]:
    """Without what the platform tells of messages that are ours."""
    ours = {(item["pk"], _plain(item.get("x", ""))) for item in items if keys.action_id_of(item)}
    return (item for item in items if not (item.get("o") and (item["pk"], _plain(item.get("x", ""))) in ours))


def _distinct(items: Sequence[Item]) -> list[Item]:
    """Each message once, an edited one as it was found last."""
    kept: dict[str, Item] = {}
    for item in items:
        kept.setdefault(keys.action_id_of(item) or item.get("i") or item["sk"], item)
    return list(kept.values())


def _plain(text: str) -> str:
    return " ".join(text.split())


def _author(head: Conversation, item: Item) -> Author:
    author = Author(item.get("a"), item.get("n"))
    return head.customer if author.id and author.id == head.customer.id and not author.name else author
