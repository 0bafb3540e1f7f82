"""The status of agents as the API shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.times import when

if TYPE_CHECKING:
    from console.actions.availability import AgentStatus


def agent_status(found: AgentStatus) -> dict[str, Any]:
    """Return the status of an agent, how much they want to hold, and since when it is so."""
    counted = {} if found.held is None else {"held": found.held}
    return counted | {
        "agent": {"id": found.agent_id, "name": found.name or None},
        "status": found.status,
        "capacity": found.capacity or None,
        "since": when(found.since or None),
    }
