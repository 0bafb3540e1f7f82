"""Durations as ISO 8601 writes them: in working time, and on a wall clock."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from conversations.local_time import EPOCH, MS, YEAR, local_time

LONGEST_DURATION = 30
_DURATION = re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?", re.ASCII)


def is_duration(text: str) -> bool:
    """Return whether a text is an ISO 8601 duration as it is taken here: whole numbers, the units in their order."""
    return len(text) <= LONGEST_DURATION and _DURATION.fullmatch(text) is not None


def working_length(duration: str) -> int:
    """Return how long an ISO 8601 duration of hours, minutes and seconds is, in milliseconds; raises ``ValueError``.

    Days have no length in working time: a team that works for eight hours a day writes ``PT16H`` for two of them.
    """
    match = _DURATION.fullmatch(duration) if len(duration) <= LONGEST_DURATION else None
    if match is None or not duration.startswith("PT"):
        raise ValueError("a duration of hours and minutes like PT4H")
    hours, minutes, seconds = (int(part[:-1]) if part else 0 for part in match.groups()[5:])
    length = ((hours * 60 + minutes) * 60 + seconds) * 1000
    if not 0 < length <= YEAR:
        raise ValueError("a duration of hours and minutes like PT4H")
    return length


def moment_after(duration: str, start: int, zone: str) -> int:
    """``start`` plus an ISO 8601 duration: days and longer on the zone's wall clock, hours and shorter exactly.

    So P7D keeps four o'clock when daylight-saving time begins, and PT168H does not. A wall time that is skipped
    goes forward by the gap, of one that comes twice the first is meant. ValueError for what is no duration, or
    leads out of the calendar.
    """
    import isodate

    if not is_duration(duration):
        raise ValueError("no ISO 8601 duration")
    calendar, _, clock = duration.partition("T")
    try:
        there = local_time(start, zone)
        wall = there.replace(tzinfo=None)
        moved = wall if calendar == "P" else wall + isodate.parse_duration(calendar)
        # Left alone, or the second of two equal hours would become the first.
        moment = there if moved == wall else moved.replace(tzinfo=ZoneInfo(zone), fold=0)
        exact = moment.astimezone(UTC) + cast(timedelta, isodate.parse_duration(f"PT{clock or '0S'}"))
    except OverflowError:
        raise ValueError("beyond the calendar") from None
    return (exact - EPOCH) // MS
