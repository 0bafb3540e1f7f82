"""Gives open conversations to agents who are here, and takes them from agents who are away, by the rules of teams.

Each call decides from what is stored alone, and each hand-over looks again before it is written, so a
call may end anywhere and two may overlap.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from msgspec import Struct

from application import assignments
from conversations import inbox_order
from conversations.availability import Presence, current, next_in_turn
from conversations.conversation import Status
from conversations.facts import Author
from conversations.team_settings import length_of
from shared.telemetry import logger
from storage import agents, availability, conversations, inbox_sorting, keys, team_names, teams
from storage.inbox_index import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conversations.availability import Availability
    from conversations.conversation import Conversation
    from conversations.team_settings import Team

MOST = 100
"""Hand-overs of one call."""
WORKERS = 8
RESERVE = 10_000
"""Milliseconds before the end of a call in which nothing is begun any more."""


def balance(clock: Callable[[], int], time_left: Callable[[], int]) -> Counter[str]:
    """Carry out the rules of all teams that have some; return how many conversations were assigned and released."""
    done = Counter(assigned=0, released=0)
    names = team_names.names()
    ruled = [team for team in teams.all_teams(names) if team.assign or team.release_after]
    if ruled:
        opened = _open_heads(names)
        held = Counter(str(head.assignee.id) for heads in opened.values() for head in heads if head.assignee)
        turn = _Round(availability.of_all(), held, clock, time_left, done)
        for team in ruled:
            turn.release(team, opened.get(team.name, []))
            turn.assign(team, opened.get(team.name, []))
    return done


class _Round(Struct, frozen=True):
    """One call: the agents it knows, and the hand-overs it has carried out."""

    known: Mapping[str, Availability]
    held: Counter[str]
    """Number of open conversations that each agent holds, in all teams."""
    clock: Callable[[], int]
    time_left: Callable[[], int]
    done: Counter[str]

    def release(self, team: Team, heads: list[Conversation]) -> None:
        """Take the open conversations of a team from agents who have been away for too long."""
        if not team.release_after:
            return
        length, now = length_of(team.release_after, team.hours.zone), self.clock()
        for head in heads:
            holder = str(head.assignee.id) if head.assignee else ""
            if not self._is_away(holder, now - length) or not self._may_go_on():
                continue
            conversation_id = keys.id_of(head.identity)
            if _carried_out(lambda: assignments.release(conversation_id, team.name, holder, self.clock)):  # noqa: B023
                self.held[holder] -= 1
                self.done["released"] += 1

    def assign(self, team: Team, heads: list[Conversation]) -> None:
        """Give the open conversations of a team that nobody has to its members in turn."""
        free = [keys.id_of(head.identity) for head in heads if assignments.is_free(head)] if team.assign else []
        if not free:
            return
        last, members = availability.last_in_turn(team.name), _members(team)
        for conversation_id in free:
            agent = next_in_turn(members, self.known, self.held, last, self.clock()) if self._may_go_on() else None
            if agent is None:
                return
            to = Author(agent.agent_id, agent.name)
            if _carried_out(lambda: assignments.assign_in_turn(conversation_id, team.name, to, self.clock)):  # noqa: B023
                self.held[agent.agent_id] += 1
                self.done["assigned"] += 1
                last = agent.agent_id

    def _is_away(self, agent_id: str, before: int) -> bool:
        """Return whether an agent said that they are away, or left, before a time (milliseconds)."""
        if agent_id not in self.known:
            return False
        status, since = current(self.known[agent_id], self.clock())
        return status == Presence.AWAY and since <= before

    def _may_go_on(self) -> bool:
        return self.time_left() >= RESERVE and self.done.total() < MOST


def _open_heads(names: list[str]) -> dict[str, list[Conversation]]:
    """Return the open conversations of all teams, the most urgent of each team first."""
    partitions = [(team, partition) for team in names for partition in inbox_order.partitions(team)]
    wanted = Wanted(status=Status.OPEN)
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        parts = list(pool.map(lambda each: inbox_sorting.read_range(each[1], wanted)[0], partitions))
    found: dict[str, list[Conversation]] = {}
    for (team, _), heads in zip(partitions, parts, strict=True):
        found.setdefault(team, []).extend(heads)
    return {team: sorted(heads, key=inbox_order.key) for team, heads in found.items()}


def _members(team: Team) -> list[str]:
    return [each for each in team.members if not agents.is_gone(each)]


def _carried_out(hand_over: Callable[[], bool]) -> bool:
    """Carry out a hand-over; one that others keep from being written is no harm to the rest."""
    try:
        return hand_over()
    except conversations.Conflict:
        logger.warning("Conversation changed again and again")
        return False
