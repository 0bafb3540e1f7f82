"""Each search that runs has a clock in EventBridge Scheduler for each kind of its sources, and no other has one."""

from __future__ import annotations

from application import search_sources
from aws import schedules
from outreach.searches import kinds
from shared.telemetry import logger
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
    there = schedules.searching()
    started = wanted.keys() - there
    for name in started:
        search_id, kind, seconds = wanted[name]
        schedules.search(search_id, kind, seconds, target)
        logger.info("Clock of a search started", search=search_id, kind=kind)
    for name in there - wanted.keys():
        schedules.listen_no_more(name)
        logger.info("Clock of a search stopped", clock=name)
    return [wanted[name][:2] for name in started]
