"""Actions of agents on messages that have not arrived: undo, send again, or settle an unclear delivery."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from application import commands, projection
from console.actions import replies
from console.actions.seen import seen_by
from console.errors import ApiError
from conversations.actions import UNDONE, State, Verb, is_undone
from storage import conversations

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from application.commands import ChangedDeliveries
    from application.loading import LoadedConversation
    from console.authorization import Agent
    from conversations.actions import Action

_SENT = frozenset({Verb.REPLY, Verb.ASK, Verb.FORWARD})
MACRO_UNDO = 30_000
"""Milliseconds for which what a macro did can be taken back; the page offers it for as long as it holds answers."""


def undo(conversation_id: str, message: str, now: int) -> replies.Executed:
    """Take an answer back while it is held, and what was done in one go with it, as by a macro.

    It was never written then: whatever was promised or closed with it is as before. Raises a 409 when it has left.
    """

    def change(conversation: LoadedConversation, action: Action) -> ChangedDeliveries:
        return _undone([each for each in conversation.actions if _are_one(each, action)], now)

    return _change(conversation_id, message, change, now)


def undo_macro(agent: Agent, conversation_id: str, use: str, now: int) -> LoadedConversation:
    """Take back all that a macro did, by the id of its first action; return the conversation as it is then.

    Raises a 404 for what is no use of a macro by this agent, and a 409 where its answer has left, or it is too late.
    """

    def decide(conversation: LoadedConversation) -> ChangedDeliveries:
        actions = [each for each in conversation.actions if use and each.macro_use == use and each.by.id == agent.id]
        if not actions:
            raise ApiError(404, "no_macro_use")
        if not all(map(is_undone, actions)) and actions[0].at + MACRO_UNDO < now:
            raise ApiError(409, "left")
        return _undone(actions, now)

    return _written(conversation_id, decide, now)


def _undone(actions: Sequence[Action], now: int) -> ChangedDeliveries:
    """Return the changes that take actions back; raises a 409 where one of their messages has left."""
    if all(map(is_undone, actions)):
        return []
    if any(each.state and (each.state != State.QUEUED or each.not_before <= now) for each in actions):
        raise ApiError(409, "left")
    return [(each, replace(each, state=State.CANCELLED, reason=UNDONE)) for each in actions]


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
        if action.verb == Verb.FORWARD:
            return [(action, _queued_again(action))]
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
    """Return whether two actions are one, or were done together."""
    names = {other.id, other.beside, other.macro_use} - {""}
    return bool({action.id, action.beside, action.macro_use} & names)


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

    return replies.Executed(message, _written(conversation_id, decide, now))


def _written(
    conversation_id: str, decide: Callable[[LoadedConversation], ChangedDeliveries], now: int
) -> LoadedConversation:
    """Write what was decided, and return the conversation as it is then."""
    with replies.refusing(conversation_id):
        changed = replies.existing(commands.change_deliveries(conversation_id, decide))
    # The head follows at once where nobody is in the way; else dispatch corrects it in a moment.
    with suppress(conversations.Conflict):
        projection.refold(changed.id, now)
    return replies.find(conversation_id)
