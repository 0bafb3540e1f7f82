"""Business hours as administrators write them: their JSON form, read and checked."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from conversations import public_holidays
from conversations.business_hours import ALWAYS, DAYS, Hours, Span
from conversations.local_time import MINUTES_A_DAY

_SPAN = re.compile(r"(\d\d):([0-5]\d)-(\d\d):([0-5]\d)", re.ASCII)


def hours_of(document: Any) -> Hours:
    """Return what an administrator wrote as JSON. What is missing restricts nothing; ValueError names the field at
    fault.
    """
    _check_names(document, "hours", set(Hours.__struct_fields__))
    country, subdivision = _text(document, "country"), _text(document, "subdivision")
    if country or subdivision:
        public_holidays.calendar(country, subdivision)
    hours = Hours(
        zone=_zone(document, "zone", ALWAYS.zone),
        week=_week(document["week"]) if "week" in document else ALWAYS.week,
        country=country,
        subdivision=subdivision,
        closed=_dates(document, "closed"),
        open=_dates(document, "open"),
        quiet=_in_order([span for pair in _spans(document.get("quiet", []), "quiet") for span in pair], "quiet"),
        customer_zone=_zone(document, "customer_zone", ""),
    )
    if both := hours.closed & hours.open:
        raise ValueError(f"open: {min(both)} is closed, too")
    return hours


def document_of_hours(hours: Hours) -> dict[str, Any]:
    """The JSON form of it, from which ``hours_of`` makes the same again."""
    days = zip(DAYS, hours.week, strict=True)
    return {
        "zone": hours.zone,
        "week": {name: [_written(span) for span in day] for name, day in days if day},
        "country": hours.country,
        "subdivision": hours.subdivision,
        "closed": sorted(hours.closed),
        "open": sorted(hours.open),
        "quiet": [_written(span) for span in hours.quiet],
        "customer_zone": hours.customer_zone,
    }


def _check_names(value: Any, where: str, names: set[str]) -> None:
    if not isinstance(value, dict):
        raise ValueError(f"{where}: an object")
    if unknown := value.keys() - names:
        raise ValueError(f"{where}: unknown field {min(map(str, unknown))[:50]}")


def _text(document: dict[str, Any], name: str, default: str = "") -> str:
    value = document.get(name, default)
    if not isinstance(value, str):
        raise ValueError(f"{name}: a text")
    return value


def _texts(value: Any, where: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{where}: a list of texts")
    return value


def _zone(document: dict[str, Any], name: str, default: str) -> str:
    zone = _text(document, name, default)
    try:
        if zone != default:
            ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name}: no time zone like Europe/Berlin") from None
    return zone


def _dates(document: dict[str, Any], name: str) -> frozenset[str]:
    written = _texts(document.get(name, []), name)
    for text in written:
        try:
            is_date = date.fromisoformat(text).isoformat() == text
        except ValueError:
            is_date = False
        if not is_date:
            raise ValueError(f"{name}: dates like 2026-12-24")
    return frozenset(written)


def _week(written: Any) -> tuple[tuple[Span, ...], ...]:
    _check_names(written, "week", set(DAYS))
    week: list[list[Span]] = [[] for _ in DAYS]
    for number, name in enumerate(DAYS):
        today, tomorrow = _spans(written.get(name, []), f"week.{name}")
        week[number] += today
        week[(number + 1) % len(DAYS)] += tomorrow
    if not any(week):
        raise ValueError("week: no day is open")
    return tuple(_in_order(spans, f"week.{name}") for name, spans in zip(DAYS, week, strict=True))


def _spans(written: Any, where: str) -> tuple[list[Span], list[Span]]:
    """Return what was written for a day: its spans, and what of them lies after the next midnight."""
    today: list[Span] = []
    tomorrow: list[Span] = []
    for text in _texts(written, where):
        match = _SPAN.fullmatch(text)
        first, minute, last, final = map(int, match.groups()) if match else (0, 0, 0, 0)
        start, end = first * 60 + minute, last * 60 + final
        if start == end or start >= MINUTES_A_DAY or end > MINUTES_A_DAY:
            raise ValueError(f"{where}: times like 09:00-12:30")
        today.append(Span(start, end if start < end else MINUTES_A_DAY))
        if 0 < end < start:
            tomorrow.append(Span(0, end))
    return today, tomorrow


def _in_order(spans: list[Span], where: str) -> tuple[Span, ...]:
    ordered = sorted(spans, key=lambda span: span.start)
    if any(later.start < earlier.end for earlier, later in pairwise(ordered)):
        raise ValueError(f"{where}: times overlap")
    return tuple(ordered)


def _written(span: Span) -> str:
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (span.start, span.end))
