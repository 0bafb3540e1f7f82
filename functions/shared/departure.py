"""Notes if a request that may change something on a platform has begun to leave this process.

Whatever fails before its first byte is handed to a socket was certainly not sent, and may be shown so; what fails
after it may have arrived. A request that only reads is not counted: no message is sent by it.
"""

from __future__ import annotations

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class _Departure:
    """The state of the message that this process sends now; it sends one at a time."""

    left = False


def begin() -> None:
    """Forget what left before."""
    _Departure.left = False


def note(method: str) -> None:
    """Say that the next byte of a request goes out."""
    if method.upper() not in READING:
        _Departure.left = True


def left() -> bool:
    """Tell if a request that may change something has left since ``begin``."""
    return _Departure.left
