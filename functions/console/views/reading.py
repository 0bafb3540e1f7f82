"""An agent's read state as the API shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.times import when

if TYPE_CHECKING:
    from console.actions.reading import ReadState


def read_state(state: ReadState) -> dict[str, Any]:
    """Return whether an agent has read a conversation, and when they last did."""
    return {"read": state.is_read, "read_at": when(state.at)}
