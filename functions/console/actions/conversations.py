"""The inbox: who is there, its list of conversations, and forgetting a conversation or a customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from console import authorization
from console.actions import replies
from console.authorization import AGENTS
from storage import agents, audit, change_counters, connections, inbox_index, team_names
from storage import teams as stored_teams
from storage.inbox_index import NOBODY, Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.authorization import Agent
    from conversations.conversation import Conversation
    from conversations.team_settings import Team
    from storage.inbox_index import Cursor


def arrive(agent: Agent, now: int) -> None:
    """Note that an agent is signed in: from now on colleagues find them."""
    if agent.has(AGENTS):
        agents.note(agents.Known(agent.id, agent.name, agent.email, tuple(sorted(agent.groups))), now)
    audit.signed_in(agent.author, now)


def teams() -> list[Team]:
    """Return all teams with their rules, perhaps as they were some minutes ago."""
    return [stored_teams.team(name) for name in team_names.names()]


def is_connected() -> bool:
    """Return whether there is a connection at all."""
    return connections.is_connected()


@dataclass(frozen=True, slots=True)
class Listed:
    """The conversations that a list shows, the most urgent ones first."""

    teams: list[str]
    wanted: Wanted
    changes: Mapping[str, int]
    """The counters of each team, read before the list: what changes meanwhile then differs from them."""

    @classmethod
    def of(cls, agent: Agent, team: str | None, filters: Mapping[str, str]) -> Listed:
        """Return those of a team, or of all, that pass the filters, with this agent in the place of ``me``."""
        changes = change_counters.read().teams
        whose = {"me": agent.id, "none": NOBODY}
        wanted = Wanted(
            status=filters["status"],
            channel=filters["channel"],
            assignee=whose.get(filters["assignee"], filters["assignee"]),
            tag=filters["tag"],
            mentioned=whose.get(filters["mentioned"], ""),
            unread=filters["unread"] == "true",
        )
        names = authorization.visible(agent, team_names.names() if team is None else [team])
        return cls(
            names,
            wanted,
            {name: count for name, count in changes.items() if name not in authorization.closed_to(agent)},
        )

    def place_of(self, value: Any) -> Cursor | None:
        """Return a place in this list; None for anything else."""
        return inbox_index.cursor_reader(self.wanted.status)(value)

    def page(self, limit: int, start: Cursor | None) -> tuple[list[Conversation], Cursor | None]:
        """Return the conversations from a place on, and where the next page begins."""
        return inbox_index.page(self.teams, limit, self.wanted, start)


def erase(agent: Agent, conversation_id: str, now: int) -> int:
    """Forget a conversation, for good; returns how many were forgotten. Raises a 404."""
    erased = replies.erase(conversation_id, now)
    audit.put(audit.AuditEvent.ERASE_CONVERSATION, agent.author, conversation_id, now)
    return erased


def erase_customer(agent: Agent, conversation_id: str, now: int) -> int:
    """Forget all conversations that the customer of this one began; returns how many. Raises a 404."""
    erased = replies.erase_customer(conversation_id, now)
    audit.put(audit.AuditEvent.ERASE_CUSTOMER, agent.author, conversation_id, now, erased=erased)
    return erased
