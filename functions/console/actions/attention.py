"""The state of one message of others in a public thread, as an agent states it: whether it needs something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from console.actions import chosen_message, replies
from console.actions.seen import changed_message
from console.errors import Overtaken
from conversations.actions import Verb

if TYPE_CHECKING:
    from application.commands import Context, Executed, Request
    from application.loading import LoadedConversation
    from console.authorization import Agent
    from console.bodies.attention import Statement
    from conversations.actions import Action


def state(
    agent: Agent, conversation_id: str, message_id: str, statement: Statement, request: Request, now: int
) -> Executed:
    """State whether a message needs something; nothing is done where that was stated already.

    Raises a 404 or a 422 where it is no message of others in a public thread, and a 409 where it was changed since the
    agent last looked.
    """

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        message = chosen_message.of(conversation, message_id)
        if changed_message(conversation, message, statement.seen):
            raise Overtaken("stale", None, [message], missed=[message.id])
        current = conversation.standing[message.id]
        if (current.state, current.reason) == (statement.state, statement.reason):
            return []
        stated = replies.new_action(conversation, agent, Verb.ATTEND, context.at)
        edits = len(message.changes)
        return [
            replace(stated, attention=statement.state, reason=statement.reason, about=message.id, about_edits=edits)
        ]

    return replies.execute(conversation_id, decide, now, request)
