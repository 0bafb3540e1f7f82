"""The table is right and Scheduler follows it: what was lost on the way is put right here.

First come the promises that are late, then all others in the order in which they come due (where there are very many,
those of the next hours), at last the schedules that nobody needs. Before anything is changed its head is read again,
and once more after it. So a promise that is made meanwhile keeps its schedule. A schedule's name says which version and
time it calls for, so it is right or to go.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct, field

from aws import schedules
from conversations.follow_ups import next_call
from reconcile.budget import OutOfTime, Pace
from reconcile.differences import GRACE, MOST_LISTED, NEAR, Comparison, Lacking, Unclaimed, Unlisted, made_at
from shared.telemetry import logger
from storage import conversations, keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conversations.promise import FollowUp
    from reconcile.differences import Doubt

WORKERS = 8
BATCH = 100
"""Doubts that are looked into side by side before others are searched for."""
Call = tuple[str, int]
"""The version of a promise, and the time of its next call (milliseconds)."""


class Report(Struct, frozen=True):
    """Numbers of promises compared, repaired, and not repairable. Not ``finished``: time ran out before the end.

    ``removed`` counts schedules of older versions as well, and ``renamed`` promises that had one of an older release
    and got one of today's: neither was lost.
    """

    promises: int
    schedules: int
    restored: int
    removed: int
    failed: int
    finished: bool
    renamed: int = 0


def reconcile(
    clock: Callable[[], int],
    time_left: Callable[[], int],
    page: int = schedules.PAGE,
    grace: int = GRACE,
    most: int = MOST_LISTED,
) -> Report:
    """Compare all promises with all schedules, and repair both ways; all times in milliseconds.

    Where there are more schedules than ``most``, or listing them takes too long, the promises of the next hours are
    compared first, and then a part of the schedules, as far as there is time.

    May be repeated, cut off and run twice at a time. When time runs out, what is most urgent has been done.
    """
    pace = Pace(time_left, urgent=time_left() // 3)
    repair = Repair(Comparison(pace, clock(), page, grace, most), pace, clock)
    finished = repair.run()
    comparison, done = repair.comparison, repair.done
    return Report(
        comparison.promises,
        comparison.listed,
        restored=done["restored"],
        removed=done["removed"],
        failed=done["failed"],
        finished=finished,
        renamed=done["renamed"],
    )


class Repair(Struct):
    """The repairs that a comparison leads to."""

    comparison: Comparison
    pace: Pace
    clock: Callable[[], int]
    done: Counter[str] = field(default_factory=Counter)

    def run(self) -> bool:
        """Compare and repair; whether it came to the end."""
        comparison = self.comparison
        with ThreadPoolExecutor(max_workers=WORKERS) as pool:
            try:
                self._settle(comparison.late(), pool)
                if not comparison.are_many() and comparison.write_down():
                    self._settle(comparison.unscheduled(), pool)
                    self._settle(comparison.unpromised(), pool)
                else:
                    self._settle(comparison.soon(), pool)
                    self._settle(comparison.of_this_hour(), pool)
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
            if isinstance(doubt, Unlisted):
                return self._make_sure(doubt.conversation, doubt.call)
            return self._remove(doubt) if isinstance(doubt, Unclaimed) else self._restore(doubt)
        except OutOfTime:
            raise
        except Exception:
            logger.exception("Schedule not compared", conversation_id=doubt.conversation)
            return "failed"

    def _restore(self, doubt: Lacking) -> str:
        """Make the schedule that a head asks for, unless it asks for none any more or has one by now."""
        follow_up = _follow_up(doubt.conversation)
        call = next_call(follow_up)
        if not call or not follow_up:
            return "right"
        since = max(made_at(call[0]), follow_up.asked_at or 0)
        if not self.comparison.lacks_schedule(call[1], since, self.clock()):
            return "right"
        self._follow(doubt.conversation, call)
        return "renamed" if doubt.had_old_name else "restored"

    def _remove(self, doubt: Unclaimed) -> str:
        """Remove a schedule that its head does not ask for, neither before it is removed nor after."""
        call = next_call(_follow_up(doubt.conversation))
        if call and doubt.schedule == schedules.name(doubt.conversation, *call):
            return "right"
        self.pace.patiently(schedules.delete, doubt.schedule)
        after = next_call(_follow_up(doubt.conversation))
        if after and after != call:
            self._follow(doubt.conversation, after)
        return "removed"

    def _make_sure(self, conversation: str, call: Call) -> str:
        """Make the schedule of a call, which most probably is there; take it away again if the head asks for none."""
        now = self.clock()
        if call[1] <= now + NEAR or not self.pace.patiently(schedules.put, conversation, *call, now):
            return "right"
        if next_call(_follow_up(conversation)) == call:
            return "restored"
        self.pace.patiently(schedules.delete, schedules.name(conversation, *call))
        return "right"

    def _follow(self, conversation: str, call: Call | None) -> None:
        """Have Scheduler call as the head says, until the head says the same after it as before."""
        while call:
            self.pace.patiently(schedules.put, conversation, *call, self.clock())
            before, call = call, next_call(_follow_up(conversation))
            if call == before:
                return
            self.pace.patiently(schedules.delete, schedules.name(conversation, *before))


def _follow_up(conversation: str) -> FollowUp | None:
    """The follow-up as it is now. A branch that was taken up into its thread has none of its own any more."""
    head = conversations.head(conversation)
    return head.follow_up if head and keys.id_of(head.identity) == conversation else None
