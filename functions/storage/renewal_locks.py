"""The lock under which the tokens of a connection are renewed."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from storage import table
from storage.schema import LeaveOut, Schema

if TYPE_CHECKING:
    from collections.abc import Iterator


class Lock(Struct, frozen=True):
    """A lock that only one function holds at a time."""

    until: int
    """Time at which it ends by itself (milliseconds)."""


LOCK = Schema(Lock, leave_out=LeaveOut.NONE, until="le")


@contextmanager
def held(channel: str, name: str, now: int, until: int) -> Iterator[bool]:
    """Hold the lock of a connection for a block, until a time (milliseconds) at most; yields whether it was free."""
    is_free = acquire(channel, name, now, until)
    try:
        yield is_free
    finally:
        if is_free:
            release(channel, name, until)


def acquire(channel: str, name: str, now: int, until: int) -> bool:
    """Take the lock of a connection until a time (milliseconds); return whether it was free."""
    lock = LOCK.item(("renewing", f"{channel}/{name}"), Lock(until))
    try:
        table.put(lock, "attribute_not_exists(le) OR le < :now", now=now)
    except table.Conflict:
        return False
    return True


def release(channel: str, name: str, until: int) -> None:
    """Release the lock that was taken until a time (milliseconds); one that ran out may be another's by now."""
    with suppress(table.Conflict):
        table.delete(("renewing", f"{channel}/{name}"), "le = :until", until=until)
