"""The end of a stack's log, in the report of a test on it that failed: the stack and its files are gone afterwards."""

from __future__ import annotations

import contextlib
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SHOWN = 60
"""Lines of the log, and as many that tell of faults."""
LONGEST = 400
"""Characters of a line."""
_FAULT = re.compile(r"WARN|ERROR|CRITICAL|Traceback|[a-z]Error\b|[a-z]Exception\b|timed out")


def end_of_log(log: Path) -> str:
    """Return the last lines of a log, after the last ones that tell of faults; empty where there is none."""
    if not log.exists():
        return ""
    last, faults = deque[str](maxlen=SHOWN), deque[str](maxlen=SHOWN)
    for line in _lines(log):
        last.append(line)
        if _FAULT.search(line):
            faults.append(line)
    return "\n".join(["faults:", *faults, "last lines:", *last])


def add_log(report: Any, item: Any) -> None:
    """Add the log of the stack on which a test failed to its report."""
    stack = getattr(item, "funcargs", {}).get("stack")
    if report.failed and stack is not None:
        report.sections.append(("log of the stack", end_of_log(stack.directory / "aws.log")))


@contextlib.contextmanager
def noting_log(log: Path) -> Iterator[None]:
    """Note the end of a log at the error that the block raises: a fixture that fails has no stack to show."""
    try:
        yield
    except BaseException as error:  # a time-out of pytest is no Exception
        error.add_note(end_of_log(log))
        raise


def _lines(log: Path) -> Iterator[str]:
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            yield line.rstrip()[:LONGEST]
