"""Log lines of functions on the embedded stack: all that were written are taken up, and no other is waited for."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from infra.local import function_logs

LONG_SECONDS = 30.0


@contextmanager
def _worker(written: bytes, *, read_after: float | None) -> Iterator[SimpleNamespace]:
    """A worker whose process wrote this; lines are read from its pipe after so many seconds, or never."""
    reading, writing = os.pipe()
    lines: queue.Queue[str] = queue.Queue()
    with os.fdopen(reading) as stderr, os.fdopen(writing, "wb") as output:
        output.write(written)
        output.flush()

        def read() -> None:
            time.sleep(read_after or 0)
            for line in stderr:
                lines.put(line.rstrip("\n"))

        reader = threading.Thread(target=read, daemon=True)
        if read_after is not None:
            reader.start()
        yield SimpleNamespace(_proc=SimpleNamespace(stderr=stderr), _stderr_queue=lines)
        output.close()
        if read_after is not None:
            reader.join()


def test_answer_of_a_function_that_logs_nothing_is_handed_on_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(function_logs, "WRITTEN_SECONDS", LONG_SECONDS)
    began = time.monotonic()
    with _worker(b"", read_after=0) as worker:
        assert function_logs.drain(worker) == ""
    assert time.monotonic() - began < LONG_SECONDS


def test_lines_that_a_function_wrote_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """However late they are read from the pipe."""
    monkeypatch.setattr(function_logs, "WRITTEN_SECONDS", LONG_SECONDS)
    monkeypatch.setattr(function_logs, "NEXT_SECONDS", 1.0)
    monkeypatch.setattr(function_logs, "MOST_SECONDS", LONG_SECONDS)
    with _worker(b"one line\nand another\n", read_after=0.1) as worker:
        assert function_logs.drain(worker) == "one line\nand another"


def test_lines_that_nobody_reads_do_not_hold_back_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(function_logs, "WRITTEN_SECONDS", 0.01)
    with _worker(b"one line\n", read_after=None) as worker:
        assert function_logs.drain(worker) == ""
