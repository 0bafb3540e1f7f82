"""The one loop that changes a conversation: load it, decide, and write on the condition that nothing changed meanwhile.

Commands of agents and those that the system carries out by itself are written alike. What they have in common is here:
how often they are repeated, what a decision is told, and that a request with an idempotency key is carried out once.
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from application import loading
from conversations.identity import action_id
from conversations.message_fold import written
from storage import conversations, earlier_requests, tags

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from application.loading import LoadedConversation
    from conversations.actions import Action
    from conversations.messages import Message
    from storage.writes import Write

    Decide = Callable[["LoadedConversation", "Context"], Sequence[Action]]
    ExtraWrites = Callable[["LoadedConversation", Sequence[Action], int], Sequence[Write]]
    Load = Callable[[str], LoadedConversation | None]
    ChangedDeliveries = Sequence[tuple[Action, Action]]

Result = TypeVar("Result")
ATTEMPTS = 6
"""Number of attempts at a command while others keep changing the conversation."""


class RequestDiffers(Exception):
    """The idempotency key was used before, with a request for something else."""


class Context(Struct, frozen=True, dict=True):
    """The time and the id for a decision: the core gets them as arguments."""

    now: int
    """The time, in milliseconds."""
    at: int
    """The time of the first new action: after all that was done before."""

    @cached_property
    def action_id(self) -> str:
        """The id of the first new action."""
        return new_id(self.at)


class Request(Struct, frozen=True):
    """An idempotency key (unique per agent and conversation, or empty) and a fingerprint of what was asked for."""

    key: str = ""
    fingerprint: str = ""


_NO_KEY = Request()


class Executed(Struct, frozen=True):
    """The result of a command: the conversation after it, and the id of its first action (empty for none)."""

    action_id: str
    conversation: LoadedConversation

    @property
    def action(self) -> Action | None:
        """The first action; None where there was nothing to do."""
        return self._action(self.action_id) if self.action_id else None

    def message(self) -> Message:
        """Return the message that was written, also where it was taken back since."""
        shown = {message.id: message for message in self.conversation.messages()}
        return shown.get(self.action_id) or written(self.conversation.head.identity, self._action(self.action_id))

    def beside(self) -> Message | None:
        """Return the private message that was written together with this one."""
        second = next((action for action in self._with() if action.way != self._action(self.action_id).way), None)
        return Executed(second.id, self.conversation).message() if second else None

    def parts(self) -> list[Message]:
        """Return the messages that follow this one where the answer was split, without the one that is ``beside``."""
        beside = self.beside()
        further = [action for action in self._with() if beside is None or action.id != beside.id]
        return [Executed(action.id, self.conversation).message() for action in further]

    def _with(self) -> list[Action]:
        """Return what was written together with this one, in its order."""
        actions = self.conversation.actions
        return sorted((each for each in actions if self.action_id and each.beside == self.action_id), key=_time)

    def _action(self, action_id: str) -> Action:
        return next(action for action in self.conversation.actions if action.id == action_id)


def _time(action: Action) -> int:
    return action.at


def _nothing(_conversation: LoadedConversation, _actions: Sequence[Action], _now: int) -> Sequence[Write]:
    return ()


def execute(
    conversation_id: str,
    decide: Decide,
    clock: Callable[[], int],
    request: Request = _NO_KEY,
    extra_writes: ExtraWrites = _nothing,
    load: Load | None = None,
) -> Executed | None:
    """Carry out a command; returns None if there is no such conversation.

    ``load`` reads it, or makes what it will be, of one that begins with this command.

    ``decide`` returns new actions in the order of their times, or none; they are written together or not at all, with
    what ``extra_writes`` returns for the conversation as it was, these actions and the time. Both are called again when
    the conversation changed in between. Raises ``RequestDiffers``, or ``Conflict`` where it changes again and again.
    """

    def attempt() -> Executed | None:
        conversation = (load or loading.load)(conversation_id)
        if conversation is None:
            return None
        now = clock()
        actions = decide(conversation, Context(now, conversation.moment(now)))
        if not actions:
            return Executed("", conversation)
        after = conversation.after(*actions)
        writes = [*extra_writes(conversation, actions, now)]
        if any(action.added for action in actions):
            writes += tags.used(after, actions)
        conversations.commit(conversation.id, actions, after, now, (request.key, request.fingerprint), writes)
        head = replace(after, version=after.version + 1)
        return Executed(actions[0].id, replace(conversation, head=head, actions=[*conversation.actions, *actions]))

    if request.key and (earlier := earlier_requests.find(request.key)):
        return _repeated(conversation_id, earlier, request)
    try:
        return repeat_on_conflict(attempt)
    except earlier_requests.Repeated as repeated:
        return _repeated(conversation_id, repeated.earlier, request)


def change_deliveries(
    conversation_id: str, decide: Callable[[LoadedConversation], ChangedDeliveries]
) -> LoadedConversation | None:
    """Change the deliveries of messages, each before and after: all or none; returns what it was decided over.

    Returns None if there is no such conversation. Raises ``Conflict`` where deliveries go on again and again.
    """

    def attempt() -> LoadedConversation | None:
        conversation = loading.load(conversation_id)
        if conversation is not None:
            conversations.change_deliveries(conversation.id, decide(conversation))
        return conversation

    return repeat_on_conflict(attempt)


def repeat_on_conflict(attempt: Callable[[], Result]) -> Result:
    """Return the result of the first attempt that nobody got ahead of; raises the last ``Conflict``."""
    for _ in range(ATTEMPTS - 1):
        try:
            return attempt()
        except conversations.Conflict:
            continue
    return attempt()


def new_id(at: int) -> str:
    """Return the id of an action that is done at a time (milliseconds)."""
    return action_id(at, os.urandom(8))


def _repeated(conversation_id: str, earlier: earlier_requests.EarlierRequest, request: Request) -> Executed | None:
    if earlier.fingerprint != request.fingerprint:
        raise RequestDiffers
    conversation = loading.load(conversation_id)
    return Executed(earlier.action_id, conversation) if conversation else None
