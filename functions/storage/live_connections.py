"""The live connections of pages: who holds each, what it looks at, and when it ends.

All are in one partition, which dispatch reads with one request per batch, and which the stream leaves out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from storage import table
from storage.schema import Schema, flag, text_set

if TYPE_CHECKING:
    from collections.abc import Sequence

PARTITION = "live"


class Connection(Struct, frozen=True):
    """An open connection."""

    id: str
    agent: str = ""
    name: str = ""
    is_admin: bool = False
    until: int = 0
    """Time (milliseconds) from which nothing is pushed to it any more: the token behind it has ended."""
    teams: tuple[str, ...] = ()
    """Teams whose lists are shown; empty for all that the agent sees."""
    without_lists: bool = False
    """No list is shown."""
    conversation: str = ""
    """The conversation that is shown; empty for none."""
    minute: int = 0
    """The minute (since 1970) in which ``messages`` came."""
    messages: int = 0


CONNECTION = Schema(
    Connection,
    agent="a",
    name="n",
    is_admin=flag("ad"),
    until="u",
    teams=text_set("tm"),
    without_lists=flag("nl"),
    conversation="cv",
    minute="mi",
    messages="mc",
)
"""The id stands in the key."""


def put(connection: Connection) -> None:
    """Keep a connection as it is now."""
    table.put(CONNECTION.item((PARTITION, connection.id), connection, connection.until // 1000))


def replace(connection: Connection) -> bool:
    """Keep what changed of a connection; return whether it is still there."""
    item = CONNECTION.item((PARTITION, connection.id), connection, connection.until // 1000)
    try:
        table.put(item, "attribute_exists(pk)")
    except table.Conflict:
        return False
    return True


def get(connection_id: str) -> Connection | None:
    """Return a connection, if it is known."""
    item = table.get(PARTITION, connection_id)
    return CONNECTION.read(item, id=connection_id) if item else None


def everyone(now: int) -> list[Connection]:
    """Return the connections that have not ended at a time (milliseconds)."""
    found = [CONNECTION.read(item, id=item["sk"]) for item in table.query("pk = :pk", pk=PARTITION)]
    return [connection for connection in found if connection.until > now]


def forget(ids: Sequence[str]) -> None:
    """Forget connections that were closed."""
    if ids:
        table.remove([(PARTITION, connection_id) for connection_id in ids])
