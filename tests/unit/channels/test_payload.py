"""The guard of deliveries: an update that breaks a parser costs no other, is kept, and leaves a traceback."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

import channels
from channels import _payload
from channels._payload import UnreadableUpdate
from channels.base import MalformedPayload, Request
from conversations.facts import Fact, Kind, Unreadable, Visibility
from tests.unit.channels.samples import samples

WORDS = "my number is 0170 1234567"
ODD_NUMBERS = ("1e400", "-0", "-0.0", "9" * 40, "-" + "9" * 41, "18446744073709551616", "9007199254740993.0", "1E+05")
ODD_BODIES = (
    b'{"a": 1, "b": 2, "a": 3}',
    b'{"a": "\\ud83d"}',
    b'{"a": "\\ud83d\\ude00 \\u0000 \\/"}',
    '{"half": "\ud83d"}'.encode("utf-8", "surrogatepass"),
    '{"a": "Grüße"}'.encode("utf-16"),
    '{"a": "Grüße"}'.encode("utf-8-sig"),
    b'{"a": NaN, "b": Infinity}',
    b" [1] \n",
    b"[" * 300 + b"]" * 300,
    *(f'{{"number": {number}}}'.encode() for number in ODD_NUMBERS),
)


class Log:
    """Takes the place of the logger, and keeps what is written."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def error(self, message: str, **fields: Any) -> None:
        self.lines.append({"message": message, **fields})


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    kept = Log()
    monkeypatch.setattr(_payload.telemetry, "logger", kept)
    return kept


def read(update: dict[str, Any]) -> list[Fact | Unreadable]:
    if "odd" in update:
        raise UnreadableUpdate("no_id")
    message_id = update["id"]
    return [Fact(Kind.MESSAGE, Visibility.PUBLIC, "t", 1, message_id, text=update["text"])]


def test_broken_update_costs_no_other_and_keeps_its_place(log: Log) -> None:
    broken = {"text": WORDS}
    events = _payload.read_each("test", [{"id": "1", "text": "a"}, broken, {"id": "2", "text": "b"}], read)
    assert [event.message_id if isinstance(event, Fact) else event for event in events] == [
        "1",
        Unreadable("broken_update", broken),
        "2",
    ]


def test_traceback_names_exception_and_places_once_with_the_number_of_updates(log: Log) -> None:
    _payload.read_each("test", [{"text": WORDS}, {"id": "1"}, {"text": WORDS}, {"text": "x"}], read)
    assert sorted((line["error"], line["updates"]) for line in log.lines) == [("KeyError", 1), ("KeyError", 3)]
    for line in log.lines:
        assert line["message"] == "Parser failed" and line["channel"] == "test"
        assert line["frames"][-1].startswith("channels/test_payload.py:") and line["frames"][-1].endswith(" read")


@pytest.mark.parametrize(
    "error", [ValueError(WORDS), KeyError(WORDS), RuntimeError(WORDS), AssertionError(WORDS)], ids=repr
)
def test_no_words_of_a_customer_stand_in_the_log(error: Exception, log: Log) -> None:
    def fail(update: dict[str, Any]) -> list[Fact | Unreadable]:
        raise error

    _payload.read_each("test", [{"text": WORDS}], fail)
    assert log.lines and "0170" not in json.dumps(log.lines)


def test_endless_recursion_is_logged_by_its_innermost_frames(log: Log) -> None:
    def deeper(update: dict[str, Any]) -> list[Fact | Unreadable]:
        return deeper(update)

    assert _payload.read_each("test", [{}], deeper) == [Unreadable("broken_update", {})]
    (line,) = log.lines
    assert line["error"] == "RecursionError" and len(line["frames"]) == _payload.FRAMES


def test_update_that_a_parser_refuses_is_no_fault_of_the_parser(log: Log) -> None:
    events = _payload.read_each("test", [{"odd": True}, 5, None, []], read)
    assert events == [Unreadable("no_id", {"odd": True}), *(Unreadable("malformed", each) for each in (5, None, []))]
    assert log.lines == []


def test_parser_that_breaks_after_its_first_fact_tells_nothing_of_the_update(log: Log) -> None:
    def fail_late(update: dict[str, Any]) -> Any:
        yield from read({"id": "1", "text": "a"})
        raise KeyError(WORDS)

    assert _payload.read_each("test", [{}], fail_late) == [Unreadable("broken_update", {})]


def test_value_that_should_be_a_list_is_kept_as_a_whole(log: Log) -> None:
    holder = {"entry": {"id": "1"}}
    assert _payload.read_list("test", holder, "entry", read) == [Unreadable("malformed", holder)]
    assert (
        _payload.read_list("test", {}, "entry", read)
        == _payload.read_list("test", {"entry": None}, "entry", read)
        == []
    )


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000, b"9" * 5000], ids=len)
def test_body_that_is_no_json_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedPayload):
        _payload.document(Request("POST", {}, {}, body))


@pytest.mark.parametrize("body", ODD_BODIES, ids=len)
def test_body_is_read_as_python_reads_json(body: bytes) -> None:
    """Ids are made of what was read, so that another reading would be another message."""
    assert repr(_payload.document(Request("POST", {}, {}, body))) == repr(json.loads(body))


@pytest.mark.parametrize("name", channels.names())
def test_samples_are_read_as_python_reads_json(name: str) -> None:
    bodies = [sample.raw for sample in samples(name) if not sample.malformed]
    for body in bodies:
        assert repr(_payload.document(Request("POST", {}, {}, body))) == repr(json.loads(body))


@pytest.mark.parametrize(
    "body", [b'{"a": "\t"}', b"01", b"[1]x", b'{"a": 1,}', b'{"a": ' + b"9" * 5000 + b"}"], ids=len
)
def test_body_that_python_refuses_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedPayload):
        _payload.document(Request("POST", {}, {}, body))


@pytest.mark.parametrize("name", channels.names())
def test_fault_of_a_channels_parser_leaves_a_traceback(name: str, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(Fact, frozen=True):
        def __post_init__(self) -> None:
            raise KeyError(WORDS)

    channel = channels.get(name)
    telling = [sample for sample in samples(name) if any("kind" in each for each in sample.expect)]
    for module in [each for each in list(sys.modules.values()) if each.__name__.startswith("channels")]:
        if hasattr(module, "Fact"):
            monkeypatch.setattr(module, "Fact", Broken)
    for sample in telling:
        events = channel.receiver.parse(sample.request, sample.credentials)
        assert any(isinstance(event, Unreadable) and event.reason == "broken_update" for event in events)
    assert telling and {line["channel"] for line in log.lines} == {name}
    assert all(line["error"] == "KeyError" and len(line["frames"]) > 1 for line in log.lines)
    assert "0170" not in json.dumps(log.lines)
