"""Effects on the scheduler: the calls for follow-ups that come due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws import schedules
from conversations import effects

if TYPE_CHECKING:
    from collections.abc import Callable


def schedule(conversation_id: str, effect: effects.Schedule, clock: Callable[[], int]) -> None:
    """Have a version of a follow-up called when it comes due."""
    schedules.put(conversation_id, effect.version, effect.at, clock())


def unschedule(conversation_id: str, effect: effects.Unschedule, clock: Callable[[], int]) -> None:
    """Take a call back that is still to come.

    One whose time has passed has called, and Scheduler deletes it; or it calls late, and finds nothing to do.
    """
    if effect.at <= clock():
        return
    schedules.delete(schedules.name(conversation_id, effect.version, effect.at))


HANDLERS = {effects.Schedule: schedule, effects.Unschedule: unschedule}
