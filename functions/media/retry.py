"""The wait before something of the queue is tried again, and the end of trying."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from channels.base import Reason, TransientFailure, UnconfirmedSend

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 8
"""Receives after which what does not come for passing reasons is given up."""
LONGEST_BACKOFF = 900
"""Seconds."""


class Later(Exception):
    """Not now: try again in so many ``seconds``; 0 leaves the time to ``again``."""

    def __init__(self, seconds: float, reason: str) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.reason = reason

    def again(self, receives: int) -> Later | None:
        """Return the wait after so many receives of the message; None if it is to be given up."""
        if receives >= PATIENCE:
            return None
        return Later(self.seconds or min(2.0**receives, LONGEST_BACKOFF), self.reason)


@contextmanager
def waiting_for_platform() -> Iterator[None]:
    """Translate a channel's passing failures into ``Later``."""
    try:
        yield
    except TransientFailure as failure:
        raise Later(failure.retry_after or 0, failure.reason) from None
    except UnconfirmedSend:
        raise Later(0, Reason.RETRY) from None
