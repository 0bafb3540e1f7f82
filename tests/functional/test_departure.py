"""Failures before a request was sent are shown as not sent; a message may have arrived after later failures."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from channels import _http
from channels import facebook as module
from channels.base import Credentials, Outbound
from conversations.actions import State, Verb
from reply import last_checks, pausing
from shared import departure
from tests.functional.test_reply import NOW, SENT, carry_out, sends, state, write
from tests.support import payloads
from tests.support.stack import Stack


class Breaking:
    """Facebook's channel, with an error that nobody foresaw at one place."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._try_send = type(module.channel.sender).try_send
        self._monkeypatch = monkeypatch

    def before(self, error: Exception) -> None:
        def broken(channel: Any, message: Outbound, credentials: Credentials) -> str:
            raise error

        self._monkeypatch.setattr(type(module.channel.sender), "try_send", broken)

    def after(self, error: Exception) -> None:
        whole = self._try_send

        def broken(channel: Any, message: Outbound, credentials: Credentials) -> str:
            whole(channel, message, credentials)
            raise error

        self._monkeypatch.setattr(type(module.channel.sender), "try_send", broken)

    def between(self, error: Exception, url: str) -> None:
        """It asks the platform something first, and breaks over the answer."""

        def broken(channel: Any, message: Outbound, credentials: Credentials) -> str:
            _http.send(_http.Call("GET", url, {}, {}))
            raise error

        self._monkeypatch.setattr(type(module.channel.sender), "try_send", broken)


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> Iterator[Breaking]:
    yield Breaking(monkeypatch)


@pytest.fixture
def waiting(stack: Stack) -> tuple[Stack, str]:
    stack.post(payloads.delivery(payloads.post()))
    stack.dispatch()
    return stack, write(stack, "Bitte neu starten")


def address_of(stack: Stack) -> str:
    return f"http://127.0.0.1:{stack.platform.port}/"


ERRORS = [ValueError("a\nBcc: x"), KeyError("k"), AttributeError(), UnicodeError(), RecursionError(), AssertionError()]


@pytest.mark.invariant(3)
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_message_that_broke_before_it_left_is_shown_as_not_sent(
    waiting: tuple[Stack, str], breaking: Breaking, error: Exception
) -> None:
    stack, message = waiting
    breaking.before(error)
    carry_out(stack, message)
    assert (state(stack, message), sends(stack)) == ((State.FAILED, "not_sent"), [])


def test_message_that_broke_after_only_asking_is_shown_as_not_sent(
    waiting: tuple[Stack, str], breaking: Breaking
) -> None:
    stack, message = waiting
    stack.platform.says({"id": "1"})
    breaking.between(ValueError("x"), address_of(stack))
    carry_out(stack, message)
    assert state(stack, message) == (State.FAILED, "not_sent")


@pytest.mark.invariant(3)
def test_message_that_broke_after_it_left_is_looked_for(waiting: tuple[Stack, str], breaking: Breaking) -> None:
    stack, message = waiting
    stack.platform.says(SENT)
    breaking.after(ValueError("x"))
    with pytest.raises(pausing.RetryLater):
        carry_out(stack, message)
    assert state(stack, message) == (State.UNCONFIRMED, "unconfirmed")
    assert sends(stack) == ["Bitte neu starten"]


def test_message_whose_table_fails_before_it_left_waits_in_the_queue(
    waiting: tuple[Stack, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stack, _ = waiting

    def fails(*_arguments: object) -> str:
        raise OSError("the table does not answer")

    question = write(stack, "Geht es?", Verb.ASK, NOW + 1)
    monkeypatch.setattr(last_checks, "reason_against", fails)
    with pytest.raises(OSError):
        carry_out(stack, question)
    assert state(stack, question) == (State.QUEUED, "")


@pytest.mark.parametrize(
    ("call", "has_left"),
    [
        (lambda url: _http.Call("POST", url, {}, {}, form={"a": "b"}), True),
        (lambda url: _http.Call("DELETE", url, {}, {}), True),
        (lambda url: _http.Call("GET", url, {}, {}), False),
        (lambda url: _http.Call("POST", "http://127.0.0.1:1/", {}, {}, form={"a": "b"}), False),
        (lambda url: _http.Call("POST", "http://[bad", {}, {}), False),
        (lambda url: _http.Call("POST", url, {"X": "a\r\nb"}, {}), False),
        (lambda url: _http.Call("POST", url, {"X": "\u2028"}, {}), False),
        (lambda url: _http.Call("POST", url, {}, {}, json={"a": float("nan")}), False),
        (lambda url: _http.Call("POST", url, {}, {}, json=object()), False),
    ],
)
def test_request_has_left_with_its_first_byte_and_not_before(
    stack: Stack, call: Callable[[str], _http.Call], has_left: bool
) -> None:
    stack.platform.says({"id": "1"})
    departure.begin()
    # What is raised matters to others; here, whether a byte went out.
    with contextlib.suppress(_http.NoAnswer, ValueError, TypeError):
        _http.send(call(address_of(stack)))
    assert departure.left() == has_left
