"""The body of a statement about one message, read into a value."""

from __future__ import annotations

from msgspec import Struct

from console.bodies.json_types import Body
from conversations.actions import Attention


class Statement(Struct, frozen=True):
    """The state of a message, as an agent states it, and why."""

    state: Attention
    reason: str = ""
    seen: str | None = None
    """The last message the agent saw."""


def statement(body: Body) -> Statement:
    """The body of ``PUT …/messages/{message_id}/attention``; the reason as one line."""
    return Statement(Attention(body["state"]), " ".join((body.get("reason") or "").split()), body.get("seen"))
