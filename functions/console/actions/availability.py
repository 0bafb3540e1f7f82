"""Status of agents, and the next conversation for one who asks."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from application import assignments
from console import authorization
from console.actions import replies
from console.errors import ApiError
from conversations import inbox_order
from conversations.availability import Availability, Presence, current, has_room
from conversations.conversation import Status
from storage import agents, availability, conversations, inbox_index, inbox_sorting, keys, team_names
from storage.inbox_index import NOBODY, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from application.commands import Request
    from console.authorization import Agent
    from conversations.conversation import Conversation
    from storage.inbox_index import Cursor

WORKERS = 8
PAGE = 20
PAGES = 5
"""Pages of candidates that are looked at for one request."""


class AgentStatus(Struct, frozen=True):
    """The status of an agent as it is now."""

    agent_id: str
    name: str
    status: Presence
    capacity: int
    since: int
    """Milliseconds; 0 for one who never said anything."""
    held: int | None = None
    """Open conversations that the agent holds; None where they were not counted."""


def put(agent: Agent, status: Presence, capacity: int | None, now: int) -> AgentStatus:
    """Set the status of an agent; without a capacity, it stays as it is."""
    before = availability.of_agent(agent.id)
    since = before.since if current(before, now)[0] == status and before.since else now
    after = replace(before, name=agent.name, status=status, since=since, at=now)
    after = replace(after, capacity=before.capacity if capacity is None else capacity)
    availability.put(after)
    return _shown(after, now)


def own(agent: Agent, now: int) -> AgentStatus:
    """Return the status of an agent."""
    return _shown(replace(availability.of_agent(agent.id), name=agent.name), now)


def every(now: int) -> list[AgentStatus]:
    """Return the status of all agents who work here and said something, by name."""
    working = {agent.id for agent in agents.everybody()}
    found = [_shown(each, now) for each in availability.of_all().values() if each.agent_id in working]
    return sorted(found, key=lambda each: (each.name.casefold(), each.agent_id))


def with_load(statuses: list[AgentStatus]) -> list[AgentStatus]:
    """Return the statuses with how many open conversations each agent holds, in all teams."""
    wanted = Wanted(status=Status.OPEN)
    partitions = [name for team in team_names.names() for name in inbox_order.partitions(team)]
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        parts = pool.map(lambda name: inbox_sorting.read_range(name, wanted)[0], partitions)
    held = Counter(head.assignee.id for heads in parts for head in heads if head.assignee)
    return [replace(status, held=held[status.agent_id]) for status in statuses]


def claim_next(agent: Agent, team: str | None, request: Request, now: int) -> Conversation:
    """Give the most urgent open conversation that nobody has to the agent, and return it.

    Raises a 409 for an agent who holds as many as they want, and a 404 where nothing waits. A repeated request returns
    the same conversation.
    """
    teams = authorization.visible(agent, team_names.names() if team is None else [replies.team(team)])
    try:
        return _earlier(request) or _first(agent, teams, request, now)
    except conversations.Conflict:
        if earlier := _earlier(request):
            return earlier
        raise


def _first(agent: Agent, teams: list[str], request: Request, now: int) -> Conversation:
    found = availability.of_agent(agent.id)
    if not has_room(found, _held(agent) if found.capacity else 0):
        raise ApiError(409, "at_capacity")
    for head in _candidates(teams):
        claimed = assignments.claim(keys.id_of(head.identity), agent.author, request.key, lambda: now)
        if claimed:
            return claimed.head
    raise ApiError(404, "nothing_waits")


def _earlier(request: Request) -> Conversation | None:
    claimed = availability.claimed(request.key)
    return conversations.head(claimed) if claimed else None


def _held(agent: Agent) -> int:
    """Return the number of open conversations that an agent holds, in all teams."""
    wanted = Wanted(status=Status.OPEN, assignee=agent.id)
    partitions = [name for team in team_names.names() for name in inbox_order.partitions(team)]
    return sum(len(inbox_sorting.read_range(name, wanted)[0]) for name in partitions)


def _candidates(teams: list[str]) -> Iterator[Conversation]:
    """Yield open conversations that nobody has, the most urgent first."""
    cursor: Cursor | None = None
    for _ in range(PAGES):
        heads, cursor = inbox_index.page(teams, PAGE, Wanted(status=Status.OPEN, assignee=NOBODY), cursor)
        yield from heads
        if cursor is None:
            return


def _shown(found: Availability, now: int) -> AgentStatus:
    status, since = current(found, now)
    return AgentStatus(found.agent_id, found.name, status, found.capacity, since)
