"""Looks whether the accounts of agents are still there, and gives back to the teams what those hold who are gone.

Cognito tells nobody of an account that is removed, disabled or taken out of its groups, so the pool is read each time.
Where that fails, nobody is taken for gone.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from application import departures
from aws import clients, working_accounts
from conversations import inbox_order
from conversations.conversation import Status
from shared.telemetry import logger
from storage import agents, conversations, inbox_index, keys, team_names
from storage.inbox_index import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from storage.agents import Known

ROLES = ("agent", "lead", "admin")
PAGE = 100
RESERVE = 10_000
"""Milliseconds before the end of a call in which nothing is begun any more."""
SETTLED = int(agents.KEPT * 1000) + 30_000
"""Milliseconds after which everybody knows that somebody is gone, and the index has all that was written before."""
_HELD = (Status.OPEN, Status.WAITING, Status.SNOOZED)


class _NoTimeLeft(Exception):
    """The next call goes on."""


def give_back(clock: Callable[[], int], time_left: Callable[[], int]) -> Counter[str]:
    """Note who is gone and who is there again, and give back what those hold who are gone; return how many."""
    done = Counter(agents_gone=0, returned=0)
    known = agents.registered()
    if not known:
        return done
    try:
        working = working_accounts.ids(ROLES)
    except clients.failures() as error:
        logger.warning("Accounts not read", error=type(error).__name__)
        return done
    for agent in known:
        if (agent.id in working) == bool(agent.gone_at):
            agents.mark(agent, 0 if agent.gone_at else clock())
            done["agents_gone"] += not agent.gone_at
    for agent in agents.registered() if done["agents_gone"] else known:
        if agent.id not in working and agent.gone_at and not agent.returned_at:
            _return(agent, clock, time_left, done)
    return done


def _return(agent: Known, clock: Callable[[], int], time_left: Callable[[], int], done: Counter[str]) -> None:
    """Give back all that one who is gone holds, or as much as there is time for."""
    began = clock()
    try:
        for team, conversation_id in _held(agent.id, time_left):
            departures.tell(team, agent, clock())
            done["returned"] += departures.give_back(conversation_id, agent.id, clock)
    except (_NoTimeLeft, conversations.Conflict):
        return  # the next call goes on
    if began >= agent.gone_at + SETTLED:
        agents.mark(agent, agent.gone_at, clock())


def _held(agent_id: str, time_left: Callable[[], int]) -> Iterator[tuple[str, str]]:
    """Yield the conversations that an agent holds and that are not closed, with their teams."""
    for team in team_names.names():
        for partition in inbox_order.partitions(team):
            for status in _HELD:
                wanted, start, is_more = Wanted(status=status, assignee=agent_id), None, True
                while is_more:
                    if time_left() < RESERVE:
                        raise _NoTimeLeft
                    found, start = inbox_index.inbox_part(partition, PAGE, start, wanted)
                    yield from ((team, keys.id_of(head.identity)) for _, head in found)
                    is_more = start is not None
