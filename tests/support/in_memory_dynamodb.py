"""DynamoDB in memory: one table as the template describes it, with its indexes and its stream.

It knows the operations and expressions that ``storage`` uses and refuses all else. An operation costs some millionths
of a second, so that a state machine can make a million of them; tests/functional/test_in_memory_dynamodb.py compares it
with an emulator.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.support.in_memory_expressions import Invalid, Wire, condition, placeholders, updated

Json = dict[str, Any]
Key = tuple[str, str]
KEY = frozenset({"pk", "sk"})
MOST_WRITES, MOST_READS, MOST_OF_TRANSACTION = 25, 100, 100
CONDITION_FAILED = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
UNTOLD_SORT_KEY = "@"
"""Changes of these items are filtered out before dispatch is called (template.yaml)."""


@dataclass(frozen=True)
class Index:
    """One secondary index."""

    partition: str
    sort: str
    projected: frozenset[str] | None
    """Attributes that it holds beside the keys; None for all."""

    @classmethod
    def of(cls, definition: Json) -> Index:
        """Return an index as the template describes it."""
        partition, sort = (each["AttributeName"] for each in definition["KeySchema"])
        projection = definition["Projection"]
        kept = None if projection["ProjectionType"] == "ALL" else frozenset(projection.get("NonKeyAttributes", ()))
        return cls(partition, sort, kept)

    def image(self, item: Wire) -> Wire:
        """Return what the index holds of an item."""
        if self.projected is None:
            return item
        kept = self.projected | KEY | {self.partition, self.sort}
        return {name: value for name, value in item.items() if name in kept}


MAIN = Index("pk", "sk", None)


def _pass(_is_write: bool) -> None:
    pass


def _ignore_read(_partition: str) -> None:
    pass


def _ignore_write(_key: Key, _old: Wire | None, _new: Wire | None) -> None:
    pass


@dataclass
class InMemoryTable:
    """A client of DynamoDB that holds its one table itself."""

    definition: Json
    exceptions: Any
    """The classes of errors of a client of botocore."""
    before: Callable[[bool], None] = _pass
    """Called before each operation, and before each write of a batch, which is no transaction; True for a write."""
    read: Callable[[str], None] = _ignore_read
    """Called with the partition that was read."""
    written: Callable[[Key, Wire | None, Wire | None], None] = _ignore_write
    """Called after each write with the old and the new image, also if they are equal."""
    items: dict[Key, Wire] = field(default_factory=dict)
    stream: list[Json] = field(default_factory=list)
    """All records, in their order."""

    def __post_init__(self) -> None:
        self.indexes = {each["IndexName"]: Index.of(each) for each in self.definition["GlobalSecondaryIndexes"]}
        self._partitions: dict[str, dict[str, dict[Key, Wire]]] = {
            name: defaultdict(dict) for name in ("", *self.indexes)
        }

    # -- reading ------------------------------------------------------------------------------------------------------

    def get_item(self, **request: Any) -> Json:
        """Answer GetItem."""
        self.before(False)
        item = self.items.get(_key_of(request["Key"]))
        return {"Item": item} if item else {}

    def batch_get_item(self, **request: Any) -> Json:
        """Answer BatchGetItem."""
        self.before(False)
        ((table, asked),) = request["RequestItems"].items()
        keys = [_key_of(key) for key in asked["Keys"]]
        if len(keys) > MOST_READS or len(keys) != len(set(keys)):
            self._refuse("BatchGetItem", "too many keys, or one of them twice")
        return {"Responses": {table: [self.items[key] for key in keys if key in self.items]}, "UnprocessedKeys": {}}

    def query(self, **request: Any) -> Json:
        """Answer Query."""
        self.before(False)
        index = self.indexes[request["IndexName"]] if "IndexName" in request else MAIN
        filtering = request.get("FilterExpression", "")
        given = self._given("Query", request, request["KeyConditionExpression"], filtering)
        try:
            partition, rest = _key_condition(request["KeyConditionExpression"], index, given)
        except Invalid as invalid:
            return self._refuse("Query", str(invalid))
        found = self._partitions[request.get("IndexName", "")].get(partition, {})
        matches = condition(rest) if rest else None
        kept = [item for item in found.values() if matches is None or matches(item, given)]
        kept.sort(key=lambda item: _place(item, index), reverse=not request.get("ScanIndexForward", True))
        answer = _page(kept, index, request)
        if filtering:
            chosen = condition(filtering)
            answer["Items"] = [item for item in answer["Items"] if chosen(item, given)]
        answer["Items"] = [_projected(index.image(item), request) for item in answer["Items"]]
        if index is MAIN:
            self.read(partition)
        return answer

    # -- writing ------------------------------------------------------------------------------------------------------

    def put_item(self, **request: Any) -> Json:
        """Answer PutItem."""
        return self._alone("Put", "PutItem", request)

    def update_item(self, **request: Any) -> Json:
        """Answer UpdateItem."""
        return self._alone("Update", "UpdateItem", request)

    def delete_item(self, **request: Any) -> Json:
        """Answer DeleteItem."""
        return self._alone("Delete", "DeleteItem", request)

    def transact_write_items(self, **request: Any) -> Json:
        """Answer TransactWriteItems."""
        self.before(True)
        parts = [next(iter(each.items())) for each in request["TransactItems"]]
        keys = [_target(part) for _, part in parts]
        if len(parts) > MOST_OF_TRANSACTION or len(keys) != len(set(keys)):
            self._refuse("TransactWriteItems", "too many items, or one of them twice")
        held = [self._holds("TransactWriteItems", part) for _, part in parts]
        if not all(held):
            reasons = [{"Code": "None"} if each else CONDITION_FAILED for each in held]
            error = {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"}
            raise self.exceptions.TransactionCanceledException(
                {"Error": error, "CancellationReasons": reasons}, "TransactWriteItems"
            )
        after = [self._after(operation, part) for operation, part in parts]
        for key, new in zip(keys, after, strict=True):
            self._change(key, new)
        return {}

    def batch_write_item(self, **request: Any) -> Json:
        """Answer BatchWriteItem, of which each write is one of its own."""
        ((_, writes),) = request["RequestItems"].items()
        keys = [_key_of(each["PutRequest"]["Item"] if "PutRequest" in each else _deleted(each)) for each in writes]
        if len(writes) > MOST_WRITES or len(keys) != len(set(keys)):
            self._refuse("BatchWriteItem", "too many items, or one of them twice")
        for key, each in zip(keys, writes, strict=True):
            self.before(True)
            self._change(key, each["PutRequest"]["Item"] if "PutRequest" in each else None)
        return {"UnprocessedItems": {}}

    def _alone(self, operation: str, name: str, request: Json) -> Json:
        self.before(True)
        if not self._holds(name, request):
            error = {"Code": "ConditionalCheckFailedException", "Message": CONDITION_FAILED["Message"]}
            raise self.exceptions.ConditionalCheckFailedException({"Error": error}, name)
        after = self._after(operation, request)
        self._change(_target(request), after)
        return {"Attributes": after} if request.get("ReturnValues") == "ALL_NEW" else {}

    def _holds(self, operation: str, request: Json) -> bool:
        text = request.get("ConditionExpression", "")
        given = self._given(operation, request, text, request.get("UpdateExpression", ""))
        return not text or condition(text)(self.items.get(_target(request), {}), given)

    def _after(self, operation: str, request: Json) -> Wire | None:
        if operation == "Delete":
            return None
        if operation == "ConditionCheck":
            return self.items.get(_target(request))
        if operation == "Put":
            return request["Item"]
        text = request["UpdateExpression"]
        given = self._given("UpdateItem", request, text, request.get("ConditionExpression", ""))
        try:
            return updated(text, self.items.get(_target(request)) or request["Key"], given, KEY)
        except Invalid as invalid:
            return self._refuse("UpdateItem", str(invalid))

    def _given(self, operation: str, request: Json, *texts: str) -> Json:
        try:
            return placeholders(request, *texts)
        except Invalid as invalid:
            return self._refuse(operation, str(invalid))

    def _refuse(self, operation: str, reason: str) -> Any:
        raise self.exceptions.ClientError({"Error": {"Code": "ValidationException", "Message": reason}}, operation)

    def _change(self, key: Key, new: Wire | None) -> None:
        old = self.items.get(key)
        if old != new:
            for name, index in {"": MAIN, **self.indexes}.items():
                self._index(name, index, key, old, new)
            if new is None:
                del self.items[key]
            else:
                self.items[key] = new
            self._report(key, old, new)
        self.written(key, old, new)

    def _index(self, name: str, index: Index, key: Key, old: Wire | None, new: Wire | None) -> None:
        partitions = self._partitions[name]
        if old and index.partition in old and index.sort in old:
            partitions[old[index.partition]["S"]].pop(key, None)
        if new and index.partition in new and index.sort in new:
            partitions[new[index.partition]["S"]][key] = new

    def _report(self, key: Key, old: Wire | None, new: Wire | None) -> None:
        if key[1] == UNTOLD_SORT_KEY:
            return
        images = {"OldImage": old, "NewImage": new}
        name = "REMOVE" if new is None else "MODIFY" if old else "INSERT"
        number = str(len(self.stream) + 1)
        keys = {"pk": {"S": key[0]}, "sk": {"S": key[1]}}
        noted = {"Keys": keys, "SequenceNumber": number, "ApproximateCreationDateTime": time.time_ns() // 1_000_000_000}
        changed = noted | {name: image for name, image in images.items() if image}
        self.stream.append({"eventID": number, "eventName": name, "eventSource": "aws:dynamodb", "dynamodb": changed})


def _key_of(item: Wire) -> Key:
    return item["pk"]["S"], item["sk"]["S"]


def _target(request: Mapping[str, Any]) -> Key:
    return _key_of(request["Item"] if "Item" in request else request["Key"])


def _deleted(write: Json) -> Wire:
    return write["DeleteRequest"]["Key"]


def _key_condition(text: str, index: Index, given: Json) -> tuple[str, str]:
    """Return the partition that is asked for, and the condition for its sort keys, which may be empty."""
    first, _, rest = text.partition(" AND ")
    name, _, value = first.partition(" = ")
    if name != index.partition:
        raise Invalid(text)
    return given[value]["S"], rest


def _place(item: Wire, index: Index) -> tuple[str, str, str]:
    return item[index.sort]["S"], item["pk"]["S"], item["sk"]["S"]


def _page(items: Sequence[Wire], index: Index, request: Json) -> Json:
    """Return one page; where it is full, DynamoDB names a last key, also if nothing follows."""
    if "ExclusiveStartKey" in request:
        place, forward = _place(request["ExclusiveStartKey"], index), request.get("ScanIndexForward", True)
        items = [each for each in items if (_place(each, index) > place) == forward and _place(each, index) != place]
    limit = request.get("Limit")
    if limit is None or len(items) < limit:
        return {"Items": list(items)}
    last = items[limit - 1]
    names = dict.fromkeys(("pk", "sk", index.partition, index.sort))
    return {"Items": list(items[:limit]), "LastEvaluatedKey": {name: last[name] for name in names}}


def _projected(item: Wire, request: Json) -> Wire:
    if "ProjectionExpression" not in request:
        return item
    names = [name.strip() for name in request["ProjectionExpression"].split(",")]
    return {name: item[name] for name in names if name in item}
