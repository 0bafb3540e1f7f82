"""Each search that runs has a clock in EventBridge Scheduler for each kind of its sources, and no other has one."""

from __future__ import annotations

from application import search_sources
from aws import schedules
from listen import kept_schedules
from outreach.searches import kinds
from storage import searches


def keep_up(target: str) -> list[tuple[str, str]]:
    """Give each search its clocks, and take them from those that are gone, paused, or have no such sources any more.

    ``target`` is the function to call. Returns whose clocks were started, each as search and kind of source. May be
    repeated: Scheduler is not the truth, the searches are.
    """
    wanted = {
        schedules.search_name(search.id, kind): (search.id, kind, search_sources.seconds(kind))
        for search in searches.every()
        if not search.paused
        for kind in kinds(search)
    }
    return kept_schedules.keep_up(wanted, schedules.searching(), schedules.search, target)
