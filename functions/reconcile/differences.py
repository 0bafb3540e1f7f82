"""Possible differences between promises and schedules, from the index and Scheduler's listing, both a moment old."""

from __future__ import annotations

from heapq import merge
from typing import TYPE_CHECKING

from msgspec import Struct, field

from aws import schedules
from conversations import inbox_order
from conversations.promise import FollowUpState
from storage import follow_up_index, team_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconcile.budget import Pace

GRACE = 300_000
"""Milliseconds that dispatch and follow_up usually have for their work before anybody does it for them."""
MOST_LISTED = 200_000
"""Schedules that are written down at most: listing them takes a minute or two of a run's fifteen."""
AHEAD = 75 * 60_000
"""Milliseconds ahead for which promises are compared where there are more schedules: runs are an hour apart, and may
take a quarter of one."""
NEAR = 60_000
"""Milliseconds before a call in which it is left alone: it would get a second schedule, as for a call that is late."""
CALLED = (FollowUpState.PLANNED, FollowUpState.ASKED)


def made_at(version: str) -> int:
    """Return when the action was done that is a promise's version (milliseconds): its id begins with it."""
    return int(version[:13])


class Lacking(Struct, frozen=True):
    """A conversation whose promise seems to have no schedule."""

    conversation: str
    had_old_name: bool = False
    """It has one of the release in which a conversation had one schedule: nothing was lost."""


class Unclaimed(Struct, frozen=True):
    """A schedule that no promise seems to need: of an older version, of an older release, or of nothing any more."""

    schedule: str

    @property
    def conversation(self) -> str:
        """The conversation that it calls for."""
        return schedules.conversation_of(self.schedule)


class Unlisted(Struct, frozen=True):
    """The next call of a promise that probably has its schedule, as all were not listed."""

    conversation: str
    call: tuple[str, int]


Doubt = Lacking | Unclaimed | Unlisted


class Comparison(Struct):
    """One comparison, which began at a time (milliseconds), page by page."""

    pace: Pace
    began: int
    page: int = schedules.PAGE
    grace: int = GRACE
    most: int = MOST_LISTED
    promises: int = 0
    listed: int = 0
    unclaimed: dict[str, int] = field(default_factory=dict)
    """The schedules, by name, that no promise was found for yet, and when they were made."""

    def lacks_schedule(self, at: int, since: int, now: int) -> bool:
        """Return whether a call at a time, known ``since``, that has no schedule needs one. All in milliseconds.

        What is younger than the comparison, or due at this moment, is in good hands: those of dispatch and follow_up.
        """
        if at <= now:
            return at + self.grace <= now
        return since + self.grace <= self.began

    def late(self) -> Iterator[Doubt]:
        """Promises whose call should have come minutes ago."""
        return (Lacking(listed.conversation) for listed in self._calls(until=self.began - self.grace))

    def write_down(self) -> bool:
        """Write down all schedules; returns False, and writes down none, where there are too many for one run."""
        place, is_more = "", True
        while is_more:
            if self.listed >= self.most:
                self.unclaimed.clear()
                return False
            self.pace.check()
            found, place = self.pace.patiently(schedules.page, place, self.page)
            self.unclaimed |= found
            self.listed += len(found)
            is_more = bool(place)
        return True

    def soon(self) -> Iterator[Doubt]:
        """Promises that are called within the next hours, of which it is not known whether they have schedules.

        The next run follows before the calls of those that are left out.
        """
        for listed in self._calls(until=self.began + AHEAD):
            self.promises += 1
            version, at = listed.call
            if at > self.began and self.lacks_schedule(at, made_at(version), self.began):
                yield Unlisted(listed.conversation, (version, at))

    def unscheduled(self) -> Iterator[Doubt]:
        """Promises without the schedule of their next call; the others claim theirs."""
        old = {schedules.conversation_of(each) for each in self.unclaimed if schedules.is_of_old_release(each)}
        for listed in self._calls():
            self.promises += 1
            version, at = listed.call
            made = self.unclaimed.pop(schedules.name(listed.conversation, version, at), None)
            is_dealt_with = made is not None or at + self.grace <= self.began
            if not is_dealt_with and self.lacks_schedule(at, made_at(version), self.began):
                yield Lacking(listed.conversation, listed.conversation in old)

    def unpromised(self) -> Iterator[Doubt]:
        """Schedules that no promise claimed, unless they are of just now."""
        return (Unclaimed(each) for each, at in self.unclaimed.items() if at + self.grace <= self.began)

    def _calls(self, until: int | None = None) -> Iterator[follow_up_index.Listed]:
        """The promises with a call to come, the most urgent first; with ``until`` only those that are due by then."""
        names = [name for team in team_names.names() for name in inbox_order.partitions(team)]
        walks = [self._walk(name, state, until) for name in names for state in CALLED]
        return merge(*walks, key=lambda listed: listed.call[1])

    def _walk(self, partition: str, state: FollowUpState, until: int | None) -> Iterator[follow_up_index.Listed]:
        start, is_more = None, True
        while is_more:
            self.pace.check()
            found, start = follow_up_index.follow_ups_part(partition, state, start=start, until=until)
            yield from found
            is_more = start is not None
