"""A task that must wait is not shown, for as long as a queue can hide it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from conversations import outbox, queues
from shared import aws

DAY = 86_400


@pytest.fixture
def receive(send_queue: str, client: Callable[[str], Any]) -> Callable[[], list[str]]:
    """The receipts of what the queue shows; a task is in it."""

    def shown() -> list[str]:
        answer = client("sqs").receive_message(QueueUrl=send_queue, VisibilityTimeout=30)
        return [each["ReceiptHandle"] for each in answer.get("Messages", [])]

    outbox.enqueue("c1", "a1")
    return shown


@pytest.fixture
def asked(environment: None) -> Iterator[list[int]]:
    """The seconds for which SQS was asked to hide a task."""
    seconds: list[int] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        seconds.append(params["VisibilityTimeout"])

    events, moment = aws.client("sqs").meta.events, "before-parameter-build.sqs.ChangeMessageVisibility"
    events.register(moment, note)
    yield seconds
    events.unregister(moment, note)


def test_a_task_is_hidden_while_it_waits(send_queue: str, receive: Callable[[], list[str]]) -> None:
    (receipt,) = receive()
    queues.wait(send_queue, receipt, 60)
    assert receive() == []
    queues.wait(send_queue, receipt, 0)
    assert len(receive()) == 1


@pytest.mark.parametrize(("seconds", "hidden"), [(-1, 0), (0, 0), (0.1, 1), (60.5, 61), (DAY, 43_200)])
def test_a_queue_is_asked_for_what_it_can_do(
    send_queue: str, receive: Callable[[], list[str]], asked: list[int], seconds: float, hidden: int
) -> None:
    """SQS takes whole seconds, and twelve hours at most. Less than was asked for would show the task in vain."""
    (receipt,) = receive()
    queues.wait(send_queue, receipt, seconds)
    assert asked == [hidden]
