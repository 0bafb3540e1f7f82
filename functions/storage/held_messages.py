"""Messages that wait for a connection, for as long as that takes: longer than a queue keeps them.

A connection that a person holds, or whose token is dead, may stay so for days. Its messages leave the queue and stand
here, in the order in which they were written; as soon as the connection works they are put back, in that order, before
what is written from then on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws import outbox
from storage import connections, table
from storage.erased_conversations import CLOCKS_APART
from storage.schema import marker

if TYPE_CHECKING:
    from conversations.actions import Action
    from storage.connections import Connection


def park(channel: str, connection: str, conversation: str, action: str) -> None:
    """Have a message wait until the connection works; twice is once."""
    table.put(marker((_partition(channel, connection), f"{action}#{conversation}")))
    connections.note_connection(channel, connection, parked=1)


def resume(channel: str, connection: str, now: int) -> int:
    """Put all that waits back into the queue, oldest first; returns how many that were. ``now`` in milliseconds.

    The connection's mark goes last: what is written meanwhile waits behind those, and is found by the last look.
    """
    found = _all(channel, connection, now)
    connections.note_connection(channel, connection, parked=0, resumed_at=now)
    return found + _all(channel, connection, now)


def queue_behind(connection: Connection, conversation: str, action: Action, now: int) -> bool:
    """Put a message behind those that came back from waiting, if it may have been in the queue before them.

    Returns whether it was put there: then its place in front of them is to be left. ``now`` in milliseconds.
    """
    if action.at > connection.resumed_at + CLOCKS_APART:
        return False
    outbox.enqueue_again(conversation, action.id, now)
    return True


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
