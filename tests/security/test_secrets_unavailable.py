"""Attacks that wear SSM down: functions that read secrets wait, lose nothing and stop no connection."""

from __future__ import annotations

import json
import time

import pytest

from application.connections import session
from aws import secrets
from channels.base import Reason, TransientFailure
from conversations.actions import State
from reply import pausing, tasks
from storage import connections
from tests.functional.console_api import Console
from tests.security.test_webhook import failing
from tests.support import payloads
from tests.support.stack import CONNECTION, Stack


def now() -> int:
    """The time, in milliseconds."""
    return time.time_ns() // 1_000_000


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalServerError", "AccessDeniedException"])
def test_secrets_that_cannot_be_read_are_a_failure_that_passes(stack: Stack, code: str) -> None:
    """Reply, media and listen get their secrets so, and try again later; none takes the connection for gone."""
    for ask in (session.fresh, session.refused):
        with failing("ssm", code), pytest.raises(TransientFailure) as failure:
            ask("facebook", CONNECTION, now())
        assert failure.value.reason == Reason.RETRY
    assert session.fresh("facebook", CONNECTION, now()).account_id


def test_an_answer_waits_and_leaves_once_secrets_can_be_read(stack: Stack, console: Console) -> None:
    stack.post(payloads.delivery(payloads.message("m1", at=now())))
    stack.settle()
    secrets.drop("facebook", CONNECTION)  # forgets what is kept
    stack.connect()
    (head,) = console.get("/conversations").body["items"]
    assert console.post(f"/conversations/{head['id']}/replies", {"text": "Gern!"}).status == 201
    stack.dispatch()
    (record,) = stack.receive()
    with failing("ssm", "ThrottlingException"), pytest.raises(pausing.RetryLater):
        tasks.carry_out(json.loads(record["body"]), 1, now())
    assert stack.messages()[-1].state == State.QUEUED
    assert not connections.connection("facebook", CONNECTION).problem


@pytest.mark.invariant(9)
def test_an_answer_is_shown_as_failed_before_the_queue_gives_it_up(stack: Stack, console: Console) -> None:
    stack.post(payloads.delivery(payloads.message("m1", at=now())))
    stack.settle()
    secrets.drop("facebook", CONNECTION)
    stack.connect()
    (head,) = console.get("/conversations").body["items"]
    assert console.post(f"/conversations/{head['id']}/replies", {"text": "Gern!"}).status == 201
    stack.dispatch()
    (record,) = stack.receive()
    task, receives = json.loads(record["body"]), pausing.PATIENCE + 1
    with failing("ssm", "AccessDeniedException"), pytest.raises(TransientFailure):
        tasks.carry_out(task, receives, now())
    assert tasks.give_up(task, receives)
    assert (stack.messages()[-1].state, stack.messages()[-1].reason) == (State.FAILED, "error")


def test_an_administrator_hears_that_it_is_to_be_tried_again(stack: Stack, admin: Console) -> None:
    with failing("ssm", "ThrottlingException"):
        answer = admin.delete(f"/connections/facebook/{CONNECTION}")
    assert (answer.status, answer.body["error"]) == (503, "unavailable")
    assert secrets.read("facebook", CONNECTION)
    assert connections.connection("facebook", CONNECTION).account_id
