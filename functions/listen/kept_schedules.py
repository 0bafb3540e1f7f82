"""Schedules in EventBridge Scheduler that call again and again: all that are wanted, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws import schedules
from shared.telemetry import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet


def keep_up(
    wanted: Mapping[str, tuple[str, str, int]],
    there: AbstractSet[str],
    start: Callable[[str, str, int, str], None],
    target: str,
) -> list[tuple[str, str]]:
    """Start the schedules that are wanted and not there, and delete those that are there and not wanted.

    ``wanted`` has by a schedule's name two names of what is called for, and after how many seconds it is called;
    ``target`` is the function to call. Returns the names of that for which one was started. May be repeated.
    """
    started = wanted.keys() - there
    for name in started:
        start(*wanted[name], target)
        logger.info("Clock started", clock=name, called_for=wanted[name][:2])
    for name in there - wanted.keys():
        schedules.delete(name)
        logger.info("Clock stopped", clock=name)
    return [wanted[name][:2] for name in started]
