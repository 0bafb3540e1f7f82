"""A cached list of the existing connections, so that guessing names costs next to nothing.

A name that is not on it may be that of a connection made just now, so the list is read again: a few times at once, and
then so often as time passes and no more, however many names are tried.
"""

from __future__ import annotations

import time

from msgspec import Struct

from shared import names, settings
from storage import connections

READS = 5
"""Number of times that the list is read again at once, at most."""
SECONDS_EACH = 2.0
"""Seconds after which one more read is permitted."""


class _List(Struct):
    names: frozenset[tuple[str, str]] | None = None
    reads: float = READS
    counted_at: float = 0.0

    def may_be_read(self, now: float) -> bool:
        """Return whether it may be read again; if so, that counts."""
        self.reads = min(READS, self.reads + (now - self.counted_at) / SECONDS_EACH)
        self.counted_at = now
        if self.reads < 1:
            return False
        self.reads -= 1
        return True


_lists: dict[str, _List] = {}


def is_known(channel: str, connection: str) -> bool:
    """Return whether there is a connection of this name; raises ``store.NotStored`` where the table cannot be asked.

    One that was taken away stays on the list; it has no secrets any more.
    """
    table = settings.table_name()
    kept = _lists.get(table)
    if kept and kept.names and (channel, connection) in kept.names:
        return True
    if not names.is_connection(channel, connection):
        return False
    kept = kept or _lists.setdefault(table, _List())
    if kept.names is None or kept.may_be_read(time.monotonic()):
        kept.names = connections.connection_names()
    return (channel, connection) in kept.names
