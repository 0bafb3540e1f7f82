"""The pace of a bulk: one question after the other, in the hours of each team."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from console.actions.follow_up_plan import moment_of
from conversations.business_hours import next_opening

if TYPE_CHECKING:
    from console.bodies.conversations import FollowUpWish
    from conversations.team_settings import Team

HOUR = 3_600_000


class Pace(Struct):
    """The time of each place of a bulk, at a number of places per hour.

    Asking stops where a team's day ends and goes on where the next one begins; or the opening would get all that
    would have been asked in the night at once.
    """

    wish: FollowUpWish
    per_hour: int
    now: int
    """Milliseconds."""
    _turns: dict[str, list[int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def timed(self, team: Team, place: int) -> FollowUpWish:
        """The wish of who stands at this place, the first being 0; raises a 422 for a wish without a time."""
        with self._lock:
            turns = self._turns.setdefault(team.name, [])
            while len(turns) <= place:
                earliest = turns[-1] + self._step() if turns else moment_of(self.wish, team, self.now)
                turns.append(next_opening(team.hours, earliest) or earliest)
            return replace(self.wish, at=turns[place], after=None)

    def _step(self) -> int:
        return -(-HOUR // self.per_hour)
