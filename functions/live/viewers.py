"""Presence over live connections: who looks at the same conversation, and who types there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aws import clients, live_pushes
from conversations.facts import Author
from shared.telemetry import logger
from storage import change_counters, conversations, live_connections, teams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.change_counters import Present, Pulse
    from storage.live_connections import Connection


@dataclass(frozen=True, slots=True)
class Seen:
    """The counters that a connection sees, and who was in its conversation."""

    pulse: Pulse
    closed: frozenset[str]
    """Teams that its agent does not see."""


def look(connection: Connection, now: int) -> Seen:
    """Return what a connection sees now; a conversation that its agent does not see is as if it were not there."""
    closed = teams.closed_to(connection.agent, connection.is_admin)
    conversation = connection.conversation
    if conversation and closed:
        head = conversations.head(conversation)
        conversation = conversation if head and head.identity.team not in closed else ""
    return Seen(change_counters.read(conversation, now), closed)


def document(connection: Connection, seen: Seen, now: int) -> dict[str, Any]:
    """Return what a connection sees, as ``GET /api/pulse`` tells it."""
    pulse = seen.pulse
    conversation = None
    if pulse.version is not None:
        conversation = {"id": connection.conversation, "version": pulse.version, "changes": pulse.changes}
    return {
        "teams": {name: number for name, number in pulse.teams.items() if name not in seen.closed},
        "conversation": conversation,
        "present": _shown(pulse.present, connection.agent, now),
    }


def mark(connection: Connection, seen: Seen, is_typing: bool, comes: bool, now: int) -> None:
    """Note that an agent looks at a conversation, and tell the others there if that is new.

    An agent who ``comes`` may have been noted before, by a poll, of which the others were told nothing.
    """
    agent, before = Author(connection.agent, connection.name), seen.pulse.present
    change_counters.mark_present(connection.conversation, agent, is_typing, before, now)
    mine = next((each for each in before if each.agent.id == connection.agent), None)
    if comes or mine is None or mine.typing or is_typing or now - mine.at >= change_counters.AWAY:
        me = change_counters.Present(agent, is_typing, now)
        others = [each for each in before if each.agent.id != connection.agent]
        _tell(connection.conversation, [*others, me], connection.agent, now)


def leave(connection: Connection, now: int) -> None:
    """Note that a connection shows its conversation no more, and tell those who do."""
    conversation = connection.conversation
    still = _viewers(conversation, now)
    if any(each.agent == connection.agent and each.id != connection.id for each in still):
        return
    change_counters.mark_absent(conversation, connection.agent)
    present = change_counters.read(conversation, now).present
    _tell(conversation, [each for each in present if each.agent.id != connection.agent], connection.agent, now)


def close(connection_id: str, now: int) -> None:
    """Forget a connection that was closed, and that its agent was anywhere."""
    connection = live_connections.get(connection_id)
    live_connections.forget([connection_id])
    if connection and connection.conversation:
        leave(connection, now)


def _tell(conversation: str, present: Sequence[Present], agent_id: str, now: int) -> None:
    """Push who is in a conversation to the others who look at it."""
    gone = []
    for each in _viewers(conversation, now):
        if each.agent == agent_id:
            continue
        content = {"type": "presence", "conversation": conversation, "present": _shown(present, each.agent, now)}
        try:
            if not live_pushes.post(each.id, content):
                gone.append(each.id)
        except clients.failures() as failure:
            logger.warning("Push failed", reason=clients.code_of(failure))
    live_connections.forget(gone)


def _viewers(conversation: str, now: int) -> list[Connection]:
    """Return the connections that show a conversation, of agents who still see it."""
    viewers = [each for each in live_connections.everyone(now) if each.conversation == conversation]
    if not viewers or not teams.members_only():
        return viewers
    head = conversations.head(conversation)
    team = head.identity.team if head else ""
    return [each for each in viewers if team not in teams.closed_to(each.agent, each.is_admin)]


def _shown(present: Sequence[Present], reader: str, now: int) -> list[dict[str, Any]]:
    return [
        {
            "agent": {"id": each.agent.id, "name": each.agent.name},
            "typing": each.typing,
            "at": datetime.fromtimestamp(each.at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        for each in present
        if each.agent.id != reader and now - each.at < change_counters.AWAY
    ]
