"""Bodies of requests to DynamoDB: what is sent says what botocore would have said, and no more is done for it."""

from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ParamValidationError

from aws import clients, dynamodb_bodies
from tests.support.process_state import clients_of_their_own

ITEM = {
    "pk": {"S": "a"},
    "sk": {"S": "b"},
    "x": {"S": 'Grüße 😀 "quoted" \\ \n\u2028'},
    "n": {"N": "17"},
    "z": {"B": b"\x00\xff\xfe packed"},
    "tg": {"SS": ["one", "two"]},
    "e": {"S": ""},
}
REQUESTS: dict[str, dict[str, Any]] = {
    "put_item": {"TableName": "t", "Item": ITEM},
    "get_item": {"TableName": "t", "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}, "ConsistentRead": True},
    "query": {"TableName": "t", "KeyConditionExpression": "pk = :pk", "Limit": 50, "ScanIndexForward": False},
    "batch_write_item": {"RequestItems": {"t": [{"PutRequest": {"Item": ITEM}}] * 2}},
    "transact_write_items": {
        "TransactItems": [{"Put": {"TableName": "t", "Item": ITEM}}],
        "ClientRequestToken": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
    },
}


class Answer:
    """An answer without content."""

    def stream(self) -> list[bytes]:
        """Return its parts."""
        return [b"{}"]


def made(*, is_checked: bool) -> Any:
    """Return a client of botocore as it is, with or without its check of parameters."""
    session = botocore.session.Session()
    session.set_credentials("none", "none")
    return session.create_client("dynamodb", "eu-central-1", config=Config(parameter_validation=is_checked))


def sent(client: Any, operation: str, request: dict[str, Any]) -> Any:
    """Return the request that a client sends."""
    seen = []

    def answer(request: Any, **_: Any) -> AWSResponse:
        seen.append(request)
        return AWSResponse(request.url, 200, {}, Answer())

    client.meta.events.register("before-send", answer)
    getattr(client, operation)(**request)
    return seen[0]


@pytest.mark.parametrize("is_checked", [True, False])
@pytest.mark.parametrize("operation", REQUESTS)
def test_body_says_what_botocore_would_have_written(operation: str, is_checked: bool) -> None:
    client, usual = made(is_checked=is_checked), made(is_checked=is_checked)
    dynamodb_bodies.write_at_once(client, is_checked=is_checked)
    request = sent(client, operation, REQUESTS[operation])
    expected = sent(usual, operation, REQUESTS[operation])
    assert json.loads(request.body) == json.loads(expected.body)
    assert request.headers["Content-Length"] == str(len(request.body))
    assert request.headers["X-Amz-Target"] == expected.headers["X-Amz-Target"]


def test_transaction_has_a_token_that_botocore_adds_to_it() -> None:
    client = made(is_checked=False)
    dynamodb_bodies.write_at_once(client, is_checked=False)
    request = sent(client, "transact_write_items", {"TransactItems": []})
    assert len(json.loads(request.body)["ClientRequestToken"]) == 36


def test_request_that_botocore_refuses_is_refused_still() -> None:
    client = made(is_checked=True)
    dynamodb_bodies.write_at_once(client, is_checked=True)
    with pytest.raises(ParamValidationError):
        client.put_item(TableName="t", Item={"pk": {"S": 5}})


def test_request_that_cannot_be_written_at_once_is_left_to_botocore() -> None:
    """Half a surrogate pair, in a name or a key that nobody has looked at."""
    client = made(is_checked=False)
    dynamodb_bodies.write_at_once(client, is_checked=False)
    request = sent(client, "get_item", {"TableName": "t", "Key": {"pk": {"S": "\ud800"}, "sk": {"S": "b"}}})
    assert json.loads(request.body)["Key"]["pk"]["S"] == "\ud800"


def test_body_is_not_put_together_value_by_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore writes what is not ASCII as escapes, so its own bodies look different."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("CHECK_AWS_PARAMETERS", raising=False)
    with clients_of_their_own():
        client = clients.client("dynamodb")
        seen: list[int] = []
        client.meta.events.register(
            "before-call.dynamodb.PutItem", lambda params, **_: seen.append(len(params["body"]))
        )
        body = sent(client, "put_item", REQUESTS["put_item"]).body
    assert "Grüße 😀".encode() in body
    assert seen == [len(b'{"TableName": "t", "Item": {}}')], "an item was written by botocore first"
