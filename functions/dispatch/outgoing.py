"""Effects that lead to the send queue: messages to send, and names to look up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from aws import outbox
from conversations import effects

if TYPE_CHECKING:
    from collections.abc import Callable


def naming(sender: tuple[str, str] | None, effect: Any) -> Any:
    """Return an effect that sends a message with the connection that it leaves by; any other one as it is."""
    return replace(effect, sender=sender) if isinstance(effect, effects.Send) else effect


def send(conversation_id: str, effect: effects.Send, _clock: Callable[[], int]) -> None:
    """Put a message into the send queue."""
    outbox.enqueue(conversation_id, effect.action_id, effect.retries, effect.is_apart, effect.sender)


def look_up_profile(conversation_id: str, effect: effects.LookUpProfile, _clock: Callable[[], int]) -> None:
    """Have the name of a customer looked up."""
    outbox.enqueue_profile(conversation_id, effect.customer_id)


HANDLERS = {effects.Send: send, effects.LookUpProfile: look_up_profile}
