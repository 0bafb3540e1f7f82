"""The state of a message, and the author of the one that a list previews, as the API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.times import when
from conversations.conversation import UNNAMED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conversations.attention import Standing
    from conversations.conversation import Conversation
    from conversations.messages import Message

Json = dict[str, Any]


def about(message: Message, standings: Mapping[str, Standing]) -> Json:
    """Return the message that one of ours answers, and whether one of others needs something."""
    return {"reply_to": message.about or None, "attention": _attention(standings.get(message.id))}


def _attention(standing: Standing | None) -> Json | None:
    """Return whether a message of others needs something, and who said so; None for a message of ours."""
    if standing is None:
        return None
    by = standing.by
    return {
        "state": standing.state,
        "by": {"id": by.id, "name": by.name} if by else None,
        "at": when(standing.at),
        "reason": standing.reason or None,
    }


def speaker(head: Conversation) -> Json:
    """Return the author of the message that is previewed."""
    last = head.last_message
    is_customers = not last.by and not last.is_ours
    name = head.customer.name if is_customers else last.by
    return {"direction": "outbound" if last.is_ours else "inbound", "name": None if name == UNNAMED else name or None}
