"""The tasks of the send queue: a message to deliver, an announced one to fetch, a name to look up."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from conversations.actions import OUTBOX, State, Verb, refused_state
from reply import lookups
from reply.delivery import Delivery
from reply.pausing import PATIENCE
from shared.telemetry import logger
from storage import conversations


def carry_out(task: dict[str, Any], receives: int, now: int) -> None:
    """Do what a message of the queue asks for; raises ``RetryLater`` when it must be done later."""
    if "action" in task:
        _deliver(task, receives, now)
        return
    conversation = task["conversation"]
    head = conversations.head(conversation)
    if head is None:
        _log_gone(conversation)
    elif "customer" in task:
        lookups.look_up_profile(head, task["customer"], receives, now)
    elif "announced" in task:
        lookups.complete(head, task["announced"], receives, now)


def _deliver(task: dict[str, Any], receives: int, now: int) -> None:
    """Deliver a message. One that was put into the queue by an older version names no sender."""
    conversation, sender = task["conversation"], task.get("sender")
    own = (sender[0], sender[1]) if sender else None
    head, action, connection = conversations.outgoing(conversation, task["action"], own)
    if head is None:
        _log_gone(conversation)
    elif action:
        known = (conversation, head, receives, now, task.get("resumed", False))
        if action.verb == Verb.FORWARD:
            from reply.forwards import ForwardDelivery  # few messages are forwards, and it reads whole conversations

            ForwardDelivery(*known, action.connection).run(action)
            return
        delivery = Delivery(*known)
        delivery.known = connection
        delivery.run(action)


def _log_gone(conversation: str) -> None:
    logger.warning("Conversation is gone", conversation_id=conversation)


def give_up(task: dict[str, Any], receives: int) -> bool:
    """Show a message that cannot be handled to an agent, once it was received too often; whether that is so.

    Without this it would go to the dead letters as if it still waited.
    """
    if receives <= PATIENCE or "action" not in task:
        return False
    conversation = task["conversation"]
    action = conversations.action(conversation, task["action"])
    if action and action.state in OUTBOX:
        unsent = action.state == State.QUEUED or action.verb == Verb.MODERATE
        given_up = refused_state(action) if unsent else State.UNCONFIRMED
        conversations.change_delivery(
            conversation, action, replace(action, state=given_up, reason="error", lease_until=0)
        )
    return True
