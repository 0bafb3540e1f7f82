"""DynamoDB in memory answers as an emulator does: the same requests to both, with the forms of expressions that
``storage`` uses. A form that it does not know is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.in_memory_dynamodb import InMemoryTable, Json
from tests.support.in_memory_expressions import Invalid, condition

PKS, SKS = ["p1", "p2"], ["#1", "#2", "b#1", "b#2", "~"]

NUMBER = st.integers(-2, 3).map(lambda value: {"N": str(value)})
TEXT = st.sampled_from(["a", "ab", "b", "facebook/demo", "ä"]).map(lambda value: {"S": value})
WORDS = st.sets(st.sampled_from(["a", "b", "c"]), min_size=1).map(lambda value: {"SS": sorted(value)})
KEY = st.tuples(st.sampled_from(PKS), st.sampled_from(SKS)).map(lambda key: {"pk": {"S": key[0]}, "sk": {"S": key[1]}})
ATTRIBUTES = {"v": NUMBER, "n": TEXT, "t": NUMBER, "tg": WORDS}
INDEXED = {
    "ipk": st.sampled_from(["service#0", "service#1"]).map(lambda value: {"S": value}),
    "isk": st.sampled_from(["a1", "a2", "b1"]).map(lambda value: {"S": value}),
    "spk": st.just({"S": "2026-11#0"}),
    "ssk": st.sampled_from(["1", "2", "3"]).map(lambda value: {"S": value}),
    "fpk": st.just({"S": "service#0"}),
    "fsk": st.sampled_from(["c1", "c2", "p1"]).map(lambda value: {"S": value}),
}
ITEM = st.tuples(KEY, st.fixed_dictionaries({}, optional={**ATTRIBUTES, **INDEXED})).map(lambda both: both[0] | both[1])
CONDITIONS: list[tuple[str, Json]] = [
    ("", {}),
    ("attribute_not_exists(pk)", {}),
    ("attribute_exists(pk)", {}),
    ("attribute_not_exists(v)", {}),
    ("v = :v", {":v": NUMBER}),
    ("#t = :v", {":v": NUMBER}),
    ("#t = :v AND (attribute_not_exists(#v) OR #v = :w)", {":v": NUMBER, ":w": NUMBER}),
    ("attribute_exists(pk) AND (attribute_not_exists(#v) OR #v < :w)", {":w": NUMBER}),
]
UPDATES: list[tuple[str, Json]] = [
    ("SET #v = :a", {":a": NUMBER}),
    ("SET #v = :a, #n = :b REMOVE #t", {":a": NUMBER, ":b": TEXT}),
    ("SET #n = :b ADD #v :a", {":a": NUMBER, ":b": TEXT}),
    ("ADD #v :a SET #n = :b", {":a": NUMBER, ":b": TEXT}),
    ("ADD #tg :c", {":c": WORDS}),
    ("DELETE #tg :c", {":c": WORDS}),
    ("REMOVE #v, #tg", {}),
]
QUERIES: list[tuple[str | None, str, Json]] = [
    (None, "pk = :p", {}),
    (None, "pk = :p AND begins_with(sk, :s)", {":s": st.sampled_from(["#", "b#", "z"])}),
    (None, "pk = :p AND sk < :s", {":s": st.sampled_from(SKS)}),
    (None, "pk = :p AND sk > :s", {":s": st.sampled_from(SKS)}),
    (None, "pk = :p AND sk BETWEEN :s AND :e", {":s": st.just("#1"), ":e": st.sampled_from(SKS[1:])}),
    ("inbox", "ipk = :p", {}),
    ("inbox", "ipk = :p AND begins_with(isk, :s)", {":s": st.sampled_from(["a", "b"])}),
    ("inbox", "ipk = :p AND isk BETWEEN :s AND :e", {":s": st.just("a1"), ":e": st.sampled_from(["a2", "b1"])}),
    ("follow-ups", "fpk = :p AND begins_with(fsk, :s)", {":s": st.sampled_from(["c", "p"])}),
    ("said", "spk = :p AND ssk BETWEEN :s AND :e", {":s": st.just("1"), ":e": st.sampled_from(["1", "3"])}),
]
PARTITIONS = {None: PKS, "inbox": ["service#0", "service#1"], "follow-ups": ["service#0"], "said": ["2026-11#0"]}
FILTERS: list[tuple[str, Json]] = [
    ("", {}),
    ("begins_with(n, :f)", {":f": st.sampled_from(["a", "face"])}),
    ("contains(tg, :f)", {":f": st.sampled_from(["a", "c"])}),
    ("attribute_not_exists(n)", {}),
    ("n = :f", {":f": st.sampled_from(["a", "b"])}),
]


def _values(draw: Any, wanted: Json) -> Json:
    return {name: draw(strategy) for name, strategy in wanted.items()}


def _names(*texts: str) -> Json:
    used = {token for text in texts for token in re.findall(r"#[a-z]+", text)}
    return {token: token[1:] for token in used}


@st.composite
def _write(draw: Any) -> tuple[str, Json]:
    """One of PutItem, UpdateItem and DeleteItem, as it stands in a transaction as well."""
    operation = draw(st.sampled_from(["Put", "Update", "Delete"]))
    text, wanted = draw(st.sampled_from(CONDITIONS))
    values, expression = _values(draw, wanted), ""
    request: Json = {"Item": draw(ITEM)} if operation == "Put" else {"Key": draw(KEY)}
    if operation == "Update":
        expression, given_values = draw(st.sampled_from(UPDATES))
        values |= _values(draw, given_values)
    names = _names(text, expression)
    optional = {
        "ConditionExpression": text,
        "UpdateExpression": expression,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
    }
    return operation, request | {name: value for name, value in optional.items() if value}


@st.composite
def _query(draw: Any) -> Json:
    index, text, wanted = draw(st.sampled_from(QUERIES))
    filtering, of_filter = draw(st.sampled_from(FILTERS if index == "inbox" else FILTERS[:1]))
    values = {":p": draw(st.sampled_from(PARTITIONS[index]))} | _values(draw, wanted) | _values(draw, of_filter)
    limit = draw(st.none() | st.integers(1, 3))
    optional = {
        "IndexName": index,
        "FilterExpression": filtering,
        "Limit": limit,
        "ProjectionExpression": draw(st.sampled_from(["", "sk"])) if index is None else "",
    }
    request = {"KeyConditionExpression": text, "ScanIndexForward": draw(st.booleans())}
    request["ExpressionAttributeValues"] = {name: {"S": value} for name, value in values.items()}
    return request | {name: value for name, value in optional.items() if value}


def _key_of(part: Any) -> tuple[str, str]:
    """Return the key of an item, or of a write."""
    target = part if isinstance(part, dict) else part[1].get("Item") or part[1]["Key"]
    return target["pk"]["S"], target["sk"]["S"]


STEPS = st.lists(
    st.one_of(
        _write().map(lambda write: ("write", [write])),
        st.lists(_write(), min_size=1, max_size=3, unique_by=_key_of).map(lambda writes: ("transact", writes)),
        st.lists(ITEM, min_size=1, max_size=4, unique_by=_key_of).map(lambda items: ("batch", items)),
        _query().map(lambda request: ("query", request)),
    ),
    min_size=4,
    max_size=12,
)


class _Both:
    """Makes the same requests to a table in memory and to one of the emulator."""

    def __init__(self, client: Any, table: str, definition: Json) -> None:
        self.client, self.table = client, table
        self.memory = InMemoryTable(definition, client.exceptions)

    def outcomes(self, operation: str, **request: Any) -> tuple[Any, Any]:
        """Return the answers of both, or the codes of their errors."""
        return _outcome(self.memory, operation, request), _outcome(self.client, operation, request)

    def do(self, kind: str, step: Any) -> None:
        """Carry out one step on both and compare."""
        if kind == "write":
            self._write(*step[0])
        elif kind == "transact":
            items = [{operation: {**request, "TableName": self.table}} for operation, request in step]
            assert_same(self.outcomes("transact_write_items", TransactItems=items))
        elif kind == "batch":
            requests = [{"PutRequest": {"Item": item}} for item in step]
            assert_same(self.outcomes("batch_write_item", RequestItems={self.table: requests}))
        else:
            self._query(step)

    def _write(self, operation: str, request: Json) -> None:
        assert_same(self.outcomes(f"{operation.lower()}_item", TableName=self.table, **request))

    def _query(self, request: Json) -> None:
        """Compare all pages: where an emulator ends one is its own affair."""
        memory, emulator = (_pages(client, self.table, request) for client in (self.memory, self.client))
        assert _ordered(memory, request) == _ordered(emulator, request)

    def compare_items(self) -> None:
        """Compare what the tables hold at last."""
        found = self.client.scan(TableName=self.table, ConsistentRead=True)["Items"]
        assert sorted(map(_plain, self.memory.items.values())) == sorted(map(_plain, found))

    def clear(self) -> None:
        """Leave nothing in the emulator's table."""
        for item in self.client.scan(TableName=self.table, ConsistentRead=True)["Items"]:
            self.client.delete_item(TableName=self.table, Key={name: item[name] for name in ("pk", "sk")})


def assert_same(outcomes: tuple[Any, Any]) -> None:
    """Hold the code of an error, or that there is none, to be the same."""
    memory, emulator = outcomes
    assert memory == emulator


def _outcome(client: Any, operation: str, request: Json) -> Any:
    try:
        getattr(client, operation)(**request)
    except ClientError as error:
        reasons = [each["Code"] for each in error.response.get("CancellationReasons", [])]
        return error.response["Error"]["Code"], reasons
    return "ok"


def _pages(client: Any, table: str, request: Json) -> list[Json]:
    found: list[Json] = []
    start: Json = {}
    while True:
        answer = client.query(TableName=table, **request, **start)
        found += answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return found
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def _ordered(items: list[Json], request: Json) -> list[str]:
    """Return what was found; in an index, the order of items of one sort key is not defined."""
    if "IndexName" not in request:
        return list(map(_plain, items))
    sort = {"inbox": "isk", "follow-ups": "fsk", "said": "ssk"}[request["IndexName"]]
    places = [item[sort]["S"] for item in items]
    assert places == sorted(places, reverse=not request["ScanIndexForward"])
    return sorted(map(_plain, items))


def _plain(item: Json) -> str:
    return repr(sorted((name, repr(_sorted(value))) for name, value in item.items()))


def _sorted(value: Json) -> Json:
    return {"SS": sorted(value["SS"])} if "SS" in value else value


def test_answers_are_those_of_the_emulator(
    client: Callable[[str], Any], table: str, table_definition: dict[str, Any]
) -> None:
    @settings(
        max_examples=40,
        phases=[Phase.generate],  # each step is a request to a server, so that to find a shorter failure takes minutes
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(STEPS)
    def compare(steps: list[tuple[str, Any]]) -> None:
        both = _Both(client("dynamodb"), table, table_definition)
        try:
            for kind, step in steps:
                both.do(kind, step)
            both.compare_items()
        finally:
            both.clear()

    compare()


@pytest.mark.parametrize("text", ["a = ", "size(a) > :b", "a = :b c", "NOT a = :b"])
def test_condition_that_storage_does_not_use_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        condition(text)


@pytest.mark.parametrize("operation", ["batch_write_item", "transact_write_items", "batch_get_item"])
def test_request_that_names_an_item_twice_is_refused(
    operation: str, client: Callable[[str], Any], table_definition: dict[str, Any]
) -> None:
    memory, item = InMemoryTable(table_definition, client("dynamodb").exceptions), {"pk": {"S": "p"}, "sk": {"S": "s"}}
    requests: dict[str, Json] = {
        "batch_write_item": {"RequestItems": {"table": [{"PutRequest": {"Item": item}}] * 2}},
        "transact_write_items": {"TransactItems": [{"Put": {"Item": item}}, {"Delete": {"Key": item}}]},
        "batch_get_item": {"RequestItems": {"table": {"Keys": [item, item]}}},
    }
    assert _outcome(memory, operation, requests[operation]) == ("ValidationException", [])
