"""The time that a comparison may take, and its pauses when Scheduler throttles it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from aws import schedules

if TYPE_CHECKING:
    from collections.abc import Callable

RESERVE = 30_000
"""Milliseconds before the end of the call in which nothing is begun any more."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 8.0
"""Seconds for which Scheduler is left alone when it asks for it, longer each time."""


class OutOfTime(Exception):
    """The end of this call is near; the next one goes on."""


class Pace(Struct, frozen=True):
    """The time that is left of a call, in milliseconds."""

    time_left: Callable[[], int]
    urgent: int = 0
    """So much at the end of the call is for what is due soon."""

    def check(self) -> None:
        """Raise ``OutOfTime`` when nothing more should be begun."""
        if self.time_left() < RESERVE:
            raise OutOfTime

    def is_short(self) -> bool:
        """Return whether no more than the time for what is due soon is left."""
        return self.time_left() < self.urgent

    def patiently(self, operation: Callable[..., Any], *arguments: Any) -> Any:
        """Do something with Scheduler, again and more slowly while it has enough. Raises ``OutOfTime``."""
        pause = SHORTEST_PAUSE
        while True:
            try:
                return operation(*arguments)
            except schedules.Throttled:
                self.check()
                time.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
