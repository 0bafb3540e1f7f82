"""Log lines of functions on the embedded stack: no answer waits for a line that was not written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from infra.local import function_logs

USUAL = 0.05


def _wait_with(written: bytes) -> float:
    """Return how long a first line is waited for after a process wrote this."""

    def drain(_worker: Any, first_line_wait: float = USUAL) -> str:
        return str(first_line_wait)

    with _process(written) as process:
        return float(function_logs.drain_at_once(drain)(SimpleNamespace(_proc=process)))


@contextmanager
def _process(written: bytes) -> Iterator[SimpleNamespace]:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stderr, os.fdopen(writing, "wb") as output:
        output.write(written)
        output.flush()
        yield SimpleNamespace(stderr=stderr)


def test_answer_of_a_function_that_logs_nothing_is_handed_on_at_once() -> None:
    assert _wait_with(b"") == function_logs.HANDED_ON_SECONDS


def test_lines_that_a_function_wrote_are_waited_for() -> None:
    assert _wait_with(b"a line\n") == USUAL
