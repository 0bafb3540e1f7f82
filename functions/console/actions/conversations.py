"""The inbox: who is there, its list of conversations, and forgetting a conversation or a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from console import authorization
from console.actions import erasure, reading
from console.authorization import AGENTS
from conversations.conversation import Status
from conversations.inbox_order import Order
from storage import agents, audit, connections, inbox_index, inbox_sorting, team_names
from storage import teams as stored_teams
from storage.inbox_index import NOBODY, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from console.authorization import Agent
    from console.bodies.list_filters import Filters
    from conversations.conversation import Conversation
    from conversations.team_settings import Team
    from storage.inbox_index import Cursor
    from storage.inbox_sorting import SortedPlace

SORTED = (Status.OPEN, Status.SNOOZED)
"""States in which another order than that of the index is read by sorting."""


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


class Listed(Struct, frozen=True):
    """The conversations that a list shows, in its order."""

    teams: list[str]
    wanted: Wanted
    changes: Mapping[str, int]
    """The counters of each team, read before the list: what changes meanwhile then differs from them."""
    states: Callable[[Conversation], reading.ReadState]
    """Tells whether the agent has read a conversation."""
    order: Order = Order.URGENT

    @classmethod
    def of(cls, agent: Agent, team: str | None, filters: Filters, now: int) -> Listed:
        """Return those of a team, or of all, that pass the filters, with this agent in the place of ``me``."""
        counted, states = reading.counters_and_states(agent, now)
        names = authorization.visible(agent, team_names.names() if team is None else [team])
        return cls(
            names,
            wanted_by(agent, filters, states, now),
            {name: count for name, count in counted.teams.items() if name not in authorization.closed_to(agent)},
            states,
            filters.order,
        )

    def place_of(self, value: Any) -> Cursor | SortedPlace | None:
        """Return a place in this list; None for anything else."""
        if self.is_sorted:
            return inbox_sorting.checked_place(value)
        return inbox_index.cursor_reader(self.wanted.status)(value)

    def page(self, limit: int, start: Any) -> tuple[list[Conversation], Cursor | SortedPlace | None]:
        """Return the conversations from a place on, and where the next page begins."""
        if not self.is_sorted:
            return inbox_index.page(self.teams, limit, self.wanted, start)
        found = inbox_sorting.page(self.teams, limit, self.wanted, self.order, start)
        return found.heads, found.after

    @property
    def is_sorted(self) -> bool:
        """Return whether the list has another order than the index; what is closed stands newest first in both."""
        return self.order != Order.URGENT and self.wanted.status in SORTED


def wanted_by(agent: Agent, filters: Filters, states: Callable[[Conversation], reading.ReadState], now: int) -> Wanted:
    """Return the filters of a list, with an agent in the place of ``me``."""
    whose = {"me": agent.id, "none": NOBODY}
    return Wanted(
        status=filters.status,
        channels=filters.channels,
        assignee=whose.get(filters.assignee, filters.assignee),
        tags=filters.tags,
        mentioned=whose.get(filters.mentioned, ""),
        unread=filters.unread,
        visibility=filters.visibility,
        since=filters.since_at(now),
        until=filters.until,
        is_accepted=None if filters.read is None else lambda head: states(head).is_read == filters.read,
    )


def erase(agent: Agent, conversation_id: str, now: int) -> int:
    """Forget a conversation, for good; returns how many were forgotten. Raises a 404."""
    erased = erasure.erase(conversation_id, now)
    audit.put(audit.AuditEvent.ERASE_CONVERSATION, agent.author, conversation_id, now)
    return erased


def erase_customer(agent: Agent, conversation_id: str, clock: Callable[[], int], *, keep_out: bool) -> int:
    """Forget all conversations that the customer of this one began; returns how many. Raises a 404.

    With ``keep_out``, searches do not find the customer again.
    """
    erased = erasure.erase_customer(conversation_id, clock, keep_out=keep_out)
    kept = {"keep_out": 1} if keep_out else {}
    audit.put(audit.AuditEvent.ERASE_CUSTOMER, agent.author, conversation_id, clock(), erased=erased, **kept)
    return erased
