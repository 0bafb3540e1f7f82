"""The company's post above the comments on it: read once, beside all that must not wait, and shown."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from typing import Any

import pytest

import media.app
from media import post_reading
from media.retry import PATIENCE
from storage import own_posts
from tests.functional.console_api import Console
from tests.support import payloads
from tests.support.context import Context
from tests.support.platform import PAGE
from tests.support.stack import CONNECTION, Stack

COMMENTED = f"{PAGE}_1"
URL, PICTURE = "https://www.facebook.com/1", "https://img.example/1.jpg"
SHOWN = {"text": "Glasfaser 250", "url": URL, "picture": PICTURE, "likes": 12, "comments": 3, "shares": None}
ANSWER = {
    "id": COMMENTED,
    "message": "Glasfaser 250",
    "permalink_url": URL,
    "full_picture": PICTURE,
    "from": {"id": PAGE},
    "reactions": {"data": [], "summary": {"total_count": 12}},
    "comments": {"data": [], "summary": {"total_count": 3}},
}
_numbers = itertools.count(1)


@pytest.fixture
def queue(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    url = stack.client("sqs").create_queue(QueueName=f"posts-{next(_numbers)}")["QueueUrl"]
    monkeypatch.setenv("MEDIA_QUEUE_URL", url)
    yield url
    stack.client("sqs").delete_queue(QueueUrl=url)


def comment(stack: Stack, comment_id: str = "1_2", **more: Any) -> None:
    stack.post(payloads.delivery(payloads.comment(comment_id, **more)))
    stack.settle()


def take(stack: Stack, queue: str, receives: int = 1) -> tuple[int, int]:
    """Let the function take what waits; how many there were, and how many go back to the queue."""
    batch = stack.receive(queue)
    for record in batch:
        record["attributes"]["ApproximateReceiveCount"] = str(receives)
    if not batch:
        return 0, 0
    answer = media.app.lambda_handler({"Records": batch}, Context())  # pyright: ignore[reportArgumentType]
    failed = answer["batchItemFailures"]
    for record in batch if not failed else ():
        with contextlib.suppress(Exception):
            stack.client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=record["receiptHandle"])
    return len(batch), len(failed)


def detail(stack: Stack, console: Console) -> dict[str, Any]:
    return console.get(f"/conversations/{stack.only().id}").body


def test_post_stands_above_the_comment(stack: Stack, console: Console, queue: str) -> None:
    comment(stack)
    assert "post" not in detail(stack, console)
    assert stack.platform.asked == [], "the webhook and dispatch ask nobody"
    stack.platform.says(ANSWER)
    assert take(stack, queue) == (1, 0)
    assert detail(stack, console)["post"] == SHOWN
    (asked,) = stack.platform.asked
    assert asked["call"] == f"GET /v99.0/{COMMENTED}"


def test_post_is_read_once_for_all_its_comments(stack: Stack, console: Console, queue: str) -> None:
    comment(stack, "1_2")
    comment(stack, "1_3")
    stack.platform.says(ANSWER)
    assert take(stack, queue) == (1, 0)
    post_reading.take({"channel": "facebook", "connection": CONNECTION, "post": COMMENTED}, 1, payloads.START * 1000)
    assert len(stack.platform.asked) == 1


def test_numbers_of_a_post_are_read_again_as_comments_come_in(stack: Stack, console: Console, queue: str) -> None:
    comment(stack)
    stack.platform.says(ANSWER)
    take(stack, queue)
    task = {"channel": "facebook", "connection": CONNECTION, "post": COMMENTED}
    later = own_posts.read_at("facebook", CONNECTION, COMMENTED) + post_reading.FRESH
    stack.platform.says(ANSWER | {"comments": {"summary": {"total_count": 4}}, "shares": {"count": 2}})
    post_reading.take(task, 1, later)
    assert detail(stack, console)["post"] == SHOWN | {"comments": 4, "shares": 2}
    stack.platform.fails(10, None)
    post_reading.take(task, 1, later + post_reading.FRESH)
    assert detail(stack, console)["post"] == SHOWN | {"comments": 4, "shares": 2}


@pytest.mark.parametrize(("code", "subcode"), [(100, 33), (10, None), (803, None)])
def test_post_that_cannot_be_read_is_none(
    stack: Stack, console: Console, queue: str, code: int, subcode: int | None
) -> None:
    comment(stack)
    stack.platform.fails(code, subcode)
    assert take(stack, queue) == (1, 0)
    assert "post" not in detail(stack, console)
    assert own_posts.read("facebook", CONNECTION, COMMENTED) == own_posts.NOTHING


def test_passing_error_is_repeated_and_the_conversation_goes_on(stack: Stack, console: Console, queue: str) -> None:
    comment(stack)
    stack.platform.fails(2, status=500)
    assert take(stack, queue) == (1, 1)
    assert own_posts.read("facebook", CONNECTION, COMMENTED) is None
    comment(stack, "1_4", parent_id="1_2", text="Still there?", at=payloads.START + 120)
    assert [message["text"] for message in detail(stack, console)["messages"]] == ["Bei mir auch", "Still there?"]
    stack.platform.says(ANSWER)
    post_reading.take({"channel": "facebook", "connection": CONNECTION, "post": COMMENTED}, 2, payloads.START * 1000)
    assert detail(stack, console)["post"] == SHOWN


def test_error_that_does_not_pass_is_given_up(stack: Stack, console: Console, queue: str) -> None:
    comment(stack)
    stack.platform.fails(2, status=500)
    assert take(stack, queue, receives=PATIENCE) == (1, 0)
    assert "post" not in detail(stack, console)


def test_visitors_post_and_foreign_post_are_not_the_companys(stack: Stack, console: Console, queue: str) -> None:
    comment(stack)
    stack.platform.says({**ANSWER, "from": {"id": "7001"}})
    take(stack, queue)
    assert "post" not in detail(stack, console)


def test_visitors_own_post_is_a_message_and_no_post_above(stack: Stack, console: Console, queue: str) -> None:
    stack.post(payloads.delivery(payloads.post()))
    stack.settle()
    assert take(stack, queue) == (0, 0)
    assert "post" not in detail(stack, console)


def test_private_chat_stands_below_nothing(stack: Stack, queue: str) -> None:
    stack.post(payloads.delivery(payloads.message("m1")))
    stack.settle()
    assert take(stack, queue) == (0, 0)
