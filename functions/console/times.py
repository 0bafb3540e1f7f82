"""Times as the API writes them: for programs in UTC, in sentences by the team's clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import overload
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared import texts


class Reader(Struct, frozen=True):
    """Person who reads a sentence: their language, and their IANA time zone, empty if they did not say it."""

    language: str
    zone: str = ""


@overload
def when(at: int) -> str: ...
@overload
def when(at: int | None) -> str | None: ...
def when(at: int | None) -> str | None:
    """Return milliseconds as ISO 8601 in UTC."""
    if at is None:
        return None
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_zone(name: str) -> bool:
    """Return whether there is an IANA time zone of this name."""
    try:
        return bool(name) and ZoneInfo(name).key == name
    except (KeyError, ValueError, OSError):
        return False


def in_words(at: int, team_zone: str, reader: Reader) -> str:
    """Return a time (milliseconds) by the team's clock; where the reader's shows another, it says whose that is."""
    there, here = (datetime.fromtimestamp(at / 1000, ZoneInfo(zone)) for zone in (team_zone, reader.zone or team_zone))
    moment = _moment(there, reader.language)
    if here.replace(tzinfo=None) == there.replace(tzinfo=None):
        return moment
    return texts.text("calendar.team_zone", reader.language, moment=moment, zone=team_zone)


def _moment(local: datetime, language: str) -> str:
    """Return a time as people of this language write it, such as ``Thu 26 Nov 2026, 16:00``."""
    day = texts.text("calendar.days", language).split()[local.weekday()]
    month = texts.text("calendar.months", language).split()[local.month - 1]
    fields = {"day": day, "date": local.day, "month": month, "year": local.year, "time": f"{local:%H:%M}"}
    return texts.text("calendar.moment", language, **fields)
