"""Presence in conversations: who looks at one and who types there, noted, and told to the others at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aws import clients, live_pushes
from shared.telemetry import logger
from storage import change_counters, conversations, live_connections, teams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.facts import Author
    from storage.change_counters import Present, Pulse
    from storage.live_connections import Connection


def mark(conversation: str, agent: Author, is_typing: bool, seen: Pulse, now: int, comes: bool = False) -> None:
    """Note that an agent looks at a conversation, and tell the others there if that is new; ``seen`` is what was read.

    An agent who ``comes`` may have been noted before, of which the others were told nothing.
    """
    before = seen.present
    change_counters.mark_present(conversation, agent, is_typing, before, now)
    mine = next((each for each in before if each.agent.id == agent.id), None)
    is_new = comes or mine is None or mine.typing or is_typing or now - mine.at >= change_counters.AWAY
    if is_new and seen.is_live(now):
        me = change_counters.Present(agent, is_typing, now)
        others = [each for each in _viewers(conversation, now) if each.agent != agent.id]
        _tell(conversation, others, [*(each for each in before if each.agent.id != agent.id), me], now)


def leave(conversation: str, agent_id: str, connection_id: str, now: int) -> None:
    """Note that a connection shows a conversation no more, and tell those who do."""
    viewers = _viewers(conversation, now)
    if any(each.agent == agent_id and each.id != connection_id for each in viewers):
        return
    change_counters.mark_absent(conversation, agent_id)
    if others := [each for each in viewers if each.agent != agent_id]:
        present = change_counters.read(conversation, now).present
        _tell(conversation, others, [each for each in present if each.agent.id != agent_id], now)


def shown(present: Sequence[Present], reader: str, now: int) -> list[dict[str, Any]]:
    """Return the others who are there, as pages are told."""
    return [
        {
            "agent": {"id": each.agent.id, "name": each.agent.name},
            "typing": each.typing,
            "at": datetime.fromtimestamp(each.at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        for each in present
        if each.agent.id != reader and now - each.at < change_counters.AWAY
    ]


def _tell(conversation: str, others: Sequence[Connection], present: Sequence[Present], now: int) -> None:
    """Push who is in a conversation to others who look at it; a push that fails fails nothing."""
    gone = []
    for each in others:
        content = {"type": "presence", "conversation": conversation, "present": shown(present, each.agent, now)}
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
