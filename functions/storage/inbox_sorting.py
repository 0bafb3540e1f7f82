"""The inbox in other orders than its index has: the newest first, and who has waited longest.

What is open is read from its range of the index and sorted here. Open conversations are bounded by what a team can work
on, and an index for each order would make every message dearer. What is answered or resolved stands in the index with
the newest first, and is read from there.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

from conversations import identity, inbox_order
from conversations.inbox_order import Order
from storage import inbox_index, keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.conversation import Conversation
    from storage.inbox_index import Wanted
    from storage.index_places import Place

READS = 4
"""Requests per partition; each reads at most a megabyte."""
PART = 500
WORKERS = 8
SortedPlace = tuple[int, str]
"""The position after a conversation: its value in the order, and its id."""


class SortedPage(NamedTuple):
    """A part of a sorted list."""

    heads: list[Conversation]
    after: SortedPlace | None
    """The position where the next page begins; None at the end."""
    is_complete: bool
    """False where more is open than was sorted: the most urgent ones are there."""


def page(
    teams: Sequence[str], limit: int, wanted: Wanted, order: Order, after: SortedPlace | None = None
) -> SortedPage:
    """Return the heads that follow a position in an order."""
    partitions = [name for team in teams for name in inbox_order.partitions(team)]
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        parts = list(pool.map(lambda name: read_range(name, wanted), partitions))
    places = _sorted([head for found, _ in parts for head in found], order)
    following = [(place, head) for place, head in places if after is None or place > after]
    shown = following[:limit]
    end = shown[-1][0] if len(following) > limit else None
    return SortedPage([head for _, head in shown], end, all(is_whole for _, is_whole in parts))


def read_range(partition: str, wanted: Wanted) -> tuple[list[Conversation], bool]:
    """Return the heads of one status in a partition that pass the filters, and whether these are all."""
    conversations: list[Conversation] = []
    start: Place | None = None
    for _ in range(READS):
        part, start = inbox_index.inbox_part(partition, PART, start, wanted)
        conversations += [head for _, head in part]
        if start is None:
            return conversations, True
    return conversations, False


def checked_place(value: Any) -> SortedPlace | None:
    """Return a position out of what JSON made of it; None for what has not the form of one."""
    if not isinstance(value, list) or len(value) != 2:
        return None
    number, conversation_id = value
    if isinstance(number, bool) or not isinstance(number, int) or abs(number) > identity.LATEST:
        return None
    is_id = isinstance(conversation_id, str) and identity.CONVERSATION_ID.fullmatch(conversation_id)
    return (number, conversation_id) if is_id else None


def _sorted(heads: list[Conversation], order: Order) -> list[tuple[SortedPlace, Conversation]]:
    placed = [(_place(head, order), head) for head in heads]
    return sorted(placed, key=lambda each: each[0])


def _place(head: Conversation, order: Order) -> SortedPlace:
    """Return the position of a head: ids tell apart what came at the same time."""
    if order == Order.NEWEST:
        return -identity.clamp(head.last_message.at), keys.id_of(head.identity)
    return identity.clamp(head.waiting_since or identity.LATEST), keys.id_of(head.identity)
