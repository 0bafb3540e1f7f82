"""Actions of agents on messages that have not arrived: undo, send again, or settle an unclear delivery."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from application import commands, projection
from console.actions import replies
from console.actions.seen import seen_by
from console.errors import ApiError
from conversations.actions import UNDONE, State, Verb
from storage import conversations

if TYPE_CHECKING:
    from collections.abc import Callable

    from application.commands import ChangedDeliveries
    from application.loading import LoadedConversation
    from console.authorization import Agent
    from conversations.actions import Action

_SENT = frozenset({Verb.REPLY, Verb.ASK})


def undo(conversation_id: str, message: str, now: int) -> replies.Executed:
    """Take an answer back while it is held, and what was written in one go with it.

    It was never written then: whatever was promised or closed with it is as before. Raises a 409 when it has left.
    """

    def change(conversation: LoadedConversation, action: Action) -> ChangedDeliveries:
        both = [each for each in conversation.actions if _are_one(each, action)]
        if all(each.state == State.CANCELLED and each.reason == UNDONE for each in both):
            return []
        if any(each.state != State.QUEUED or each.not_before <= now for each in both):
            raise ApiError(409, "left")
        return [(each, replace(each, state=State.CANCELLED, reason=UNDONE)) for each in both]

    return _change(conversation_id, message, change, now)


def retry(
    conversation_id: str, message: str, seen: str | None, now: int, agent: Agent | None = None
) -> replies.Executed:
    """Send a message again that the platform refused.

    Raises a 409 for a message that was not refused, and for an agent who has not read the latest message, or the
    answer of a colleague.
    """

    def change(conversation: LoadedConversation, action: Action) -> ChangedDeliveries:
        if action.state != State.FAILED:
            raise ApiError(409, "settled")
        seen_by(conversation, seen, agent)
        if action.way not in {route.way for route in replies.routes(conversation.head, now)}:
            raise ApiError(422, "route_closed", detail_key="route.way_closed", reason="way_closed")
        return [(action, _queued_again(action))]

    return _change(conversation_id, message, change, now)


def settle(conversation_id: str, message: str, arrived: bool, now: int) -> replies.Executed:
    """Settle whether a message is on the platform whose answer was lost; if not, it is sent again."""

    def change(conversation: LoadedConversation, action: Action) -> ChangedDeliveries:
        if action.state != State.UNCONFIRMED:
            raise ApiError(409, "settled")
        sent = replace(action, state=State.SENT, reason="", lease_until=0)
        return [(action, sent if arrived else _queued_again(action))]

    return _change(conversation_id, message, change, now)


def _queued_again(action: Action) -> Action:
    return replace(
        action, state=State.QUEUED, reason="", attempts=0, retries=action.retries + 1, lease_until=0, not_before=0
    )


def _are_one(action: Action, other: Action) -> bool:
    """Return whether two messages are one, or were written together."""
    return bool({action.id, action.beside} & {other.id, other.beside} - {""})


def _change(
    conversation_id: str,
    message: str,
    change: Callable[[LoadedConversation, Action], ChangedDeliveries],
    now: int,
) -> replies.Executed:
    """Decide about a message as it is, and write; raises a 404 for one that is not there."""

    def decide(conversation: LoadedConversation) -> ChangedDeliveries:
        action = next((each for each in conversation.actions if each.id == message and each.verb in _SENT), None)
        if action is None:
            raise ApiError(404, "no_reply")
        return change(conversation, action)

    with replies.refusing(conversation_id):
        changed = replies.existing(commands.change_deliveries(conversation_id, decide))
    # The head follows at once where nobody is in the way; else dispatch corrects it in a moment.
    with suppress(conversations.Conflict):
        projection.refold(changed.id, now)
    return replies.Executed(message, replies.find(conversation_id))
