"""The webhook: what is answered with 200 is stored, what is not authentic leaves no trace."""

from __future__ import annotations

import base64
import json
import time

import pytest

import webhook.app
from aws import secrets
from shared import http_responses, settings
from storage import quarantine
from tests.support import payloads
from tests.support.platform import VERIFY_TOKEN
from tests.support.stack import CONNECTION, Stack, sign
from tests.support.timing import processor_seconds


def error(answer: dict[str, object]) -> tuple[object, object]:
    """The status of a refusal and its body."""
    return answer["statusCode"], json.loads(str(answer["body"]))


def test_call_answered_with_200_is_stored(stack: Stack) -> None:
    """Invariant 1."""
    assert stack.post(payloads.delivery(payloads.message("m1", "Grüß Gott 😢")))["statusCode"] == 200
    (item,) = stack.items()
    assert item["x"]["S"] == "Grüß Gott 😢"


def test_call_is_answered_for_redelivery_when_it_cannot_be_stored(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Invariant 1."""
    delivery = payloads.delivery(payloads.message("m1"))
    with monkeypatch.context() as broken:
        broken.setenv("TABLE_NAME", "no-such-table")
        assert error(stack.post(delivery)) == (503, {"error": "try_again"})
        many = payloads.delivery(*(payloads.message(f"m{number}") for number in range(30)))
        assert error(stack.post(many)) == (503, {"error": "try_again"})
    assert stack.items() == []
    assert stack.post(delivery)["statusCode"] == 200
    assert len(stack.items()) == 1


def test_a_redelivery_changes_nothing_and_is_not_even_noticed_downstream(stack: Stack) -> None:
    """Invariant 2."""
    delivery = payloads.delivery(payloads.message("m1"), payloads.message("m1"))
    for _ in range(3):
        assert stack.post(delivery)["statusCode"] == 200
    assert len(stack.items()) == 1
    facts = [each for each in stack.changes() if "h" in each["dynamodb"]["NewImage"]]
    assert len(facts) == 1


@pytest.mark.parametrize(
    "signature",
    ["", "sha256=", "sha256=0", "nonsense", "sha256!!!", "sha1=12345", "sha256=" + "0" * 64, "sha256=" + "ä" * 64],
)
def test_an_unauthentic_request_stores_nothing_and_learns_nothing(stack: Stack, signature: str) -> None:
    """Invariant 7."""
    answer = stack.post(payloads.delivery(payloads.message("m1")), **{"x-hub-signature-256": signature})
    assert error(answer) == (401, {"error": "invalid_signature"})
    assert stack.items() == []


def test_one_byte_more_breaks_the_signature(stack: Stack) -> None:
    """Invariant 7."""
    raw = json.dumps(payloads.delivery(payloads.message("m1"))).encode()
    assert stack.post(raw + b" ", **{"x-hub-signature-256": sign(raw)})["statusCode"] == 401


def test_unknown_channels_and_connections_are_told_apart_by_nobody(stack: Stack) -> None:
    """Invariant 7."""
    unknown = stack.post(payloads.delivery(payloads.message("m1")), connection="other")
    elsewhere = stack.call(webhook.app.lambda_handler, "POST", CONNECTION, "{}", channel="myspace")
    inside = stack.call(webhook.app.lambda_handler, "POST", CONNECTION, "{}", channel="base")
    assert error(unknown) == error(elsewhere) == error(inside) == (404, {"error": "not_found"})


def test_a_good_signature_over_no_json_is_a_bad_request(stack: Stack) -> None:
    assert error(stack.post(b"rawBody")) == (400, {"error": "malformed"})
    assert error(stack.post(b"\xff\xfe")) == (400, {"error": "malformed"})


def test_a_body_of_more_than_a_megabyte_is_refused_before_it_is_read(stack: Stack) -> None:
    assert error(stack.post(b"x" * (1024 * 1024 + 1))) == (413, {"error": "too_large"})


def test_a_body_in_base64_is_verified_over_its_bytes(stack: Stack) -> None:
    raw = json.dumps(payloads.delivery(payloads.message("m1", "Grüße")), ensure_ascii=False).encode()
    headers = {"content-type": "application/json", "x-hub-signature-256": sign(raw)}
    encoded = base64.b64encode(raw).decode()
    answer = stack.call(webhook.app.lambda_handler, "POST", CONNECTION, encoded, headers=headers, isBase64Encoded=True)
    assert answer["statusCode"] == 200
    assert stack.items()[0]["x"]["S"] == "Grüße"


def test_during_a_rotation_both_secrets_are_good(stack: Stack) -> None:
    name = f"{settings.connections_path()}/facebook/{CONNECTION}"
    document = stack.platform.document
    document["secrets"] |= {"app_secret": "new", "previous_app_secret": document["secrets"]["app_secret"]}
    stack.client("ssm").put_parameter(Name=name, Value=json.dumps(document), Type="SecureString", Overwrite=True)
    raw = json.dumps(payloads.delivery(payloads.message("m1"))).encode()
    assert stack.post(raw)["statusCode"] == 200
    assert stack.post(raw, **{"x-hub-signature-256": sign(raw, "new")})["statusCode"] == 200
    assert stack.post(raw, **{"x-hub-signature-256": sign(raw, "older")})["statusCode"] == 401


def test_a_new_secret_is_noticed_when_the_old_one_does_not_fit(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rotation loses nothing, and a stranger's guesses read the secrets once in a while at most."""
    raw = json.dumps(payloads.delivery(payloads.message("m1"))).encode()
    assert stack.post(raw)["statusCode"] == 200
    document = stack.platform.document
    document["secrets"]["app_secret"] = "new"
    name = f"{settings.connections_path()}/facebook/{CONNECTION}"
    stack.client("ssm").put_parameter(Name=name, Value=json.dumps(document), Type="SecureString", Overwrite=True)
    signed = {"x-hub-signature-256": sign(raw, "new")}
    assert stack.post(raw, **signed)["statusCode"] == 401
    monkeypatch.setattr(secrets, "FRESH_SECONDS", 0)
    assert stack.post(raw, **signed)["statusCode"] == 200
    assert stack.post(raw)["statusCode"] == 401


def test_message_alone_is_stored_as_one_among_others(stack: Stack) -> None:
    message = payloads.message("m1", "Grüß Gott", at=time.time_ns() // 1_000_000)
    stack.post(payloads.delivery(message))
    (alone,) = stack.items()
    stack.post(payloads.delivery(message, payloads.message("m2")))
    assert len(stack.items()) == 2
    assert alone in stack.items()


BODIES = {
    "stored": json.dumps(payloads.delivery(payloads.message("m1", "Grüße")), ensure_ascii=False).encode(),
    "many": json.dumps(payloads.delivery(payloads.message("m1"), payloads.message("m2"), {"foo": 1})).encode(),
    "no JSON": b"rawBody",
    "empty": b"",
    "too large": b"x" * (1024 * 1024 + 1),
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("fault", ["none", "signature", "connection", "storage", "secret", "unexpected"])
def test_delivery_past_chalice_is_answered_as_by_its_route(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, body: str, fault: str
) -> None:
    raw = BODIES[body]
    headers = {"X-Hub-Signature-256": sign(raw, "guess") if fault == "signature" else sign(raw)}
    stack.post(b"{}")  # from now on the connection is known
    if fault == "storage":
        monkeypatch.setenv("TABLE_NAME", "no-such-table")
    if fault == "secret":
        monkeypatch.setenv("CONNECTIONS_PATH", "/elsewhere")
    if fault == "unexpected":
        monkeypatch.setenv("RETENTION_DAYS", "many")
    name = "other" if fault == "connection" else CONNECTION
    route = http_responses.private(webhook.app.app)
    direct, by_route = (
        stack.call(handler, "POST", name, raw.decode(), headers, query={"a": "b"})
        for handler in (webhook.app.lambda_handler, route)
    )
    assert direct == by_route


def test_body_that_is_no_base64_is_answered_as_by_the_route_of_chalice(stack: Stack) -> None:
    route = http_responses.private(webhook.app.app)
    for body in ("a", "ä", "====", ""):
        direct, by_route = (
            stack.call(handler, "POST", CONNECTION, body, {}, isBase64Encoded=True)
            for handler in (webhook.app.lambda_handler, route)
        )
        assert direct == by_route


def test_delivery_that_fails_unexpectedly_is_logged_and_answered_for_redelivery(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Invariant 1."""
    monkeypatch.setenv("RETENTION_DAYS", "many")
    assert stack.post(payloads.delivery(payloads.message("m1")))["statusCode"] == 500
    assert "Delivery not handled" in caplog.text
    assert stack.items() == []


def test_the_handshake_gives_the_challenge_back_only_for_the_right_token(stack: Stack) -> None:
    question = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": VERIFY_TOKEN}
    answer = stack.handshake(**question)
    assert (answer["statusCode"], answer["body"]) == (200, "1158201444")
    assert error(stack.handshake(**question | {"hub.verify_token": "guess"})) == (403, {"error": "forbidden"})
    assert stack.handshake()["statusCode"] == 403


def test_unreadable_update_is_kept_and_others_are_stored(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    strange = {"messaging": [{"sender": {"id": "7001"}, "recipient": {"id": "1"}, "timestamp": 1, "foo": {"bar": 1}}]}
    broken = {"changes": [{"field": "feed", "value": {"item": "comment", "verb": "add", "comment_id": {"a": 1}}}]}
    answer = stack.post(payloads.delivery(payloads.message("m1"), strange, broken, payloads.message("m2")))
    assert answer["statusCode"] == 200
    assert len([item for item in stack.items() if "h" in item]) == 2
    kept = quarantine.updates("facebook", CONNECTION)
    assert len(kept) == 2
    assert all(each.reason for each in kept)
    assert '"Quarantined":[2.0]' in capsys.readouterr().out.replace(" ", "")


def test_a_text_too_large_for_an_item_is_kept_in_pieces(stack: Stack) -> None:
    text = "".join(chr(33 + (number * 7919) % 90) for number in range(900_000))
    assert stack.post(payloads.delivery(payloads.message("m1", text)))["statusCode"] == 200
    (kept,) = quarantine.updates("facebook", CONNECTION)
    assert kept.reason == "too_large"
    assert isinstance(kept.raw, dict)
    assert kept.raw["text"] == text


@pytest.mark.parametrize("text", ["😢" * 87_500, "😢" * 87_501])
def test_a_text_of_characters_of_four_bytes_is_stored_or_kept(stack: Stack, text: str) -> None:
    """Invariant 1: what DynamoDB would refuse for ever must not be refused to the platform for ever."""
    raw = json.dumps(payloads.delivery(payloads.message("m1", text)), ensure_ascii=False).encode()
    assert stack.post(raw)["statusCode"] == 200
    assert len(stack.items()) >= 1


def test_half_a_surrogate_pair_does_not_stop_a_delivery(stack: Stack) -> None:
    assert stack.post(payloads.delivery(payloads.message("m1", "kaputt \ud83d")))["statusCode"] == 200
    assert len(stack.items()) == 1


def test_a_thousand_messages_are_stored_within_five_seconds(stack: Stack) -> None:
    """The platform's own limit for an answer."""
    delivery = payloads.delivery(*(payloads.message(f"m{number}", customer=str(number)) for number in range(1000)))

    def post(body: payloads.Json) -> None:
        assert stack.post(body)["statusCode"] == 200

    # Its own: how long the emulator and other tests keep the processors is not the webhook's.
    assert processor_seconds(post, delivery) < 5
    assert len(stack.items()) == 1000


def test_an_old_event_does_not_expire_at_once(stack: Stack) -> None:
    """Platforms send times of 1970 and of 2016; what arrives today is kept for the whole retention."""
    stack.post(payloads.delivery(payloads.message("m1", at=1), payloads.message("m2", at=1_458_692_752_478)))
    year = 365 * 86_400
    assert all(int(item["expires"]["N"]) > time.time() + year * 0.8 for item in stack.items())
