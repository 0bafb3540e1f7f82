"""Cursors of the platforms that are polled: one item per connection, changed by one run at a time.

Two runs that overlap read the same and store the same, which is once; the later one finds the cursor moved and stops.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from storage import table
from storage.schema import LeaveOut, Schema

if TYPE_CHECKING:
    from storage.keys import Key


class Cursor(Struct, frozen=True):
    """Position and time (milliseconds) of the next poll. ``version`` counts changes, ``failures`` those in a row."""

    value: str = ""
    version: int = 0
    not_before: int = 0
    failures: int = 0


CURSOR = Schema(Cursor, leave_out=LeaveOut.NONE, value="cur", version="n", not_before="nb", failures="fail")


def read(channel: str, connection: str) -> Cursor:
    """The cursor of a connection, as it is now; a new one if nobody has asked yet."""
    return CURSOR.read(table.get(*_key(channel, connection)) or {})


def advance(channel: str, connection: str, before: Cursor, value: str, not_before: int = 0) -> Cursor:
    """Move a cursor on; raises ``Conflict`` if another run did meanwhile."""
    return _change(channel, connection, before, Cursor(value, before.version + 1, not_before))


def hold_back(channel: str, connection: str, before: Cursor, not_before: int) -> Cursor:
    """Ask again only from a time on; raises ``Conflict`` if another run moved the cursor meanwhile."""
    return _change(
        channel, connection, before, Cursor(before.value, before.version + 1, not_before, before.failures + 1)
    )


def drop(channel: str, connection: str) -> None:
    """Forget how far a connection was read."""
    table.delete(_key(channel, connection))


def _change(channel: str, connection: str, before: Cursor, after: Cursor) -> Cursor:
    item = CURSOR.item(_key(channel, connection), after)
    if before.version:
        table.put(item, "n = :n", n=before.version)
    else:
        table.put(item, "attribute_not_exists(pk)")
    return after


def _key(channel: str, connection: str) -> Key:
    return "cursors", f"{channel}/{connection}"
