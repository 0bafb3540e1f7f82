"""Indexes of the emulator in their order: a query with a limit looks at as many items as it answers.

The emulator sorts a whole partition for each query, and parses the condition for each of its items: half a minute
where a partition has a quarter of a million. What the functions keep for seconds would have ended before its answer.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Any

Key = tuple[str, str]
KEY_CONDITION = "KeyConditionExpression"


class OrderedIndexes:
    """The places of the partitions that were asked for, in order, each kept as items change; of one table."""

    def __init__(self, dynamodb: Any) -> None:
        self._dynamodb = dynamodb
        self._places: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
        self._request: dict[str, Any] = {}
        self._members, self._query, self._change = dynamodb._index_members, dynamodb._query, dynamodb._index_item
        dynamodb._query, dynamodb._index_members, dynamodb._index_item = self.query, self.members, self.change

    def prepare(self, table: Any, *indexes: str) -> Any:
        """Sort all partitions of some indexes, and return the emulator's list of what is in which index."""
        found = self._members(table)
        for index in indexes:
            for partition, members in found[index].items():
                self._sorted(table, index, partition, members)
        return found

    def query(self, request: dict[str, Any]) -> Any:
        """Answer as the emulator does, of the items that are reached."""
        self._request = request
        try:
            return self._query(request)
        finally:
            self._request = {}

    def members(self, table: Any) -> Any:
        """Return the emulator's list of what is in which index, in a query with a limit only what that reaches."""
        found, index = self._members(table), self._request.get("IndexName")
        return {index: _Reached(self, table, found[index])} if index and self._request.get("Limit") else found

    def change(self, table: Any, base_pk: str, base_sk: str, item: Any, add: bool) -> None:
        """Keep an item's places as it comes or goes."""
        self._change(table, base_pk, base_sk, item, add)
        for index, hashes, ranges in self._dynamodb._index_key_schemas(table):
            partition = self._dynamodb._index_partition(item, hashes, ranges)
            places = self._places.get((index, partition))
            if places is not None:
                place = self._place(table, index, item)
                at = bisect_left(places, place)
                if add:
                    places.insert(at, place)
                elif places[at : at + 1] == [place]:
                    del places[at]

    def reached(self, table: Any, partition: str, members: Any) -> list[Key]:
        """Return the keys of the first items, in the query's order, that fulfil its condition."""
        asked = self._request
        places = self._sorted(table, asked["IndexName"], partition, members)
        found: list[Key] = []
        for place in self._from(table, places, asked.get("ExclusiveStartKey")):
            pk, sk = place[-2:]
            values, names = asked["ExpressionAttributeValues"], asked.get("ExpressionAttributeNames", {})
            item = table["items"][pk][sk]
            if self._dynamodb._evaluate_condition(asked[KEY_CONDITION], item, values, names, KEY_CONDITION):
                found.append((pk, sk))
            if len(found) >= asked["Limit"]:
                break
        return found

    def _sorted(self, table: Any, index: str, partition: str, members: Any) -> list[tuple[Any, ...]]:
        """Return the places in a partition, sorted when they are asked for the first time."""
        if (index, partition) not in self._places:
            items = (table["items"][pk][sk] for pk, sk in members)
            self._places[index, partition] = sorted(self._place(table, index, item) for item in items)
        return self._places[index, partition]

    def _from(self, table: Any, places: list[tuple[Any, ...]], start: Any) -> Iterator[tuple[Any, ...]]:
        """Yield places in the query's order, after its start."""
        cursor = self._place(table, self._request["IndexName"], start) if start else None
        if self._request.get("ScanIndexForward", True):
            yield from places[bisect_right(places, cursor) if cursor else 0 :]
        else:
            yield from reversed(places[: bisect_left(places, cursor) if cursor else None])

    def _place(self, table: Any, index: str, item: Any) -> tuple[Any, ...]:
        """Return an item's place in an index: what it is sorted by, and at last its keys."""
        _, ranges = self._dynamodb._index_key_lists(self._dynamodb._index_def(table, index))
        order = self._dynamodb._index_order_keys(table, ranges)
        return tuple(self._dynamodb._index_order_value(item, name, kind) for name, kind in order)


class _Reached:
    """Stands for the partitions of one index."""

    def __init__(self, indexes: OrderedIndexes, table: Any, partitions: dict[str, dict[Key, None]]) -> None:
        self._indexes, self._table, self._partitions = indexes, table, partitions

    def get(self, partition: str, otherwise: Any = ()) -> Any:
        """Return the keys in a partition that the query reaches."""
        members = self._partitions.get(partition)
        return self._indexes.reached(self._table, partition, members) if members else otherwise
