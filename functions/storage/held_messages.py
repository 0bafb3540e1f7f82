"""Messages that wait for a connection, for as long as that takes: longer than a queue keeps them.

A connection that a person holds, or whose token is dead, may stay so for days. Its messages leave the queue and stand
here, in the order in which they were written; as soon as the connection works they are put back, in that order, before
what is written from then on.
"""

from __future__ import annotations

from aws import outbox
from storage import connections, table
from storage.schema import marker


def park(channel: str, connection: str, conversation: str, action: str) -> None:
    """Have a message wait until the connection works; twice is once."""
    table.put(marker((_partition(channel, connection), f"{action}#{conversation}")))
    connections.note_connection(channel, connection, parked=1)


def resume(channel: str, connection: str, now: int) -> int:
    """Put all that waits back into the queue, oldest first; returns how many that were. ``now`` in milliseconds.

    The connection's mark goes last: what is written meanwhile waits behind those, and is found by the last look.
    """
    found = _all(channel, connection, now)
    connections.note_connection(channel, connection, parked=0)
    return found + _all(channel, connection, now)


def _all(channel: str, connection: str, now: int) -> int:
    found = 0
    for item in table.query("pk = :pk", pk=_partition(channel, connection)):
        action, _, conversation = item["sk"].partition("#")
        outbox.enqueue_again(conversation, action, now)
        table.delete((item["pk"], item["sk"]))
        found += 1
    return found


def _partition(channel: str, connection: str) -> str:
    return f"parked#{channel}/{connection}"
