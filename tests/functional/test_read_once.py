"""One read per call: of secrets, of stream records, and of what an agent's reply is decided over."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

import pytest

import channels
import webhook.app
from application.loading import LoadedConversation
from aws import secrets
from storage import connections, erased_conversations, keys, mapping
from tests.functional.console_api import Console
from tests.support import payloads
from tests.support.between import Between, Json, before
from tests.support.platform import VERIFY_TOKEN
from tests.support.stack import Stack, sign
from tests.unit.channels.samples import Sample, samples

READS = {"GetItem", "BatchGetItem", "Query"}
WEBHOOKS = ("discourse", "facebook", "instagram", "telegram", "threads", "whatsapp", "x")
"""Platforms that sign what they deliver; what Telegram delivers is also answered with an acknowledgement."""


@pytest.fixture
def asked(environment: None, aws_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """Return how often SSM was asked for what; no secret is kept, so that each use is a request."""
    monkeypatch.setattr(secrets, "KEPT_SECONDS", 0)
    counted: Counter[str] = Counter()
    with before("SSM", aws_endpoint, monkeypatch) as running:
        running.seen = lambda operation, _body, _answer: counted.update([operation])
        yield counted


@pytest.fixture
def dynamodb(environment: None, aws_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Between]:
    """Return what stands between the functions and DynamoDB."""
    with before("DYNAMODB", aws_endpoint, monkeypatch) as running:
        yield running


@pytest.fixture
def reads(dynamodb: Between) -> Counter[str]:
    """Return how often each item, or range of a partition, was read."""
    counted: Counter[str] = Counter()
    dynamodb.seen = lambda operation, body, _answer: counted.update(_read(operation, body))
    return counted


def _read(operation: str, body: Json) -> Iterator[str]:
    """Yield what a request reads: an item by its key, and a query by its partition."""
    if operation == "GetItem":
        yield _key(body["Key"])
    elif operation == "BatchGetItem":
        yield from (_key(key) for table in body["RequestItems"].values() for key in table["Keys"])
    elif operation == "Query":
        index, values = body.get("IndexName", ""), body["ExpressionAttributeValues"]
        yield f"{index} {body['KeyConditionExpression']} {sorted(str(value) for value in values.values())}"
    else:
        assert operation not in READS


def _key(key: Json) -> str:
    return f"{key['pk']['S']} {key['sk']['S']}"


@contextmanager
def calls_of(*functions: Callable[..., Any]) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """Collect the calls of functions, also in threads that begin now, with their arguments; none is replaced."""
    names: dict[CodeType, str] = {function.__code__: function.__name__ for function in functions}
    calls: list[tuple[str, dict[str, Any]]] = []

    def profile(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code in names:
            calls.append((names[frame.f_code], dict(frame.f_locals)))

    earlier = sys.getprofile()
    sys.setprofile(profile)
    threading.setprofile(profile)
    try:
        yield calls
    finally:
        sys.setprofile(earlier)
        threading.setprofile(None)


# -- secrets ----------------------------------------------------------------------------------------------------------


def connected(sample: Sample) -> Sample:
    """Return a sample whose connection is there, with its secrets."""
    document = {"account_id": sample.account_id, "secrets": sample.secrets, "options": sample.options}
    secrets.put(sample.channel, "support", document)
    connections.put_connection(sample.channel, "support", sample.account_id, "Telefunk")
    return sample


@pytest.mark.parametrize("channel", WEBHOOKS)
def test_secrets_of_a_delivery_are_read_once(channel: str, stack: Stack, asked: Counter[str]) -> None:
    sample = connected(next(each for each in samples(channel) if each.name == "signed"))
    asked.clear()
    handler, body = webhook.app.lambda_handler, sample.raw.decode()
    answer = stack.call(handler, "POST", "support", body, sample.headers, channel=channel)
    assert answer["statusCode"] == 200
    assert asked == {"GetParameter": 1}


def test_secrets_of_a_handshake_are_read_once(stack: Stack, asked: Counter[str]) -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "1"}
    assert stack.handshake(**query)["statusCode"] == 200
    assert asked == {"GetParameter": 1}


def test_secrets_that_do_not_fit_are_read_once_and_not_again_at_once(stack: Stack, asked: Counter[str]) -> None:
    signed = {"x-hub-signature-256": sign(b"{}", "another")}
    assert stack.post(b"{}", **signed)["statusCode"] == 401
    assert asked == {"GetParameter": 1}


# -- records of the stream --------------------------------------------------------------------------------------------


class CountedImage(dict[str, Any]):
    """An image of a stream record, and how often all of it was read."""

    reads = 0

    def items(self) -> Any:
        self.reads += 1
        return super().items()


def history(stack: Stack, console: Console) -> list[Json]:
    """Return the records of a post, an answer to it, and what follows from both."""
    stack.post(payloads.delivery(payloads.post()))
    stack.dispatch()
    (head,) = stack.conversations()
    path = f"/conversations/{keys.id_of(head.identity)}"
    seen = console.get(path).body["messages"][-1]["id"]
    stack.platform.says({"id": "1_7"})
    assert (
        console.ask("POST", f"{path}/replies", {"text": "Bitte neu starten.", "seen": seen}, headers={}).status == 201
    )
    stack.settle()
    stack.post(payloads.delivery(payloads.comment("1_5", at=payloads.START + 60, verb="remove")))
    stack.changes()
    return stack.records


def test_each_image_of_a_stream_record_is_decoded_once(stack: Stack, console: Console) -> None:
    images: list[CountedImage] = []
    for record in history(stack, console):
        for name in {"OldImage", "NewImage"} & record["dynamodb"].keys():
            image = CountedImage(record["dynamodb"][name])
            record["dynamodb"][name] = image
            images.append(image)
    assert stack.hand_over(stack.records) == []
    assert len(images) > 5
    assert {image.reads for image in images} == {1}


def test_each_fact_action_and_head_of_a_stream_record_is_read_once(stack: Stack, console: Console) -> None:
    records = history(stack, console)
    with calls_of(mapping.fact_of, mapping.action_of, mapping.head_of) as calls:
        assert stack.hand_over(records) == []
    read = Counter((name, id(arguments["item"])) for name, arguments in calls)
    assert {name for name, _ in read} == {"fact_of", "action_of", "head_of"}
    assert set(read.values()) == {1}


def test_conversation_that_goes_on_after_an_erasure_is_not_searched_with_each_message(stack: Stack) -> None:
    at = int(time.time() * 1000)
    stack.post(payloads.delivery(payloads.message("m1", at=at - 60_000)))
    stack.settle()
    (head,) = stack.conversations()
    with calls_of(erased_conversations.purge) as calls:
        erased_conversations.erase(keys.id_of(head.identity), at)
        stack.settle()
        for number in (2, 3):
            stack.post(payloads.delivery(payloads.message(f"m{number}", at=at + 60_000 * number)))
            stack.settle()
    (head,) = stack.conversations()
    assert (head.inbound, head.erased_at, len(calls)) == (2, at, 1)


# -- an agent's reply -------------------------------------------------------------------------------------------------

REPLIES: dict[str, Json] = {
    "plain": {},
    "with a follow-up": {"follow_up": {"after": "P2D", "text": "Läuft es wieder?"}},
    "with a template": {"follow_up": {"after": "P2D", "topic": "WLAN"}},
    "in parts": {"split": True},
    "with a private message": {"private": {"text": "Ihre Kundennummer?"}},
}


@pytest.mark.parametrize("extra", REPLIES.values(), ids=REPLIES)
def test_reply_reads_nothing_twice(extra: Json, stack: Stack, console: Console, reads: Counter[str]) -> None:
    stack.post(payloads.delivery(payloads.post(at=int(time.time()))))
    stack.dispatch()
    (head,) = stack.conversations()
    path = f"/conversations/{keys.id_of(head.identity)}"
    body = {"text": "Bitte neu starten.", "seen": console.get(path).body["messages"][-1]["id"]} | extra
    forget_connections(stack)
    send_options = type(channels.get("facebook").sender).send_options
    shown = vars(LoadedConversation)["_messages"].func
    reads.clear()
    with calls_of(shown, send_options) as calls:
        answer = console.post(f"{path}/replies", body, Idempotency_Key="key-1")
    assert answer.status == 201, answer
    assert {read: times for read, times in reads.items() if times > 1} == {}
    assert [name for name, _ in calls].count("_messages") <= 2, "the messages before the reply, and those after it"
    times = Counter(arguments["now"] for name, arguments in calls if name == "send_options")
    assert times
    assert set(times.values()) == {1}, "the ways of each time are asked for once"


def forget_connections(stack: Stack) -> None:
    """Have connections read again, as a new environment does."""
    connections.put_connection("facebook", "demo", stack.platform.document["account_id"], "Telefunk")
