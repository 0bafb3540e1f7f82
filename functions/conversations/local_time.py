"""Moments, in milliseconds since 1970 (UTC), as wall clocks show them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MS = timedelta(milliseconds=1)
MINUTE = 60_000
MINUTES_A_DAY = 1440
YEAR = 366 * MINUTES_A_DAY * MINUTE


def week_of(at: int) -> str:
    """The ISO week of a time in milliseconds: ``2026-W48``."""
    year, week, _ = (EPOCH + at * MS).isocalendar()
    return f"{year}-W{week:02d}"


def local_time(at: int, zone: str) -> datetime:
    """Return what the clock of an IANA time zone shows at a moment."""
    return (EPOCH + at * MS).astimezone(ZoneInfo(zone))
