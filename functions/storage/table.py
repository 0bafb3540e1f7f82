"""The only module that calls DynamoDB: one table, items with ``pk`` and ``sk``, as plain values.

The modules beside it say what is stored where. Everything that is written may be written twice.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from aws import clients
from shared import settings
from storage import writes
from storage.attribute_values import decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from storage.attribute_values import Item, StoredItem
    from storage.keys import Key
    from storage.writes import Write

BATCH = 25
"""Items per BatchWriteItem, by the service's limit."""
READ_BATCH = 100
"""Items per BatchGetItem, by the service's limit."""
WRITE_PATIENCE = 3.0
"""Seconds for which unprocessed items of a batch are tried again."""
FIRST_PAUSE = 0.05
"""Seconds before the first repetition; each further pause is twice as long."""
TRANSACTION_CONFLICT = "TransactionConflictException"
"""The answer of PutItem, UpdateItem and DeleteItem while a transaction on the same item is under way. The request was
not carried out, and botocore does not repeat it:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling"""
PASSING = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
"""Reasons for which a transaction was cancelled that say nothing about its conditions, and pass:
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html"""
CONDITION_FAILED, NO_REASON = "ConditionalCheckFailed", "None"


class NotStored(Exception):
    """The table did not take everything; nothing was lost as long as the sender hears of it."""


class Conflict(Exception):
    """Somebody else changed what was read: read it and decide again."""


class Busy(Conflict):
    """Requests of others on the same items, or too many of them, were in the way for longer than was waited."""


# -- reading ----------------------------------------------------------------------------------------------------------


def get(pk: str, sk: str) -> Item | None:
    """One item, as it is now."""
    answer = client().get_item(TableName=settings.table_name(), Key=_key((pk, sk)), ConsistentRead=True)
    return decode(answer["Item"]) if "Item" in answer else None


def get_many(keys: Iterable[Key], as_it_is: bool = False) -> dict[Key, Item]:
    """Items by their keys, a hundred in one request, perhaps a moment old; raises ``NotStored`` if some stay unread."""
    wanted, found = list(keys), {}
    for start in range(0, len(wanted), READ_BATCH):
        for item in _get_batch([_key(key) for key in wanted[start : start + READ_BATCH]], as_it_is):
            found[item["pk"], item["sk"]] = item
    return found


def _get_batch(keys: Sequence[Item], as_it_is: bool) -> Iterator[Item]:
    table, pauses = settings.table_name(), _pauses()
    waiting = list(keys)
    while waiting:
        answer = client().batch_get_item(RequestItems={table: {"Keys": waiting, "ConsistentRead": as_it_is}})
        yield from (decode(item) for item in answer["Responses"].get(table, []))
        waiting = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
        if waiting and not next(pauses):
            raise NotStored


def query(condition: str, limit: int | None = None, newest_first: bool = False, **values: Any) -> Iterator[Item]:
    """All items of a partition that meet the condition, as they are now, page after page."""
    request: dict[str, Any] = {
        "TableName": settings.table_name(),
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": {f":{name}": {"S": value} for name, value in values.items()},
        "ConsistentRead": True,
        "ScanIndexForward": not newest_first,
    }
    if limit is not None:
        request["Limit"] = limit
    left = limit
    while True:
        answer = client().query(**request)
        yield from (decode(item) for item in answer["Items"])
        left = None if left is None else left - len(answer["Items"])
        if "LastEvaluatedKey" not in answer or left == 0:
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def parts(pk: str, *attributes: str) -> list[Item]:
    """Some attributes of the items of a partition, as it is now; raises ``NotStored``."""
    request: dict[str, Any] = {
        "TableName": settings.table_name(),
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": pk}},
        "ProjectionExpression": ", ".join(attributes),
        "ConsistentRead": True,
    }
    items: list[Item] = []
    while True:
        try:
            answer = client().query(**request)
        except clients.failures() as error:
            raise NotStored from error
        items += [decode(item) for item in answer["Items"]]
        if "LastEvaluatedKey" not in answer:
            return items
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def query_index(
    index: str,
    condition: str,
    values: Item,
    limit: int | None = None,
    start: Item | None = None,
    filters: Sequence[str] = (),
    newest_first: bool = False,
) -> tuple[list[Item], Item | None]:
    """One page of an index, perhaps a moment old, and the key after which the next one begins."""
    request: dict[str, Any] = {
        "TableName": settings.table_name(),
        "IndexName": index,
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": encode(values),
    }
    if limit is not None:
        request["Limit"] = limit
    if filters:
        request["FilterExpression"] = " AND ".join(filters)
    if start:
        request["ExclusiveStartKey"] = encode(start)
    if newest_first:
        request["ScanIndexForward"] = False
    answer = client().query(**request)
    last = answer.get("LastEvaluatedKey")
    return [decode(item) for item in answer["Items"]], decode(last) if last else None


# -- writing ----------------------------------------------------------------------------------------------------------


def put(item: StoredItem, condition: str = "", **values: Any) -> None:
    """Write an item; raises as ``write``."""
    write(writes.put(item, condition, **values))


def update(key: Key, expression: str, condition: str = "", names: dict[str, str] | None = None, **values: Any) -> None:
    """Change an item, or make it; raises as ``write``."""
    write(writes.update(key, expression, condition, names, **values))


def change(key: Key, expression: str, condition: str = "", names: dict[str, str] | None = None, **values: Any) -> Item:
    """Change an item, or make it, and return it as it is then; raises as ``write``."""
    request = writes.update(key, expression, condition, names, **values).request(settings.table_name())
    return decode(_repeat(client().update_item, request | {"ReturnValues": "ALL_NEW"})["Attributes"])


def delete(key: Key, condition: str = "", names: dict[str, str] | None = None, **values: Any) -> None:
    """Remove an item; raises as ``write``. Without a condition, one that is not there is removed already."""
    write(writes.delete(key, condition, names, **values))


def write(change: Write) -> None:
    """Carry out one write; raises ``Conflict`` where its condition does not hold.

    Raises ``NotStored`` while transactions of others hold the item.
    """
    operation = {"Put": client().put_item, "Update": client().update_item, "Delete": client().delete_item}
    _repeat(operation[change.operation], change.request(settings.table_name()))


def transact(*changes: Write) -> None:
    """Carry out all writes or none; raises ``Conflict`` where a condition fails.

    Where only other requests on the same items, or too many of them, were in the way, it is tried again for a moment;
    then it raises ``Busy``, which is a ``Conflict``: reading and deciding again is right in both cases. What the table
    can never take, such as an item that is too large, raises botocore's error.
    """
    items = [{change.operation: change.request(settings.table_name())} for change in changes]
    pauses = _pauses()
    while True:
        try:
            client().transact_write_items(TransactItems=items)
            return
        except client().exceptions.TransactionCanceledException as error:
            reasons = {reason.get("Code", NO_REASON) for reason in error.response.get("CancellationReasons", [])}
            reasons -= {NO_REASON}
            if CONDITION_FAILED in reasons or not reasons:
                raise Conflict from None
            if not reasons <= PASSING:
                raise
            if not next(pauses):
                raise Busy from None


def _repeat(operation: Callable[..., Any], request: dict[str, Any]) -> Any:
    """Make one write, again for a moment while a transaction on the same item is under way; then ``NotStored``."""
    pauses = _pauses()
    while True:
        try:
            return operation(**request)
        except client().exceptions.ConditionalCheckFailedException:
            raise Conflict from None
        except client().exceptions.TransactionConflictException as error:
            if not next(pauses):
                raise NotStored from error


def _pauses() -> Iterator[bool]:
    """Pause, each time longer, and by chance, or two that collided would again; False once that was long enough."""
    deadline, pause = time.monotonic() + WRITE_PATIENCE, FIRST_PAUSE
    while time.monotonic() < deadline:
        time.sleep(pause * random.uniform(0.5, 1))  # noqa: S311
        pause *= 2
        yield True
    while True:
        yield False


def put_new(item: StoredItem) -> None:
    """Write an item, unless there is one with its key. Raises ``NotStored``."""
    try:
        put(item, "attribute_not_exists(pk)")
    except Conflict:
        return
    except clients.failures() as error:
        raise NotStored from error


def put_many(new: Sequence[StoredItem]) -> None:
    """Write items that depend on nothing: one by PutItem, more in batches. Raises ``NotStored``."""
    wired = [encode(item) for item in new]
    if len(wired) == 1:
        try:
            _repeat(client().put_item, {"TableName": settings.table_name(), "Item": wired[0]})
        except clients.failures() as error:
            raise NotStored from error
        return
    _in_batches([{"PutRequest": {"Item": item}} for item in wired])


def remove(keys: Sequence[Key]) -> None:
    """Delete items in batches. Raises ``NotStored`` if some are left."""
    _in_batches([{"DeleteRequest": {"Key": _key(key)}} for key in keys])


def _in_batches(requests: Sequence[dict[str, Any]]) -> None:
    batches = [requests[start : start + BATCH] for start in range(0, len(requests), BATCH)]
    if len(batches) == 1:
        _write_batch(batches[0])
    elif batches:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(max_workers=8) as pool:
            list(pool.map(_write_batch, batches))


def _write_batch(batch: Sequence[dict[str, Any]]) -> None:
    table, pauses = settings.table_name(), _pauses()
    waiting = list(batch)
    while waiting:
        try:
            answer = client().batch_write_item(RequestItems={table: waiting})
        except clients.failures() as error:
            # Some of it may have been written; written again, it is the same.
            if not _is_transaction_conflict(error) or not next(pauses):
                raise NotStored from error
            continue
        waiting = answer.get("UnprocessedItems", {}).get(table, [])
        if waiting and not next(pauses):
            raise NotStored


def client() -> Any:
    """The client of DynamoDB."""
    return clients.client("dynamodb")


def _is_transaction_conflict(error: Exception) -> bool:
    """Return whether this is ``TRANSACTION_CONFLICT``, whose class BatchWriteItem's own model does not name."""
    return clients.code_of(error) == TRANSACTION_CONFLICT


def _key(key: Key) -> Item:
    return encode(writes.key_item(key))
