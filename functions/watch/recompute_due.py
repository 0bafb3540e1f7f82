"""Updates after changes of leads and admins: due times after new rules, and teams that were deleted too early."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from conversations import inbox_order, sla
from conversations.conversation import Status
from shared.telemetry import logger
from storage import conversations, customer_cards, inbox_index, team_names, teams

if TYPE_CHECKING:
    from collections.abc import Callable

    from conversations.conversation import Conversation
    from conversations.team_settings import Team

PAGE = 100
WORKERS = 8
RESERVE = 10_000
"""Milliseconds before the end of a call in which nothing is begun any more."""
SETTLED = int(teams.KEPT * 1000) + 5_000
"""Milliseconds after which nobody works with the rules of before any more."""
_WAITED_FOR = (Status.OPEN, Status.SNOOZED)


def keep_up(clock: Callable[[], int], time_left: Callable[[], int]) -> Counter[str]:
    """Update due times, and restore teams that have conversations; return the number of changed heads."""
    done = Counter(renewed=0)
    names = set(team_names.names())
    for team, since in teams.outdated().items():
        began = clock()
        if team in names:
            renewed, is_complete = _renew(teams.team(team), began, time_left)
            done["renewed"] += renewed
        else:
            is_complete = True
        if is_complete and began >= since + SETTLED:
            teams.brought_up_to_date(team, since)
    for team in team_names.removed_lately():
        if not inbox_index.is_empty(team):
            logger.warning("A team that was taken away has a conversation", team=team)
            team_names.restore(team)
    return done


def _renew(team: Team, now: int, time_left: Callable[[], int]) -> tuple[int, bool]:
    """Write the due times that changed in a team's conversations; return their number, and whether all were read."""
    renewed = 0
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        for partition in inbox_order.partitions(team.name):
            for status in _WAITED_FOR:
                letter, start, is_more = inbox_order.LETTERS[status], None, True
                while is_more:
                    if time_left() < RESERVE:
                        return renewed, False
                    found, start = inbox_index.standing(partition, letter, f"{letter}~", PAGE, start)
                    renewed += sum(pool.map(lambda entry: _renewed(entry[1], team, now), found))
                    is_more = start is not None
    return renewed, True


def _renewed(head: Conversation, team: Team, now: int) -> bool:
    after = sla.with_due(customer_cards.with_vip(head), team)
    if after == head:
        return False
    try:
        conversations.put_head(after, now)
    except conversations.Conflict:
        return False  # another writer was faster: the next call looks at this head again, until the mark is taken away
    return True
