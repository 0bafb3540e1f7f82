"""Borders between teams: the one place that decides whose conversations an agent sees.

The conversations of a team that is for its members only are read and answered by them and by administrators. For
everybody else they do not exist: lists and counts leave them out, and what names one of them answers 404.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.authorization import ADMINS
from console.errors import ApiError
from conversations import identity
from storage import agents, conversations, teams

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.authorization import Agent
    from conversations.conversation import Conversation


def closed_to(agent: Agent) -> frozenset[str]:
    """Return the names of the teams whose conversations an agent does not see."""
    if agent.has(ADMINS):
        return frozenset()
    return frozenset(name for name, members in teams.members_only().items() if agent.id not in members)


def visible(agent: Agent, names: Iterable[str]) -> list[str]:
    """Return those of some teams whose conversations an agent sees, in their order."""
    closed = closed_to(agent)
    return [name for name in names if name not in closed]


def seen_by(agent: Agent, heads: Iterable[Conversation]) -> list[Conversation]:
    """Return those of some conversations that an agent sees, in their order."""
    closed = closed_to(agent)
    return [head for head in heads if head.identity.team not in closed]


def is_hidden(agent: Agent, conversation_id: str) -> bool:
    """Return whether a conversation is there and not for an agent; nothing is read where no team is closed to them."""
    closed = closed_to(agent)
    if not closed or not identity.is_conversation_id(conversation_id):
        return False
    head = conversations.head(conversation_id)
    return head is not None and head.identity.team in closed


def guard(agent: Agent, conversation_id: str) -> None:
    """Raise the 404 of a conversation that is not there, for an agent to whom it is not."""
    if is_hidden(agent, conversation_id):
        raise ApiError(404, "not_found")


def must_admit(agent: Agent, team: str, ids: Iterable[str]) -> None:
    """Raise a 422 for one whom an agent would give, or point to, a conversation of a team, and who could not see it."""
    members = teams.members_only().get(team)
    is_admin = agent.has(ADMINS)
    others = [
        each for each in ids if members is not None and each not in members and not (is_admin and each == agent.id)
    ]
    known = agents.known(others) if others else {}
    for each in others:
        if each not in known or ADMINS.isdisjoint(known[each].groups):
            raise ApiError(422, "not_a_member", detail=known[each].name if each in known else each)
