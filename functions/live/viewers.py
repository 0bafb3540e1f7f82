"""The view of a live connection: the change counters, and who else is in its conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from application import presence
from storage import change_counters, conversations, live_connections, teams

if TYPE_CHECKING:
    from storage.change_counters import Pulse
    from storage.live_connections import Connection


class Seen(Struct, frozen=True):
    """The counters that a connection sees, and who was in its conversation."""

    pulse: Pulse
    closed: frozenset[str]
    """Teams that its agent does not see."""


def look(connection: Connection, now: int, as_it_is: bool = False) -> Seen:
    """Return what a connection sees now; a conversation that its agent does not see is as if it were not there.

    ``as_it_is`` reads nothing that is a moment old: for a connection that begins to look at something.
    """
    closed = teams.closed_to(connection.agent, connection.is_admin)
    conversation = connection.conversation
    if conversation and closed:
        head = conversations.head(conversation)
        conversation = conversation if head and head.identity.team not in closed else ""
    return Seen(change_counters.read(conversation, now, as_it_is), closed)


def document(connection: Connection, seen: Seen, now: int) -> dict[str, Any]:
    """Return what a connection sees, as ``GET /api/pulse`` tells it."""
    pulse = seen.pulse
    conversation = None
    if pulse.version is not None:
        conversation = {"id": connection.conversation, "version": pulse.version, "changes": pulse.changes}
    return {
        "teams": {name: number for name, number in pulse.teams.items() if name not in seen.closed},
        "conversation": conversation,
        "present": presence.shown(pulse.present, connection.agent, now),
    }


def leave(connection: Connection, now: int) -> None:
    """Note that a connection shows its conversation no more."""
    presence.leave(connection.conversation, connection.agent, connection.id, now)


def close(connection_id: str, now: int) -> None:
    """Forget a connection that was closed, and that its agent was anywhere."""
    connection = live_connections.get(connection_id)
    live_connections.forget([connection_id])
    if connection and connection.conversation:
        leave(connection, now)
