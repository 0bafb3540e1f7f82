"""The table is right and Scheduler follows it: what was lost on the way is put right here.

First come the promises that are late, then all others in the order in which they come due, at last the schedules that
nobody needs. Before anything is changed its head is read again, and once more after it. So a promise that is made
meanwhile keeps its schedule.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from conversations import items, schedules, store
from conversations.follow_ups import next_call
from reconcile.doubts import GRACE, Comparison, made_at
from reconcile.pace import OutOfTime, Pace
from shared.telemetry import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conversations.model import FollowUp
    from reconcile.doubts import Doubt

WORKERS = 8
BATCH = 100
"""Doubts that are looked into side by side before others are searched for."""
Call = tuple[str, int]
"""The version of a promise, and the time of its next call (milliseconds)."""


@dataclass(frozen=True, slots=True)
class Report:
    """How many were compared, put right, and could not be. Not ``finished``: time ran out before all was compared."""

    promises: int
    schedules: int
    restored: int
    removed: int
    failed: int
    finished: bool


def reconcile(
    clock: Callable[[], int], time_left: Callable[[], int], page: int = schedules.PAGE, grace: int = GRACE
) -> Report:
    """Compare all promises with all schedules, and repair both ways; all times in milliseconds.

    May be repeated, cut off and run twice at a time. When time runs out, what is most urgent has been done.
    """
    pace = Pace(time_left)
    repair = Repair(Comparison(pace, clock(), page, grace), pace, clock)
    finished = repair.run()
    found, done = repair.comparison, repair.done
    return Report(found.promises, found.listed, done["restored"], done["removed"], done["failed"], finished)


@dataclass(slots=True)
class Repair:
    """What a comparison leads to."""

    comparison: Comparison
    pace: Pace
    clock: Callable[[], int]
    done: Counter[str] = field(default_factory=Counter)

    def run(self) -> bool:
        """Compare and repair; whether it came to the end."""
        found = self.comparison
        with ThreadPoolExecutor(max_workers=WORKERS) as pool:
            try:
                self._settle(found.late(), pool)
                found.write_down()
                self._settle(found.unscheduled(), pool)
                self._settle(found.unpromised(), pool)
            except OutOfTime:
                return False
        return True

    def _settle(self, doubts: Iterator[Doubt], pool: ThreadPoolExecutor) -> None:
        while some := list(islice(doubts, BATCH)):
            self.done.update(pool.map(self._look_into, some))

    def _look_into(self, doubt: Doubt) -> str:
        """Do as the head says and tell what that was; one that cannot be read or changed is no harm to the others."""
        self.pace.check()
        try:
            return self._repair(*doubt)
        except OutOfTime:
            raise
        except Exception:
            logger.exception("Schedule not compared", conversation_id=doubt[0])
            return "failed"

    def _repair(self, conversation: str, changed_at: int | None) -> str:
        follow_up = _follow_up(conversation)
        call = next_call(follow_up)
        if call and follow_up:
            since = max(made_at(call[0]), follow_up.asked_at or 0)
            if not self.comparison.lacks_schedule(call[1], since, changed_at, self.clock()):
                return "right"
        elif changed_at is None:
            return "right"
        self._agree(conversation, call)
        return "restored" if call else "removed"

    def _agree(self, conversation: str, call: Call | None) -> None:
        """Have Scheduler do as the head says, until the head says the same after it as before."""
        while True:
            self.pace.patiently(self._follow, conversation, call)
            before, call = call, next_call(_follow_up(conversation))
            if call == before:
                return

    def _follow(self, conversation: str, call: Call | None) -> None:
        if call:
            schedules.put(conversation, *call, self.clock())
        else:
            schedules.delete(conversation)


def _follow_up(conversation: str) -> FollowUp | None:
    """The follow-up as it is now. A branch that was taken up into its thread has none of its own any more."""
    head = store.head(conversation)
    return head.follow_up if head and items.id_of(head.identity) == conversation else None
