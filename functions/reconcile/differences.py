"""Possible differences between promises and schedules, from the index and Scheduler's listing, both a moment old."""

from __future__ import annotations

from heapq import merge
from itertools import product
from typing import TYPE_CHECKING

from msgspec import Struct, field

from aws import schedules
from conversations import inbox_order
from conversations.follow_ups import next_call
from conversations.promise import FollowUpState
from storage import conversations, follow_up_index, team_names

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
PIECES = tuple(map("".join, product("abcdefghijklmnopqrstuvwxyz234567", repeat=2)))
"""The beginnings of conversations' ids, which are digests: each has an equal share of the schedules."""
HOUR, HOURS = 3_600_000, 24
"""Milliseconds in which a part of the pieces has its turn, and the number of these parts."""
STEP = 17
"""Pieces between those with which a part begins on two days."""
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

    def are_many(self) -> bool:
        """Return whether there are more schedules than one run can write down, judged by one piece of them."""
        number = 0
        for found in self._pages(PIECES[0]):
            number += len(found)
            if number * len(PIECES) > self.most:
                return True
        return False

    def write_down(self) -> bool:
        """Write down all schedules; returns False, and writes down none, where there are too many for one run."""
        for found in self._pages():
            self.listed += len(found)
            if self.listed > self.most or self.pace.is_short():
                self.unclaimed.clear()
                self.listed = 0
                return False
            self.unclaimed |= found
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

    def of_this_hour(self) -> Iterator[Doubt]:
        """Schedules that no promise seems to need, among as many as there is time for; each piece has its hour."""
        hour = self.began // HOUR
        pieces = PIECES[hour % HOURS :: HOURS]
        first = hour // HOURS * STEP % len(pieces)  # another each day, so that none is always the last
        for piece in (*pieces[first:], *pieces[:first]):
            for found in self._pages(piece):
                if self.listed >= self.most or self.pace.is_short():
                    return
                self.listed += len(found)
                yield from self._unneeded([each for each, at in found.items() if at + self.grace <= self.began])

    def _unneeded(self, listed: list[str]) -> Iterator[Doubt]:
        heads = conversations.heads(list({schedules.conversation_of(each) for each in listed}))
        for each in listed:
            conversation = schedules.conversation_of(each)
            call = next_call(heads[conversation].follow_up) if conversation in heads else None
            if call and schedules.is_of_old_release(each):
                yield Lacking(conversation, had_old_name=True)
            if not call or each != schedules.name(conversation, *call):
                yield Unclaimed(each)

    def _pages(self, ids: str = "") -> Iterator[dict[str, int]]:
        """The schedules whose conversations' ids begin so, page by page."""
        place, is_more = "", True
        while is_more:
            self.pace.check()
            found, place = self.pace.patiently(schedules.page, place, self.page, ids)
            yield found
            is_more = bool(place)

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
