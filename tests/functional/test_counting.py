"""The tools that count requests: they disturb none, and count each once."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from storage import table as storage_table
from storage.schema import marker
from tests.performance.meter import Tally, metered
from tests.support.between import Between


def read(name: str) -> None:
    """Read a partition of a table."""
    values = {":pk": {"S": "a"}}
    storage_table.client().query(TableName=name, KeyConditionExpression="pk = :pk", ExpressionAttributeValues=values)


@pytest.mark.usefixtures("table")
def test_refused_read_is_refused_with_a_meter_as_without() -> None:
    with metered(storage_table.client()) as meter, pytest.raises(ClientError, match="ResourceNotFoundException"):
        read("no-such-table")
    assert meter.take() == Tally(requests=1, operations=["Query"])


def test_nothing_is_counted_after_the_end(table: str) -> None:
    with metered(storage_table.client()) as meter:
        read(table)
        storage_table.put(marker(("a", "b")))
    tally = meter.take()
    assert (tally.requests, tally.operations) == (2, ["Query", "PutItem"])
    assert tally.reads > 0
    assert tally.writes > 0
    read(table)
    assert meter.take() == Tally()


def test_call_that_is_repeated_after_a_slow_answer_is_seen_once() -> None:
    between = Between("http://127.0.0.1:1")
    assert [between.is_first(invocation) for invocation in ("a", "a", "b", "", "")] == [True, False, True, True, True]
