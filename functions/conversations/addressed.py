"""Actions that address an agent: a note names them, or somebody else gives them a conversation. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from conversations.actions import Verb

if TYPE_CHECKING:
    from conversations.actions import Action
    from conversations.conversation import Conversation
    from conversations.facts import Author


class Cause(StrEnum):
    """Cause for which a conversation is shown to an agent among what is theirs."""

    MENTION = "mention"
    ASSIGNED = "assigned"
    TASK = "task"
    """A follow-up that the agent promised, and that a person must ask."""
    PROMISE = "promise"
    """A follow-up that the agent promised, and that is asked soon."""


class Addressed(Struct, frozen=True):
    """List a conversation among what is an agent's."""

    agent_id: str
    cause: Cause
    at: int
    by: Author


def concerned(conversation: Conversation) -> set[str]:
    """Return the agents whose business a conversation is: it is assigned to them, names them, or they promised."""
    promised_by = conversation.follow_up.by if conversation.follow_up else None
    people = {each.id for each in (conversation.assignee, promised_by) if each and each.id}
    return people | set(conversation.mentioned) - {""}


def addressed_by(action: Action) -> list[Addressed]:
    """Return whom an action addresses; nobody addresses themselves."""
    named = action.mentions if action.verb == Verb.NOTE else ()
    found = [Addressed(each, Cause.MENTION, action.at, action.by) for each in named]
    if action.verb == Verb.ASSIGN and action.assignee and action.assignee.id:
        found.append(Addressed(action.assignee.id, Cause.ASSIGNED, action.at, action.by))
    return [each for each in found if each.agent_id != action.by.id]
