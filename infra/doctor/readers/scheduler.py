"""The schedules of EventBridge Scheduler, read with the functions' own code."""

from __future__ import annotations


def polls() -> set[str]:
    """Return the names of the schedules with which platforms are asked."""
    from aws import schedules

    return schedules.listening()


def searches() -> set[str]:
    """Return the names of the schedules with which searches are run."""
    from aws import schedules

    return schedules.searching()


def promises_without_schedule(now: int) -> int:
    """Return how many promises have no schedule of their next call, as reconcile sees it; ``now`` in milliseconds."""
    from reconcile.budget import Pace
    from reconcile.differences import Comparison

    comparison = Comparison(Pace(lambda: ENOUGH), now)
    comparison.write_down()
    return sum(1 for _ in comparison.unscheduled())


ENOUGH = 3_600_000
"""Milliseconds that the comparison takes to be left, at any moment: nothing cuts a command off."""
