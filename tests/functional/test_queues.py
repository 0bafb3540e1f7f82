"""A task that must wait is not shown, for as long as a queue can hide it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aws import clients, outbox, queues
from tests.support.between import Between, before, count_from_receipt

DAY = 86_400


@pytest.fixture
def sqs(environment: None, aws_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Between]:
    """Put a ``Between`` between the functions and SQS."""
    with before("SQS", aws_endpoint, monkeypatch) as running:
        yield running


@pytest.fixture
def receive(send_queue: str) -> Callable[[], list[str]]:
    """The receipts of what the queue shows; a task is in it."""

    def shown() -> list[str]:
        answer = clients.client("sqs").receive_message(QueueUrl=send_queue, VisibilityTimeout=30)
        return [each["ReceiptHandle"] for each in answer.get("Messages", [])]

    outbox.enqueue("c1", "a1")
    return shown


@pytest.fixture
def asked(environment: None) -> Iterator[list[int]]:
    """The seconds for which SQS was asked to hide a task."""
    seconds: list[int] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        seconds.append(params["VisibilityTimeout"])

    events, moment = clients.client("sqs").meta.events, "before-parameter-build.sqs.ChangeMessageVisibility"
    events.register(moment, note)
    yield seconds
    events.unregister(moment, note)


def test_a_task_is_hidden_while_it_waits(send_queue: str, receive: Callable[[], list[str]]) -> None:
    (receipt,) = receive()
    queues.wait(send_queue, receipt, 60)
    assert receive() == []
    queues.wait(send_queue, receipt, 0)
    assert len(receive()) == 1


@pytest.mark.parametrize(("seconds", "hidden"), [(-1, 0), (0, 0), (0.1, 1), (60.5, 61), (DAY, 42_000)])
def test_a_queue_is_asked_for_what_it_can_do(
    send_queue: str, receive: Callable[[], list[str]], asked: list[int], seconds: float, hidden: int
) -> None:
    """SQS takes whole seconds, and twelve hours at most. Less than was asked for would show the task in vain."""
    (receipt,) = receive()
    queues.wait(send_queue, receipt, seconds)
    assert asked == [hidden]


def test_longest_wait_is_taken_though_the_task_was_received_minutes_ago(
    send_queue: str, receive: Callable[[], list[str]], sqs: Between
) -> None:
    clock = count_from_receipt(sqs)
    (receipt,) = receive()
    clock.now += 1000
    assert queues.wait(send_queue, receipt, DAY)


def test_sqs_refuses_more_than_is_left_of_twelve_hours(
    send_queue: str, receive: Callable[[], list[str]], sqs: Between
) -> None:
    """The double itself: a refusal is an answer that is not taken, and no error of the caller."""
    clock = count_from_receipt(sqs)
    (receipt,) = receive()
    clock.now += 1300
    assert not queues.wait(send_queue, receipt, DAY)


def test_claim_shows_all_tasks_again_after_its_time(
    send_queue: str, receive: Callable[[], list[str]], client: Callable[[str], Any]
) -> None:
    for number in range(11):
        outbox.enqueue(f"c2{number}", "a1")
    receipts = [receipt for _ in range(12) for receipt in receive()]
    assert len(receipts) == 12
    queues.claim(send_queue, receipts, 0)
    assert len([receipt for _ in range(12) for receipt in receive()]) == 12


def test_claim_of_tasks_that_are_gone_fails_nothing(send_queue: str, receive: Callable[[], list[str]]) -> None:
    (receipt,) = receive()
    queues.claim(send_queue, ["of nobody", receipt], 0)
    assert len(receive()) == 1
