"""Adds what was counted more than a day ago to the rows of the reports, so that a report reads a day of entries.

Two calls at the same time, and one that ends anywhere, add each entry once.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from shared.telemetry import logger
from storage import reporting, table, team_names

if TYPE_CHECKING:
    from collections.abc import Callable

EVERY = 3_600_000
"""Milliseconds after which an environment does this again: it costs a read or two per team."""
RESERVE = 10_000
"""Milliseconds before the end of a call in which nothing is begun any more."""


class Folding:
    """The folding of one environment."""

    def __init__(self) -> None:
        self._next_at = 0

    def fold_all(self, clock: Callable[[], int], time_left: Callable[[], int]) -> Counter[str]:
        """Add the final entries of all teams to their rows, as far as there is time; return how many those were."""
        done = Counter(figures_folded=0)
        began = clock()
        if began < self._next_at:
            return done
        for team in team_names.names():
            while time_left() >= RESERVE and (folded := _fold(team, clock())):
                done["figures_folded"] += folded
        if time_left() >= RESERVE:
            self._next_at = began + EVERY
        return done


def _fold(team: str, now: int) -> int:
    try:
        return reporting.fold(team, now)
    except table.Conflict:
        logger.info("Another call folds the figures", team=team)
        return 0
