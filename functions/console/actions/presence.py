"""Changes since an agent looked, and the colleagues who look at the same conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from application import presence
from console import authorization
from storage import change_counters

if TYPE_CHECKING:
    from console.authorization import Agent
    from storage.change_counters import Present, Pulse


def look(agent: Agent, conversation_id: str, is_typing: bool, now: int) -> tuple[Pulse, list[Present]]:
    """Return what changed and the others who are there, and note that this agent is; the id may be empty.

    Those who look at it over a live connection are told.
    """
    pulse = change_counters.read("" if authorization.is_hidden(agent, conversation_id) else conversation_id, now)
    pulse = replace(pulse, teams={name: pulse.teams[name] for name in authorization.visible(agent, pulse.teams)})
    if pulse.version is not None:
        presence.mark(conversation_id, agent.author, is_typing, pulse, now)
    others = [each for each in pulse.present if each.agent.id != agent.id and now - each.at < change_counters.AWAY]
    return pulse, others
