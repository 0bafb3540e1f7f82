"""Records of a queue that come again after one of them failed."""

from __future__ import annotations

from typing import Any

from shared import partial_batches

Record = dict[str, Any]


def _messages(*names: str) -> list[Record]:
    """Return messages; the first letter of a name is its group."""
    return [{"messageId": name, "attributes": {"MessageGroupId": name[0]}} for name in names]


class _Refusing:
    """Fails for some messages, and remembers all that it was given."""

    def __init__(self, *names: str) -> None:
        self.handled: list[str] = []
        self._refused = names

    def __call__(self, record: Record) -> None:
        self.handled.append(record["messageId"])
        if record["messageId"] in self._refused:
            raise ValueError


def _failed(answer: partial_batches.Answer) -> list[str]:
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_answer_is_empty_when_all_messages_are_handled() -> None:
    handle = _Refusing()
    assert partial_batches.each_message(_messages("a1", "a2"), handle) == {"batchItemFailures": []}
    assert handle.handled == ["a1", "a2"]


def test_message_that_failed_comes_again_and_later_ones_are_handled() -> None:
    handle = _Refusing("a1", "b1")
    assert _failed(partial_batches.each_message(_messages("a1", "a2", "b1"), handle)) == ["a1", "b1"]
    assert handle.handled == ["a1", "a2", "b1"]


def test_message_after_a_failure_in_its_group_comes_again_without_being_handled() -> None:
    handle = _Refusing("a1")
    answer = partial_batches.each_in_order(_messages("a1", "b1", "a2", "b2", "a3"), handle)
    assert _failed(answer) == ["a1", "a2", "a3"]
    assert handle.handled == ["a1", "b1", "b2"]
