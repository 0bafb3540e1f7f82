"""Conversations of agents who are gone go back to their teams, visibly: an event in each, and a notice to the team."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.commands import execute
from conversations.actions import Action, Verb
from conversations.conversation import Status
from conversations.fold import with_known
from conversations.follow_ups import SYSTEM
from storage import agents, notifications
from storage.notifications import Notice

if TYPE_CHECKING:
    from collections.abc import Callable

    from application.commands import Context
    from application.loading import LoadedConversation
    from storage.agents import Known


def give_back(conversation_id: str, agent_id: str, clock: Callable[[], int]) -> bool:
    """Give a conversation back to its team if an agent who is gone holds it still; returns whether that was so.

    One that is closed keeps its agent, until somebody takes it up again.
    """

    def decide(conversation: LoadedConversation, context: Context) -> list[Action]:
        holder = conversation.head.assignee
        if holder is None or holder.id != agent_id or conversation.head.status == Status.RESOLVED:
            return []
        given = Action(context.action_id, context.at, Verb.ASSIGN, SYSTEM, reason="agent_gone")
        return [with_known(conversation.head, given)]

    done = execute(conversation_id, decide, clock)
    return done is not None and done.action is not None


def look_after(conversation_id: str, agent_id: str, clock: Callable[[], int]) -> None:
    """Give a conversation back that came to an agent, where that agent is gone."""
    if agents.is_gone(agent_id):
        give_back(conversation_id, agent_id, clock)


def tell(team: str, agent: Known, now: int) -> None:
    """Notify a team, once, that conversations of one who is gone are with it again."""
    notice = Notice(notifications.AGENT_GONE, team, at=now)
    notifications.enqueue(notice, f"{agent.id}.{agent.gone_at}.{team}", now)
