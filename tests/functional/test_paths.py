"""docs/follow-one-comment.md: the path of a comment, of an agent's reply and of its sending, traced in the real code.

The numbers may only fall: a path that grows makes the code harder to follow. ``file_trace`` says what a step is.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from storage import conversations
from tests.functional.console_api import Console, visitor_post
from tests.support import payloads
from tests.support.file_trace import FileTrace, traced
from tests.support.stack import Stack

PAGE = Path(__file__).parents[2] / "docs" / "follow-one-comment.md"
COMMENT, REPLY, SEND = "From HTTP to the table", "An agent's reply", "The send"


NUMBERS = {6: "six", 10: "ten", 16: "sixteen"}
"""Numbers of steps, as the page writes them."""


def hold(section: str, trace: FileTrace, steps: int, returns: int, files: int) -> None:
    """Fail where the path is longer than recorded, or the page leaves out a step; the message shows the path."""
    assert len(trace.steps) == steps, trace.steps
    assert f": {NUMBERS[steps]} steps" in text_of(section)
    assert len(trace.returns) <= returns, trace.returns
    assert len(trace.files) <= files, trace.files
    assert set(trace.steps) <= linked(section)


def linked(section: str) -> set[str]:
    """Return the files of functions/ that a section of the page links to."""
    return set(re.findall(r"\(\.\./functions/([\w/]+\.py)\)", text_of(section)))


def text_of(section: str) -> str:
    """Return a section of the page."""
    _, _, text = PAGE.read_text().partition(f"## {section}\n")
    return text.partition("\n## ")[0]


def comment_trace(stack: Stack) -> FileTrace:
    stack.post(payloads.delivery(payloads.message("before")))  # a warm environment, as most calls find it
    delivery = payloads.delivery(payloads.post())
    with traced("webhook") as trace:
        assert stack.post(delivery)["statusCode"] == 200
    return trace


def reply_trace(stack: Stack, console: Console, monkeypatch: pytest.MonkeyPatch) -> FileTrace:
    post = visitor_post()
    path, body = f"/conversations/{post}/replies", {"text": "Bitte neu starten."}
    assert console.post(path, body).status == 201
    commit, until_stored = conversations.commit, FileTrace("console")
    with traced("console") as trace:

        def stored(*arguments: object, **more: object) -> None:
            commit(*arguments, **more)  # type: ignore[arg-type]
            until_stored.files, until_stored.steps = list(trace.files), list(trace.steps)
            until_stored.returns = list(trace.returns)

        monkeypatch.setattr(conversations, "commit", stored)
        assert console.post(path, body).status == 201
    return until_stored


def send_trace(stack: Stack, console: Console) -> FileTrace:
    stack.post(payloads.delivery(payloads.post()))
    stack.settle()
    path = f"/conversations/{stack.only().id}/replies"
    traces = []
    for number in range(2):  # the first one warms the environment
        assert console.post(path, {"text": "Bitte neu starten."}).status == 201
        stack.dispatch()
        stack.platform.says({"id": f"1_{number}"})
        batch = stack.receive()
        with traced("reply") as trace:
            assert stack.reply(batch) == set()
        traces.append(trace)
        for record in batch:
            stack.client("sqs").delete_message(QueueUrl=stack.queue, ReceiptHandle=record["receiptHandle"])
    return traces[-1]


def test_comment_takes_at_most_ten_steps_to_the_table(stack: Stack) -> None:
    hold(COMMENT, comment_trace(stack), steps=6, returns=0, files=25)


def test_reply_takes_at_most_sixteen_steps_until_it_is_stored(
    stack: Stack, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Returns: the head is folded before the decision and after it, the table is read before and written after, and the
    decision asks the loaded conversation what is answered, whether messages name recipients, and what was seen.

    Files: two are the generated check of the body and the checks of JSON values that it calls; behind the step ``fold``
    stand the modules into which the fold is divided, none longer than 300 lines. One packs heads, behind storage. One
    step asks who is gone, since a token outlives an account that was switched off.
    """
    hold(REPLY, reply_trace(stack, console, monkeypatch), steps=16, returns=13, files=47)


def test_send_takes_at_most_ten_steps(stack: Stack, console: Console) -> None:
    """Returns: the message is leased before it is sent and noted afterwards, so that the table is written twice.

    Files: two do what libraries did more slowly, bodies of requests to the table and answers to batches of the queue;
    one unpacks heads, behind storage; one has the calls and answers that the transport and the network exchange, so
    that neither imports the other.
    """
    hold(SEND, send_trace(stack, console), steps=10, returns=4, files=33)
