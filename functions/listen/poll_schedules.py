"""Each connection that has to be asked has a clock of its own in EventBridge Scheduler, and no other has one."""

from __future__ import annotations

import channels
from aws import schedules
from listen import kept_schedules
from storage import connections


def keep_up(target: str) -> list[tuple[str, str]]:
    """Give every connection that has to be asked its clock, and take it from those that are gone or held.

    ``target`` is the function to call. Returns whose clock was started, each as channel and name: what is said from
    now on is news there. May be repeated: Scheduler is not the truth, the connections are.
    """
    wanted = {
        schedules.listen_name(each.channel, each.name): (each.channel, each.name, seconds)
        for each in connections.connections()
        if not each.held and (seconds := _seconds(each.channel))
    }
    return kept_schedules.keep_up(wanted, schedules.listening(), schedules.listen, target)


def with_gaps() -> list[tuple[str, str]]:
    """Return the connections whose webhook was silent for a while and that can read back what was written then."""
    return [
        (each.channel, each.name)
        for each in connections.connections()
        if each.missed_until and each.channel in channels.names() and channels.get(each.channel).recovers
    ]


def let_try(now: int) -> None:
    """Have what waits for a connection tried again once its pause is over: perhaps it works by now."""
    for each in connections.connections():
        if each.parked and not each.held and each.problem and each.paused_until <= now:
            connections.lift_pause(each, each.pause)


def _seconds(channel: str) -> int | None:
    return channels.get(channel).capabilities.poll_seconds if channel in channels.names() else None
