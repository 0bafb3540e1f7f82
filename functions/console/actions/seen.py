"""Messages that an agent had seen when they decided, and refusals where the customer or a colleague was faster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.errors import ApiError, Overtaken
from conversations.actions import State
from conversations.facts import Visibility
from conversations.follow_ups import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.loading import LoadedConversation
    from console.authorization import Agent
    from conversations.conversation import Conversation
    from conversations.messages import Message

NEWEST = 20
"""Messages that a refusal shows at most."""
_NOT_THERE = frozenset({State.FAILED, State.CANCELLED})


def seen_by(conversation: LoadedConversation, last_seen: str | None, agent: Agent | None = None) -> int:
    """Return the number of messages that the agent has seen; without ``last_seen``, all.

    Raises a 409 ``stale`` where the customer wrote after the last one, and with ``agent`` a 409 ``answered`` where a
    colleague of that agent answered after it.
    """
    if last_seen is None:
        return conversation.head.inbound
    messages = conversation.messages()
    place = next((index for index, each in enumerate(messages) if last_seen in (each.id, each.platform_id)), None)
    if place is None:
        raise ApiError(422, "unknown_seen")
    since = messages[place + 1 :]
    missed = [each for each in since if each.direction == "inbound"]
    ids = [each.id for each in missed]
    if agent and (answers := [each for each in since if _is_colleagues(each, agent)]):
        raise Overtaken("answered", answers[-1].author, _of_others(since, agent), missed=ids)
    if any(_is_customers(conversation.head, each) for each in missed):
        raise Overtaken("stale", None, _of_others(missed, agent), missed=ids)
    return conversation.head.inbound - len(missed)


def _is_colleagues(message: Message, agent: Agent) -> bool:
    """Return whether a person of the company answered with a message, here or elsewhere, who is another."""
    answers = message.direction == "outbound" and not message.follow_up and not message.automatic
    return answers and message.author.id not in (agent.id, SYSTEM.id) and message.state not in _NOT_THERE


def _of_others(messages: Sequence[Message], agent: Agent | None) -> list[Message]:
    return [each for each in messages if agent is None or each.author.id != agent.id][-NEWEST:]


def _is_customers(head: Conversation, message: Message) -> bool:
    private = head.identity.visibility == Visibility.PRIVATE
    return private or message.author.id in (None, head.customer.id)
