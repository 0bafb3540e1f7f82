"""Where promises and schedules may differ: a comparison of the index with Scheduler's listing, both a moment old."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import merge
from typing import TYPE_CHECKING

from conversations import directory, schedules, store, urgency
from conversations.model import FollowUpState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconcile.pace import Pace

GRACE = 300_000
"""Milliseconds that dispatch and follow_up usually have for their work before anybody does it for them."""
CLOCKS_DIFFER = 5_000
"""Milliseconds by which Scheduler's clock and ours may differ."""
CALLED = (FollowUpState.PLANNED, FollowUpState.ASKED)
Doubt = tuple[str, int | None]
"""A conversation, and the time (milliseconds) at which its schedule was last changed; None when none was found."""


def made_at(version: str) -> int:
    """When the action was done that is a promise's version (milliseconds): its id begins with it."""
    return int(version[:13])


@dataclass(slots=True)
class Comparison:
    """One comparison, which began at a time (milliseconds), page by page."""

    pace: Pace
    began: int
    page: int = schedules.PAGE
    grace: int = GRACE
    promises: int = 0
    listed: int = 0
    unclaimed: dict[str, int] = field(default_factory=dict)
    """The schedules that no promise was found for yet, and when they were last changed."""

    def lacks_schedule(self, at: int, since: int, changed_at: int | None, now: int) -> bool:
        """Whether a call at a time, known ``since``, has no schedule that was changed after that. All in milliseconds.

        What is younger than the comparison, or due at this moment, is in good hands: those of dispatch and follow_up.
        """
        if at <= now:
            return at + self.grace <= now and (changed_at is None or changed_at + self.grace <= now)
        if since + self.grace > self.began:
            return False
        return changed_at is None or changed_at + CLOCKS_DIFFER < since

    def late(self) -> Iterator[Doubt]:
        """Promises whose call should have come minutes ago."""
        return ((listed.conversation, None) for listed in self._calls(until=self.began - self.grace))

    def write_down(self) -> None:
        """Write down all schedules there are."""
        place, is_more = "", True
        while is_more:
            self.pace.check()
            found, place = self.pace.patiently(schedules.page, place, self.page)
            self.unclaimed |= found
            self.listed += len(found)
            is_more = bool(place)

    def unscheduled(self) -> Iterator[Doubt]:
        """Promises without a schedule, or with one of before they were made; the others claim theirs."""
        for listed in self._calls():
            self.promises += 1
            version, at = listed.call
            changed_at = self.unclaimed.pop(listed.conversation, None)
            is_dealt_with = at + self.grace <= self.began
            if not is_dealt_with and self.lacks_schedule(at, made_at(version), changed_at, self.began):
                yield listed.conversation, changed_at

    def unpromised(self) -> Iterator[Doubt]:
        """Schedules that no promise claimed, unless they are of just now."""
        return ((each, at) for each, at in self.unclaimed.items() if at + self.grace <= self.began)

    def _calls(self, until: int | None = None) -> Iterator[store.Listed]:
        """The promises with a call to come, the most urgent first; with ``until`` only those that are due by then."""
        names = [name for team in directory.teams() for name in urgency.partitions(team)]
        walks = [self._walk(name, state, until) for name in names for state in CALLED]
        return merge(*walks, key=lambda listed: listed.call[1])

    def _walk(self, partition: str, state: FollowUpState, until: int | None) -> Iterator[store.Listed]:
        start, is_more = None, True
        while is_more:
            self.pace.check()
            found, start = store.follow_ups_part(partition, state, start=start, until=until)
            yield from found
            is_more = start is not None
