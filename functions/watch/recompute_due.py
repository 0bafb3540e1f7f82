"""Updates after changes of leads and admins: due times after new rules, and teams that were deleted too early."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from msgspec import Struct, field

from conversations import inbox_order, sla
from conversations.conversation import Status
from shared.telemetry import logger
from storage import conversations, customer_cards, inbox_index, team_names, teams

if TYPE_CHECKING:
    from collections.abc import Callable

    from conversations.conversation import Conversation
    from conversations.team_settings import Team
    from storage.index_places import Place

PAGE = 100
WORKERS = 8
RESERVE = 10_000
"""Milliseconds before the end of a call in which nothing is begun any more."""
SETTLED = int(teams.KEPT * 1000) + 5_000
"""Milliseconds after which nobody works with the rules of before any more."""
_WAITED_FOR = (Status.OPEN, Status.SNOOZED)


class _Pass(Struct):
    """One walk through the open conversations of a team, which several calls may carry on."""

    since: int
    """Time of the change for which it is made (milliseconds)."""
    began: int
    part: int = 0
    """Number of the partition and status that are being read."""
    start: Place | None = None


class Updates(Struct):
    """The positions that the last call of this environment reached, by team."""

    passes: dict[str, _Pass] = field(default_factory=dict)

    def keep_up(self, clock: Callable[[], int], time_left: Callable[[], int]) -> Counter[str]:
        """Update due times, and restore teams that have conversations; return the number of changed heads."""
        done = Counter(renewed=0)
        names = set(team_names.names())
        for team, since in teams.outdated().items():
            now, known = clock(), self.passes.get(team)
            current = known if known and known.since == since else _Pass(since, now)
            self.passes[team] = current
            if team in names and not _renew(teams.team(team), current, now, time_left, done):
                continue
            del self.passes[team]
            if current.began >= since + SETTLED:
                teams.brought_up_to_date(team, since)
        _restore_teams()
        return done


def _restore_teams() -> None:
    for team in team_names.removed_lately():
        if not inbox_index.is_empty(team):
            logger.warning("A team that was taken away has a conversation", team=team)
            team_names.restore(team)


def _renew(team: Team, current: _Pass, now: int, time_left: Callable[[], int], done: Counter[str]) -> bool:
    """Write the due times that changed in a team's conversations, from a position on; return whether all were read."""
    parts = [(name, status) for name in inbox_order.partitions(team.name) for status in _WAITED_FOR]
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        while current.part < len(parts):
            if time_left() < RESERVE:
                return False
            partition, status = parts[current.part]
            letter = inbox_order.LETTERS[status]
            found, following = inbox_index.standing(partition, letter, f"{letter}~", PAGE, current.start)
            done["renewed"] += sum(pool.map(lambda entry: _renewed(entry[1], team, now), found))
            current.start = following  # not before, or a page that failed would be left out
            current.part += following is None
    return True


def _renewed(head: Conversation, team: Team, now: int) -> bool:
    after = sla.with_due(customer_cards.with_vip(head), team)
    if after == head:
        return False
    try:
        conversations.put_head(after, now)
    except conversations.Conflict:
        return False  # another writer was faster: the next call looks at this head again, until the mark is taken away
    return True
