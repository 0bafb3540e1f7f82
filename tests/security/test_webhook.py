"""Attacks on the webhooks: a caller who knows an address, and no secret, gets nothing stored and learns nothing."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

import webhook.app
from aws import clients
from aws import secrets as secrets_module
from storage import connections
from tests.support import payloads
from tests.support.platform import VERIFY_TOKEN
from tests.support.stack import CONNECTION, Stack, sign
from webhook import known_connections

MENTION = {
    "data": {
        "event_type": "post.mention.create",
        "payload": {"id": "1900000000000000001", "text": "Hallo", "author_id": "7", "conversation_id": "1"},
    }
}
X_SECRETS = {"consumer_secret": "c0nsumer", "access_token": "t"}


@pytest.fixture
def calls() -> Iterator[Callable[[str], int]]:
    """Yield a function that returns the number of requests to a service of AWS so far."""
    counted: dict[str, int] = {}

    def count(model: Any, **_: Any) -> None:
        name = str(model.service_model.service_name)
        counted[name] = counted.get(name, 0) + 1

    services = ("ssm", "dynamodb")
    for service in services:
        clients.client(service).meta.events.register(f"before-call.{service}", count)
    yield lambda service: counted.get(service, 0)
    for service in services:
        clients.client(service).meta.events.unregister(f"before-call.{service}", count)


@contextlib.contextmanager
def failing(service: str, code: str, status: int = 400) -> Iterator[None]:
    """AWS answers every request to a service with an error, at once."""

    def answer(**_: Any) -> tuple[AWSResponse, dict[str, Any]]:
        response = AWSResponse("https://aws.test", status, {}, None)  # pyright: ignore[reportArgumentType]
        error = {"Error": {"Code": code, "Message": "echoes c0nsumer"}, "ResponseMetadata": {"HTTPStatusCode": status}}
        return response, error

    events = clients.client(service).meta.events
    events.register(f"before-call.{service}", answer)
    try:
        yield
    finally:
        events.unregister(f"before-call.{service}", answer)


def connect(stack: Stack, channel: str, name: str, secrets: dict[str, str], account_id: str = "1") -> None:
    """Make a connection known, with its secrets."""
    secrets_module.put(channel, name, {"account_id": account_id, "secrets": secrets, "options": {}})
    connections.put_connection(channel, name, account_id, "Telefunk")


def ask_x(stack: Stack, token: str) -> dict[str, Any]:
    """X's challenge, as anybody can send it."""
    return stack.call(webhook.app.lambda_handler, "GET", "shop", None, query={"crc_token": token}, channel="x")


def deliver_to_x(stack: Stack, body: str, signature: str) -> dict[str, Any]:
    """A delivery with a signature that somebody got from somewhere."""
    headers = {"content-type": "application/json", "x-twitter-webhooks-signature": signature}
    return stack.call(webhook.app.lambda_handler, "POST", "shop", body, headers=headers, channel="x")


def refused(answer: dict[str, Any]) -> tuple[int, str]:
    """The status of a refusal and what it says."""
    return answer["statusCode"], json.loads(answer["body"])["error"]


# -- a challenge that is to sign a body -------------------------------------------------------------------------------


@pytest.mark.invariant(15)
@pytest.mark.parametrize(
    "body",
    [
        json.dumps(MENTION),
        json.dumps(MENTION, indent=1),
        " " + json.dumps(MENTION),
        json.dumps([MENTION]),
        "{}",
        "[]",
        "0",
        "1e5",
        "true",
        "null",
        "NaN",
        '"text"',
        "a" * 256,
        "a" * 257,
        "",
        "challenge_string",
    ],
)
def test_having_the_challenge_sign_a_delivery(stack: Stack, body: str) -> None:
    connect(stack, "x", "shop", X_SECRETS)
    answer = ask_x(stack, body)
    signature = json.loads(answer["body"]).get("response_token", "")
    right = hmac.digest(b"c0nsumer", body.encode(), hashlib.sha256)
    for each in (signature, f"sha256={base64.b64encode(right).decode()}" if answer["statusCode"] == 200 else "none"):
        assert refused(deliver_to_x(stack, body, each)) == (401, "invalid_signature")
    assert stack.items() == []


@pytest.mark.invariant(15)
def test_having_the_challenge_hand_back_what_a_browser_runs(stack: Stack) -> None:
    """Even to somebody who knows the token."""
    question = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN}
    for challenge in ("<script>alert(1)</script>", '{"a":1}', "a b", "a\r\nSet-Cookie: b", "1" * 201, "ä", ""):
        assert refused(stack.handshake(**question, **{"hub.challenge": challenge})) == (403, "forbidden")
    answer = stack.handshake(**question, **{"hub.challenge": "1158201444"})
    assert (answer["body"], answer["headers"]["Content-Type"]) == ("1158201444", "text/plain; charset=utf-8")


# -- names that are guessed -------------------------------------------------------------------------------------------


@pytest.mark.invariant(7)
def test_guessing_two_thousand_names(stack: Stack, calls: Callable[[str], int]) -> None:
    """It costs a few looks at one list, and no secret is asked for: real deliveries get theirs."""
    tables, secrets = calls("dynamodb"), calls("ssm")
    for number in range(1000):
        assert stack.post(payloads.delivery(payloads.message("m1")), connection=f"shop-{number}")["statusCode"] == 404
        guess = stack.call(webhook.app.lambda_handler, "GET", f"shop-{number}", None, channel="facebook")
        assert guess["statusCode"] == 404
    assert calls("ssm") == secrets
    assert calls("dynamodb") - tables <= known_connections.READS + 1 + 30 / known_connections.SECONDS_EACH
    assert stack.post(payloads.delivery(payloads.message("m1")))["statusCode"] == 200


@pytest.mark.invariant(7)
def test_guessing_while_an_account_is_connected(stack: Stack) -> None:
    """A name that was guessed a moment before its connection existed works as soon as the connection exists."""
    guess = payloads.delivery(payloads.message("m1"))
    assert stack.post(guess, connection="second")["statusCode"] == 404
    connect(stack, "facebook", "second", dict(stack.platform.document["secrets"]))
    assert stack.post(guess, connection="second")["statusCode"] == 200


def test_a_connection_that_was_taken_away_is_not_called_any_more(stack: Stack) -> None:
    assert stack.post(payloads.delivery(payloads.message("m1")))["statusCode"] == 200
    secrets_module.drop("facebook", CONNECTION)
    connections.drop_connection("facebook", CONNECTION)
    assert refused(stack.post(payloads.delivery(payloads.message("m2")))) == (404, "not_found")


def test_an_event_costs_one_request_in_a_warm_function(stack: Stack, calls: Callable[[str], int]) -> None:
    stack.post(payloads.delivery(payloads.message("m1")))
    tables, secrets = calls("dynamodb"), calls("ssm")
    stack.post(payloads.delivery(payloads.message("m2")))
    assert (calls("dynamodb") - tables, calls("ssm") - secrets) == (1, 0)


# -- a service that is worn down --------------------------------------------------------------------------------------


PASSING = [
    ("ThrottlingException", 400),
    ("TooManyUpdates", 400),
    ("InternalServerError", 500),
    ("ServiceUnavailable", 503),
    ("InvalidKeyId", 400),
    ("AccessDeniedException", 400),
]


@pytest.mark.parametrize(("code", "status"), PASSING)
def test_wearing_ssm_down_loses_no_delivery(
    stack: Stack, code: str, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Invariant 1: the platform hears that it is to try again, and not that the address or the signature is wrong."""
    with failing("ssm", code, status):
        answer = stack.post(payloads.delivery(payloads.message("m1")))
        question = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": VERIFY_TOKEN}
        assert refused(stack.handshake(**question)) == (503, "try_again")
    assert refused(answer) == (503, "try_again")
    assert answer["headers"]["Retry-After"] == "5"
    assert "c0nsumer" not in capsys.readouterr().out
    assert stack.post(payloads.delivery(payloads.message("m1")))["statusCode"] == 200


@pytest.mark.parametrize("expire", [secrets_module.forget, lambda: None], ids=["forgotten", "old"])
def test_wearing_ssm_down_does_not_end_secrets_that_are_known(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, expire: Callable[[], None]
) -> None:
    monkeypatch.setattr(secrets_module, "KEPT_SECONDS", 0)
    assert stack.post(payloads.delivery(payloads.message("m1")))["statusCode"] == 200
    expire()
    with failing("ssm", "ThrottlingException"):
        assert stack.post(payloads.delivery(payloads.message("m2")))["statusCode"] == 200
        assert stack.post(payloads.delivery(payloads.message("m3")))["statusCode"] == 200
    assert len(stack.items()) == 3


def test_wearing_ssm_down_while_a_secret_is_rotated_loses_no_delivery(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong signature and a new secret look the same then: the call is not refused for good."""
    assert stack.post(payloads.delivery(payloads.message("m1")))["statusCode"] == 200
    raw = json.dumps(payloads.delivery(payloads.message("m2"))).encode()
    signed = {"x-hub-signature-256": sign(raw, "new")}
    monkeypatch.setattr(secrets_module, "FRESH_SECONDS", 0)
    with failing("ssm", "ThrottlingException"):
        assert refused(stack.post(raw, **signed)) == (503, "try_again")
        monkeypatch.setattr(secrets_module, "FRESH_SECONDS", 10)
        assert refused(stack.post(raw, **signed)) == (503, "try_again")  # not asked for again so soon
    monkeypatch.setattr(secrets_module, "FRESH_SECONDS", 0)
    assert refused(stack.post(raw, **signed)) == (401, "invalid_signature")


def test_wearing_the_table_down_loses_no_delivery(stack: Stack) -> None:
    """Before anybody knows which connections there are."""
    with failing("dynamodb", "ProvisionedThroughputExceededException"):
        assert refused(stack.post(payloads.delivery(payloads.message("m1")))) == (503, "try_again")
    assert stack.post(payloads.delivery(payloads.message("m1")))["statusCode"] == 200


# -- what answers say -------------------------------------------------------------------------------------------------


def test_every_answer_is_kept_by_no_cache_and_taken_for_no_other_type(stack: Stack) -> None:
    """Also those that the framework makes by itself."""
    question = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": VERIFY_TOKEN}
    answers = [
        stack.handshake(**question),
        stack.handshake(),
        stack.post(payloads.delivery(payloads.message("m1"))),
        stack.post(b"no json"),
        stack.post(payloads.delivery(payloads.message("m1")), connection="other"),
        stack.post(payloads.delivery(payloads.message("m1")), **{"x-hub-signature-256": "no"}),
        stack.post(b"x" * (1024 * 1024 + 1)),
        stack.call(webhook.app.lambda_handler, "PUT", CONNECTION, None),
        stack.call(webhook.app.lambda_handler, "TRACE", CONNECTION, None),
        stack.call(webhook.app.lambda_handler, "POST", CONNECTION, "\ud800"),
        stack.call(webhook.app.lambda_handler, "GET", CONNECTION, "\ud800"),
        stack.call(webhook.app.lambda_handler, "POST", CONNECTION, "=", isBase64Encoded=True),
        webhook.app.lambda_handler({}, None),
    ]
    with failing("dynamodb", "ProvisionedThroughputExceededException"):
        answers.append(stack.post(payloads.delivery(payloads.message("m1"))))
    assert {answer["statusCode"] for answer in answers} >= {200, 400, 401, 403, 404, 405, 413, 500, 503}
    for answer in answers:
        assert answer["headers"]["Cache-Control"] == "no-store"
        assert answer["headers"]["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("body", "is_encoded"), [("\ud800", False), ("{}\udfff", False), ("a", True), ("abcde", True)])
def test_body_that_is_no_bytes_in_its_encoding_is_malformed(
    stack: Stack, method: str, body: str, is_encoded: bool
) -> None:
    answer = stack.call(webhook.app.lambda_handler, method, CONNECTION, body, isBase64Encoded=is_encoded)
    assert refused(answer) == (400, "malformed")
    assert stack.items() == []
