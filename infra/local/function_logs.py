"""Takes up the log lines of a function's process after an invocation, and waits for none that were not written.

MiniStack waits 50 ms for a first line before it hands the answer on, and asks a thousand times a second whether there
are more. On AWS, logs delay no answer.
"""

from __future__ import annotations

import fcntl
import queue
import struct
import termios
import time
from typing import Any

HANDED_ON_SECONDS = 0.003
"""Within this time a line that was read from the pipe stands in the queue."""
NEXT_SECONDS = 0.005
"""Within this time the next line stands there, if several were read together."""
WRITTEN_SECONDS = 0.05
"""Within this time a line that stands in the pipe is read, and stands in the queue."""
MOST_SECONDS = 0.25
"""The time after which an answer is handed on, however much the process still writes."""


def drain(worker: Any) -> str:
    """Return the lines that a worker's process wrote for an invocation."""
    lines: list[str] = []
    end = time.monotonic() + MOST_SECONDS
    while time.monotonic() < end:
        usual = NEXT_SECONDS if lines else HANDED_ON_SECONDS
        try:
            lines.append(worker._stderr_queue.get(timeout=WRITTEN_SECONDS if _is_written(worker._proc) else usual))
        except queue.Empty:
            break
    return "\n".join(lines)


def _is_written(process: Any) -> bool:
    """Return whether lines stand in the pipe. A function writes them before its answer."""
    if process is None or process.stderr is None:
        return True  # it has ended, and what it wrote last may still be read
    waiting = fcntl.ioctl(process.stderr.fileno(), termios.FIONREAD, b"\0" * 4)
    return struct.unpack("i", waiting)[0] > 0
