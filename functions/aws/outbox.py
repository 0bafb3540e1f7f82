"""The queue of what is to be sent. One group per conversation: its messages go out in order and hold up no other."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from aws import queues
from shared import settings


def enqueue(
    conversation: str, action_id: str, retries: int = 0, is_apart: bool = False, sender: tuple[str, str] | None = None
) -> None:
    """Have a message sent. The queue carries the ids only; twice within five minutes is once, for each retry.

    One that goes apart, as it leaves by another connection, holds up no message of the conversation. ``sender`` is the
    channel and the name of the conversation's connection, if known, so that it is read together with the message.
    """
    unique = f"{action_id}-{retries}" if retries else action_id
    task = {"conversation": conversation, "action": action_id}
    _send(
        task | {"sender": sender} if sender else task,
        f"apart-{conversation}" if is_apart else conversation,
        unique,
    )


def enqueue_again(conversation: str, action_id: str, moment: int) -> None:
    """Have a message sent that was taken out of the queue, as its connection could not send; once for each moment."""
    task = {"conversation": conversation, "action": action_id, "resumed": True}
    _send(task, conversation, f"{action_id}-{moment}")


def enqueue_profile(conversation: str, customer_id: str) -> None:
    """Have a customer's name looked up, beside the conversation's messages and not before them."""
    task = {"conversation": conversation, "customer": customer_id}
    _send(task, f"profile-{conversation}", f"profile-{conversation}")


def enqueue_completion(conversation: str, message_id: str, claim: str = "") -> None:
    """Have the platform asked for a message that it only announced, beside the conversation's messages.

    ``claim`` names what an unsigned part of a call said of it, so that each is asked about.
    """
    task = {"conversation": conversation, "announced": message_id}
    digest = sha256(f"{message_id}{claim}".encode()).hexdigest()[:32]
    _send(task, f"completion-{conversation}", f"completion-{conversation}-{digest}")


def _send(task: dict[str, Any], group: str, unique: str) -> None:
    queues.send_in_order(settings.send_queue_url(), task, group, unique)
