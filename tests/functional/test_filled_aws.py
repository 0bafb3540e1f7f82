"""The table that the benchmark fills in bulk holds and answers what one does that was written."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path
from typing import Any

import boto3
import pytest

from conversations import inbox_order
from tests.performance import filling
from tests.performance.filled_aws import filled_aws
from tests.support.embedded_aws import REGION

NOW = 1_790_000_000_990
"""A moment before another second begins, and so another time of expiry."""
Pages = list[list[str]]


def test_conversations_of_the_filling_are_those_that_the_functions_make(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETENTION_DAYS", "400")
    began_at = NOW - 20 * filling.DAY
    made = [item for number in range(30) for item in filling.conversation(number, began_at + number)]
    assert list(filling.items(30, NOW)) == made


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client of a filled table's server."""
    directory: Path = tmp_path_factory.mktemp("filled")
    with filled_aws(directory, 60) as endpoint:
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        yield boto3.client("dynamodb", endpoint_url=endpoint, region_name=REGION, **keys)


def pages(client: Any, table: str, partition: str, *, forward: bool, condition: str) -> Pages:
    """All pages of a partition of the inbox, by their keys."""
    found: Pages = []
    asked = {
        "TableName": table,
        "IndexName": "inbox",
        "KeyConditionExpression": f"ipk = :ipk{condition}",
        "ExpressionAttributeValues": {":ipk": {"S": partition}} | ({":isk": {"S": "a4"}} if condition else {}),
        "ScanIndexForward": forward,
        "Limit": 7,
    }
    while True:
        answer = client.query(**asked)
        found.append([item["pk"]["S"] for item in answer["Items"]])
        if "LastEvaluatedKey" not in answer:
            return found
        asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def same(filled: Any, written: Any, table: str) -> bool:
    """Return whether two tables of a name give the same pages."""
    ways = product(inbox_order.partitions(filling.TEAM), (True, False), ("", " AND begins_with(isk, :isk)"))
    for partition, forward, condition in ways:
        one, other = (
            pages(client, table, partition, forward=forward, condition=condition) for client in (filled, written)
        )
        assert one == other
        assert sum(map(len, one)) > 7
    return True


def test_filled_table_answers_as_one_that_was_written(filled: Any, table: str, client: Any) -> None:
    written = client("dynamodb")
    described = written.describe_table(TableName=table)["Table"]
    given = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "StreamSpecification")
    definition = {name: described[name] for name in given}
    for index in definition["GlobalSecondaryIndexes"]:
        for name in set(index) - {"IndexName", "KeySchema", "Projection"}:
            del index[name]
    filled.create_table(TableName=table, BillingMode="PAY_PER_REQUEST", **definition)
    items = filled.scan(TableName=table)["Items"]
    assert len(items) == 120
    for item in items:
        written.put_item(TableName=table, Item=item)
    assert same(filled, written, table)
    heads = [item for item in items if "ipk" in item]
    for each, head in product((filled, written), islice(heads, 0, 20, 3)):
        each.put_item(TableName=table, Item=head | {"isk": {"S": f"a4{head['pk']['S']}"}})
    for each, head in product((filled, written), islice(heads, 1, 20, 3)):
        each.delete_item(TableName=table, Key={name: head[name] for name in ("pk", "sk")})
    assert same(filled, written, table)
