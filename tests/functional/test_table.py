"""The table while transactions of others hold its items, and a request that no service would take."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from aws import clients
from storage import connections, customers, table, writes
from tests.functional.console_api import Console
from tests.support.between import Answer, Between, Json, before

CONFLICT = "TransactionConflictException"
KEY = ("a", "b")
PLAIN_WRITES: dict[str, tuple[str, Callable[[], None]]] = {
    "put": ("PutItem", lambda: table.put({"pk": "a", "sk": "b", "n": 1})),
    "conditional put": ("PutItem", lambda: table.put({"pk": "a", "sk": "b", "n": 1}, "attribute_not_exists(n)")),
    "update": ("UpdateItem", lambda: table.update(KEY, "SET n = :n", n=1)),
    "conditional update": ("UpdateItem", lambda: table.update(KEY, "SET n = :n", "attribute_not_exists(n)", n=1)),
    "delete": ("DeleteItem", lambda: table.delete(KEY)),
    "conditional delete": ("DeleteItem", lambda: table.delete(KEY, "#old = :old", {"#old": "old"}, old=1)),
    "write of one": ("PutItem", lambda: table.put_many([{"pk": "a", "sk": "b", "n": 1}])),
    "write of several": (
        "BatchWriteItem",
        lambda: table.put_many([{"pk": "a", "sk": "b", "n": 1}, {"pk": "a", "sk": "c"}]),
    ),
    "removal of several": ("BatchWriteItem", lambda: table.remove([KEY, ("a", "c")])),
}


@pytest.fixture
def dynamodb(table: str, aws_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Between]:
    """Put a ``Between`` between the functions and DynamoDB."""
    with before("DYNAMODB", aws_endpoint, monkeypatch) as running:
        yield running


@pytest.mark.parametrize("write", PLAIN_WRITES)
def test_plain_write_waits_for_a_transaction_on_its_item(dynamodb: Between, write: str) -> None:
    table.put({"pk": "a", "sk": "b", "old": 1})
    operation, do = PLAIN_WRITES[write]
    dynamodb.refuse(operation, CONFLICT, times=2)
    dynamodb.asked.clear()
    do()
    assert dynamodb.asked[operation] == 3
    gone = write in ("delete", "conditional delete", "removal of several")
    assert (table.get(*KEY) is None) == gone
    assert gone or (table.get(*KEY) or {})["n"] == 1


@pytest.mark.parametrize("write", PLAIN_WRITES)
def test_plain_write_is_not_stored_while_transactions_keep_its_item(
    dynamodb: Between, write: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "WRITE_PATIENCE", 0.1)
    table.put({"pk": "a", "sk": "b", "old": 1})
    operation, do = PLAIN_WRITES[write]
    dynamodb.refuse(operation, CONFLICT, times=1000)
    with pytest.raises(table.NotStored):
        do()
    assert table.get(*KEY) == {"pk": "a", "sk": "b", "old": 1}


def test_transaction_waits_for_another_one_and_is_carried_out_once(dynamodb: Between) -> None:
    reasons = [{"Code": "None"}, {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item."}]
    dynamodb.refuse("TransactWriteItems", "TransactionCanceledException", times=2, CancellationReasons=reasons)
    table.transact(_adding(1), _adding(1, "c"))
    assert [(table.get("a", key) or {})["n"] for key in "bc"] == [1, 1]


def test_transaction_is_busy_while_others_keep_its_items(dynamodb: Between, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "WRITE_PATIENCE", 0.1)
    reasons = [{"Code": "TransactionConflict"}]
    dynamodb.refuse("TransactWriteItems", "TransactionCanceledException", times=1000, CancellationReasons=reasons)
    with pytest.raises(table.Busy):
        table.transact(_adding(1))


def test_condition_that_fails_beside_a_conflict_is_a_conflict_at_once(dynamodb: Between) -> None:
    reasons = [{"Code": "ConditionalCheckFailed"}, {"Code": "TransactionConflict"}]
    dynamodb.refuse("TransactWriteItems", "TransactionCanceledException", times=1, CancellationReasons=reasons)
    with pytest.raises(table.Conflict) as conflict:
        table.transact(_adding(1), _adding(1, "c"))
    assert not isinstance(conflict.value, table.Busy)
    assert dynamodb.asked["TransactWriteItems"] == 1


def test_item_that_the_table_can_never_take_is_no_conflict(dynamodb: Between) -> None:
    reasons = [{"Code": "ValidationError", "Message": "Item size has exceeded the maximum allowed size"}]
    dynamodb.refuse("TransactWriteItems", "TransactionCanceledException", times=1, CancellationReasons=reasons)
    with pytest.raises(ClientError):
        table.transact(_adding(1))


def test_mark_of_a_connection_is_not_lost_to_a_transaction(dynamodb: Between) -> None:
    """A connection that is gone, and one that is just being changed, are two things."""
    connections.put_connection("facebook", "demo", "1", "Telefunk")
    dynamodb.refuse("UpdateItem", CONFLICT, times=3)
    connections.note_connection("facebook", "demo", parked=1)
    assert connections.connection("facebook", "demo").parked


def test_customer_who_declines_while_the_record_is_in_use_is_not_asked_again(dynamodb: Between) -> None:
    reasons = [{"Code": "TransactionConflict"}, {"Code": "None"}]
    dynamodb.refuse("TransactWriteItems", "TransactionCanceledException", times=2, CancellationReasons=reasons)
    customers.decline("facebook", "demo", "7", 1_790_000_000_000)
    assert customers.read("facebook", "demo", "7").declined_at


def test_busy_table_is_answered_503(dynamodb: Between, admin: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "WRITE_PATIENCE", 0.1)

    def answer(operation: str, _body: Json) -> Answer | None:
        refused: dict[str, Json] = {
            "PutItem": {"__type": f"com.amazonaws.dynamodb.v20120810#{CONFLICT}"},
            "UpdateItem": {"__type": f"com.amazonaws.dynamodb.v20120810#{CONFLICT}"},
            "TransactWriteItems": {
                "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
                "CancellationReasons": [{"Code": "TransactionConflict"}],
            },
        }
        return (400, refused[operation]) if operation in refused else None

    dynamodb.answer = answer
    assert admin.post("/teams", {"name": "sales"}).status == 503


@pytest.mark.parametrize("service", ["dynamodb", "sqs", "scheduler", "s3", "ssm"])
def test_request_that_the_service_would_not_take_is_refused_in_tests(environment: None, service: str) -> None:
    """A guard of the other tests: with the checks off, MiniStack takes what AWS refuses."""
    wrong: dict[str, tuple[str, Json]] = {
        "dynamodb": ("get_item", {"TableName": "t", "Key": {"pk": "no type"}}),
        "sqs": ("send_message", {"QueueUrl": "q", "MessageBody": 5}),
        "scheduler": ("get_schedule", {"Name": "x" * 65, "Group": "no such parameter"}),
        "s3": ("get_object", {"Bucket": "b"}),
        "ssm": ("get_parameter", {"Name": 5}),
    }
    operation, request = wrong[service]
    with pytest.raises(ParamValidationError):
        getattr(clients.client(service), operation)(**request)


def _adding(amount: int, key: str = "b") -> writes.Write:
    return writes.update(("a", key), "ADD n :n", n=amount)
