"""The square's time: the real one plus an offset that tests can move, so that a week need not be waited for."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Milliseconds since 1970, always whole numbers, as Messenger counts."""

    def __init__(self, offset_ms: int = 0) -> None:
        self.offset_ms = offset_ms

    def now(self) -> int:
        return int(time.time() * 1000) + self.offset_ms

    def advance(self, seconds: float) -> None:
        self.offset_ms += int(seconds * 1000)


def iso(milliseconds: int) -> str:
    """A time as the Graph API writes it: seconds, UTC, no colon in the offset."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
