"""Invariants 1 and 7: what is answered 200 is stored, what is not authentic leaves nothing and learns nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from infra.local.stack import Stack
from tests.integration.breaking import StackInternals
from tests.integration.driver import PATIENCE, AgentApi, Json, Square, Webhook, wait_for

MEGABYTE = 1024 * 1024
REFUSED = "EineNachrichtDieNiemandBekommt"
Post = Callable[[Webhook, bytes], httpx.Response]
Keys = set[tuple[str, str]]
WRITES = ("dynamodb:PutItem", "dynamodb:BatchWriteItem")


def test_1_update_refused_by_the_table_is_answered_503_and_stored_on_redelivery(
    webhook: Webhook, internals: StackInternals, stack: Stack
) -> None:
    for count in (1, 3):
        payload = _letters(webhook, f"refused-{count}", count)
        with internals.denying("WebhookFunction", *WRITES):
            answer = webhook.deliver(payload)
            assert (answer.status_code, answer.json()) == (503, {"error": "try_again"})
            assert not internals.holds(f"refused-{count}-0")
            _reveals_nothing(answer, stack)
        assert webhook.deliver(payload).status_code == 200
        assert all(internals.holds(f"refused-{count}-{number}") for number in range(count))


def test_1_a_platform_that_delivers_again_loses_nothing_to_an_outage(
    square: Square, agent_api: AgentApi, internals: StackInternals
) -> None:
    with internals.denying("WebhookFunction", *WRITES):
        post = square.post(author={"name": "Ida Ausfall"}, text="Kommt das an?")["message_id"]
        wait_for("a delivery to be refused", lambda: _last_status(square) == 503)
    assert wait_for("the post", lambda: agent_api.find(post))["unread"] == 1


def test_1_update_answered_200_is_stored_though_the_webhook_is_killed(
    webhook: Webhook, internals: StackInternals
) -> None:
    def deliver(number: int) -> int:
        if number % 5 == 4:
            internals.kill("WebhookFunction")
        return webhook.deliver(_letters(webhook, f"killed-{number:02d}", 1)).status_code

    with ThreadPoolExecutor(4) as pool:
        answered = list(pool.map(deliver, range(20)))
    stored = str(internals.items())
    kept = [number for number, status in enumerate(answered) if status == 200]
    assert kept
    assert [number for number in kept if f"m_killed-{number:02d}-0" not in stored] == []
    assert {status // 100 for status in answered} <= {2, 5}


@pytest.fixture(scope="module")
def stored(internals: StackInternals) -> Keys:
    """Return the keys that are stored before the attempts."""
    return internals.rest()


def _unsigned(webhook: Webhook, body: bytes) -> httpx.Response:
    return httpx.post(webhook.url, content=body, headers={"Content-Type": "application/json"}, timeout=PATIENCE)


def _headed(header: str) -> Post:
    def post(webhook: Webhook, body: bytes) -> httpx.Response:
        signed = webhook.signature(body)
        value = header.format(signature=signed, short=signed[:-2], body=signed.removeprefix("sha256="))
        return httpx.post(
            webhook.url, content=body, headers=[(b"X-Hub-Signature-256", value.encode("latin-1"))], timeout=PATIENCE
        )

    return post


def _at(channel: str, connection: str) -> Post:
    def post(webhook: Webhook, body: bytes) -> httpx.Response:
        url = webhook.url.replace("/facebook/demo", f"/{channel}/{connection}")
        return httpx.post(url, content=body, headers={"X-Hub-Signature-256": webhook.signature(body)}, timeout=PATIENCE)

    return post


@pytest.mark.parametrize(
    ("post", "status", "error"),
    [
        pytest.param(_unsigned, 401, "invalid_signature", id="no signature"),
        pytest.param(
            lambda webhook, body: webhook.deliver(body, "x" * 32), 401, "invalid_signature", id="other secret"
        ),
        pytest.param(_headed("sha1={body}"), 401, "invalid_signature", id="wrong prefix"),
        pytest.param(_headed("{body}"), 401, "invalid_signature", id="no prefix"),
        pytest.param(_headed("{short}"), 401, "invalid_signature", id="too short"),
        pytest.param(_headed("{signature}00"), 401, "invalid_signature", id="too long"),
        pytest.param(_headed("sha256="), 401, "invalid_signature", id="empty"),
        pytest.param(_headed("sha256=ü"), 401, "invalid_signature", id="not ASCII"),
        pytest.param(lambda webhook, body: webhook.deliver(body[:-1]), 400, "malformed", id="no JSON"),
        pytest.param(lambda webhook, body: webhook.deliver(b""), 400, "malformed", id="empty body"),
        pytest.param(lambda webhook, body: webhook.deliver(body + b" " * MEGABYTE), 413, "too_large", id="too large"),
        pytest.param(_at("facebook", "nobody"), 404, "not_found", id="unknown connection"),
        pytest.param(_at("myspace", "demo"), 404, "not_found", id="unknown channel"),
        pytest.param(_at("_http", "demo"), 404, "not_found", id="a module that is no channel"),
    ],
)
def test_7_unauthentic_call_stores_nothing_and_reveals_nothing(
    webhook: Webhook, internals: StackInternals, stack: Stack, stored: Keys, post: Post, status: int, error: str
) -> None:
    answer = post(webhook, json.dumps(_letters(webhook, REFUSED, 1)).encode())
    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert answer.headers["content-type"] == "application/json"
    _reveals_nothing(answer, stack)
    assert internals.keys() - stored == set()  # what is due may be done meanwhile


@pytest.mark.parametrize("query", [{}, {"hub.mode": "subscribe", "hub.challenge": "42", "hub.verify_token": "guess"}])
def test_7_a_handshake_without_the_token_is_refused(webhook: Webhook, stack: Stack, query: dict[str, str]) -> None:
    answer = httpx.get(webhook.url, params=query, timeout=PATIENCE)
    assert (answer.status_code, answer.json()) == (403, {"error": "forbidden"})
    _reveals_nothing(answer, stack)


def test_7_a_signed_delivery_that_was_changed_on_the_way_is_refused(square: Square, internals: StackInternals) -> None:
    for corrupt in ("signature", "body"):
        before = internals.rest()
        square.call("PUT", "/deliveries", corrupt=corrupt)
        square.post(author={"name": "Ida Verfälscht"}, text=REFUSED)
        wait_for("the delivery to be refused", lambda: _last_status(square) == 401)
        assert internals.keys() == before
        square.call("PUT", "/deliveries", corrupt=None, hold=True)


def _letters(webhook: Webhook, name: str, count: int) -> Json:
    """A payload of private messages from as many people."""
    at = int(time.time() * 1000)
    return webhook.messages(*((f"{name}-{number}", f"m_{name}-{number}", "Hallo", at) for number in range(count)))


def _last_status(square: Square) -> Any:
    recent = square.call("GET", "/deliveries")["recent"]
    return recent[-1]["status"] if recent else None


def _reveals_nothing(answer: httpx.Response, stack: Stack) -> None:
    told = answer.text + str(answer.headers)
    connection = stack["connections"]["facebook"]
    for secret in ("app_secret", "verify_token", "page_token"):
        assert connection[secret] not in told
    assert stack["table_name"] not in told
    assert len(answer.content) < 100
