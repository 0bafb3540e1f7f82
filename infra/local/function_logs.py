"""Takes up the log lines of a function's process after an invocation, and waits for none that were not written.

MiniStack waits 50 ms for a first line before it hands the answer on. On AWS, logs delay no answer.
"""

from __future__ import annotations

import fcntl
import struct
import termios
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

HANDED_ON_SECONDS = 0.003
"""Within this time a line that was read from the pipe stands in the queue."""


def drain_at_once(drain: Callable[..., str]) -> Callable[..., str]:
    """Return ``Worker._drain_stderr_bounded``, with its usual wait only where the process wrote something."""

    def drain_written(worker: Any, **waits: float) -> str:
        if not _is_written(worker._proc):
            waits["first_line_wait"] = HANDED_ON_SECONDS
        return drain(worker, **waits)

    return drain_written


def _is_written(process: Any) -> bool:
    """Return whether lines stand in the pipe. A function writes them before its answer."""
    if process is None or process.stderr is None:
        return True  # it has ended, or writes lines elsewhere
    waiting = fcntl.ioctl(process.stderr.fileno(), termios.FIONREAD, b"\0" * 4)
    return struct.unpack("i", waiting)[0] > 0
