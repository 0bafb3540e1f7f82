"""Actions of agents on one message of others in a public thread: who speaks, which one is the solution, and thanks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

import channels
from application import thanks
from application.addressing import chosen
from console.actions import chosen_message, replies
from console.errors import ApiError
from conversations.actions import Moderation, State, Verb
from conversations.customer import is_customers
from conversations.facts import Visibility

if TYPE_CHECKING:
    from application.commands import Context, Executed, Request
    from application.loading import LoadedConversation
    from console.authorization import Agent
    from conversations.actions import Action
    from conversations.messages import Message


def correct(
    agent: Agent, conversation_id: str, message_id: str, speaker: str, request: Request, now: int
) -> tuple[Executed, Message]:
    """Say who speaks in a message; nothing lets the rules tell again. Returns the message as it is then."""

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        message = chosen_message.of(conversation, message_id)
        if message.speaker == speaker:
            return []
        action = replies.new_action(conversation, agent, Verb.SPEAKER, context.at)
        return [replace(action, target=message.id, speaker=speaker)]

    return _changed(conversation_id, message_id, replies.execute(conversation_id, decide, now, request))


def solve(agent: Agent, conversation_id: str, message_id: str, request: Request, now: int) -> tuple[Executed, Message]:
    """Mark a message as the solution: with the platform's mark where it has one, else here alone."""

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        message = chosen_message.of(conversation, message_id)
        if message.accepted:
            return []
        action = replies.new_action(conversation, agent, Verb.SOLVE, context.at)
        if Moderation.ACCEPT in channels.get(conversation.head.identity.channel).sender.moderations(message):
            accepted = replace(action, verb=Verb.MODERATE, moderation=Moderation.ACCEPT, state=State.QUEUED)
            return [replace(accepted, target=message.platform_id or message.id)]
        return [replace(action, target=message.id)]

    return _changed(conversation_id, message_id, replies.execute(conversation_id, decide, now, request))


def unsolve(
    agent: Agent, conversation_id: str, message_id: str, request: Request, now: int
) -> tuple[Executed, Message]:
    """Take the mark off that was made here; raises a 422 for the platform's own, which is taken off there."""

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        message = chosen_message.of(conversation, message_id)
        if not message.accepted:
            return []
        action = replace(replies.new_action(conversation, agent, Verb.UNSOLVE, context.at), target=message.id)
        after = replace(conversation, actions=[*conversation.actions, action])
        if chosen_message.of(after, message_id).accepted:
            raise ApiError(422, "solution_of_platform")
        return [action]

    return _changed(conversation_id, message_id, replies.execute(conversation_id, decide, now, request))


def thank(
    agent: Agent, conversation_id: str, message_id: str, text: str | None, hold: int, request: Request, now: int
) -> Executed:
    """Thank who helped, in public, once for each message; ``text`` is None for the usual words.

    Raises a 409 where that was done, and a 422 for the customer's own message or where nothing public can be written.
    """

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        message = chosen_message.of(conversation, message_id)
        if is_customers(conversation.head, message):
            raise ApiError(422, "message_customers")
        if message.thanked:
            raise ApiError(409, "thanked")
        option = replies.open_way(conversation.head, Visibility.PUBLIC, context.now)
        answered = chosen(conversation.head, message)
        words = answered.named(text or thanks.words(conversation, message, context.now))
        replies.fits(conversation.head, option, words)
        thanked = answered.on(thanks.action(conversation, message, words, option.way, context))
        return [replace(thanked, by=agent.author, not_before=context.at + hold if hold else 0)]

    return replies.execute(conversation_id, decide, now, request)


def _changed(conversation_id: str, message_id: str, done: Executed) -> tuple[Executed, Message]:
    return done, chosen_message.of(done.conversation, message_id)
