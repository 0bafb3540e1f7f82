"""Times at which customers may be asked: business hours, holidays, and the customers' quiet hours.

Moments are milliseconds since 1970 (UTC). What is open is told from the wall clocks of team and customer, so
opening hours keep their place in the day when daylight-saving time begins or ends. Zones come from the IANA
database, public holidays from the library ``holidays``, which is imported only for who names a country.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import Any, cast
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MS = timedelta(milliseconds=1)
MINUTE = 60_000
MINUTES_A_DAY = 1440
YEAR = 366 * MINUTES_A_DAY * MINUTE
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_DURATION = 30
_DURATION = re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?", re.ASCII)
_SPAN = re.compile(r"(\d\d):([0-5]\d)-(\d\d):([0-5]\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a day, in minutes since local midnight; what goes over midnight is two. ValueError if it is none."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= MINUTES_A_DAY:
            raise ValueError("a span begins before it ends, within one day")


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours in which a team asks, and its customers' quiet hours. ValueError unless the week has seven days."""

    zone: str
    """The team's IANA time zone."""
    week: tuple[tuple[Span, ...], ...]
    """Monday first; a lunch break makes two spans of a day, none at all a day off."""
    country: str = ""
    """Country whose public holidays are days off, in the codes of ``holidays``; empty: none."""
    subdivision: str = ""
    closed: frozenset[str] = frozenset()
    """Further days off, as ISO dates of the team."""
    open: frozenset[str] = frozenset()
    """Public holidays, as ISO dates, on which the usual hours of the weekday hold; ``closed`` is stronger."""
    quiet: tuple[Span, ...] = ()
    """Quiet hours, on the customers' clock."""
    customer_zone: str = ""
    """Time zone of the customers; empty: the team's."""

    def __post_init__(self) -> None:
        if len(self.week) != len(DAYS):
            raise ValueError("a week has seven days")


ALWAYS = Hours("Etc/UTC", ((Span(0, MINUTES_A_DAY),),) * 7)
"""Open around the clock: what holds where nobody has said anything."""


def usual_hours(zone: str) -> Hours:
    """Monday to Friday from nine to six, and nobody is asked between nine in the evening and eight."""
    weekday = (Span(9 * 60, 18 * 60),)
    return Hours(zone, (weekday,) * 5 + ((),) * 2, quiet=(Span(0, 8 * 60), Span(21 * 60, MINUTES_A_DAY)))


def why_closed(hours: Hours, at: int) -> str:
    """``holiday``, ``hours`` or ``quiet``, the first that holds; empty when customers may be asked."""
    there = _local(at, hours.zone)
    if _is_day_off(hours, there.date()):
        return "holiday"
    if not _is_within(hours.week[there.weekday()], there):
        return "hours"
    return "quiet" if hours.quiet and _is_within(hours.quiet, _local(at, _customers_zone(hours))) else ""


def next_opening(hours: Hours, at: int) -> int | None:
    """The first moment from ``at`` on at which customers may be asked; None if there is none within 366 days."""
    moment = at
    while moment <= at + YEAR:
        why = why_closed(hours, moment)
        if not why:
            return moment
        moment = _stretch(hours, moment, why)[1]
    return None


def last_opening(hours: Hours, at: int, not_before: int) -> int | None:
    """The last moment up to ``at`` at which customers may be asked; None if that would be earlier than allowed.

    What closes at six is open until the last millisecond before.
    """
    moment = at
    while moment >= not_before:
        why = why_closed(hours, moment)
        if not why:
            return moment
        moment = _stretch(hours, moment, why)[0] - 1
    return None


def is_working(hours: Hours, at: int) -> bool:
    """Return whether a team works at a moment, whenever customers are asked."""
    return not why_closed(replace(hours, quiet=()), at)


def working_after(hours: Hours, start: int, length: int) -> int | None:
    """The moment at which a team has worked for ``length`` milliseconds since ``start``, whenever customers are asked.

    None if that is more than a year away.
    """
    moment, left = start, length
    for opens, closes in _working(hours, start):
        moment = max(opens, start)
        if left <= closes - moment:
            return moment + left
        left -= closes - moment
    return None


def working_between(hours: Hours, start: int, end: int) -> int:
    """For how many milliseconds a team worked between two moments; what is more than a year is not counted."""
    worked = 0
    for opens, closes in _working(hours, start):
        if opens >= end:
            break
        worked += min(closes, end) - max(opens, start)
    return worked


def _working(hours: Hours, start: int) -> Iterator[tuple[int, int]]:
    """The stretches in which a team works, from ``start`` on, for a year; the end of each is excluded."""
    shop = replace(hours, quiet=())
    moment = start
    while moment < start + YEAR:
        why = why_closed(shop, moment)
        begin, end = _stretch(shop, moment, why or "hours")
        if not why:
            yield begin, end
        moment = end


def is_duration(text: str) -> bool:
    """Return whether a text is an ISO 8601 duration as it is taken here: whole numbers, the units in their order."""
    return len(text) <= LONGEST_DURATION and _DURATION.fullmatch(text) is not None


def length_of(duration: str) -> int:
    """Return how long an ISO 8601 duration of hours, minutes and seconds is, in milliseconds; raises ``ValueError``.

    Days have no length in working time: a team that works for eight hours a day writes ``PT16H`` for two of them.
    """
    found = _DURATION.fullmatch(duration) if len(duration) <= LONGEST_DURATION else None
    if found is None or not duration.startswith("PT"):
        raise ValueError("a duration of hours and minutes like PT4H")
    hours, minutes, seconds = (int(part[:-1]) if part else 0 for part in found.groups()[5:])
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
        there = _local(start, zone)
        wall = there.replace(tzinfo=None)
        moved = wall if calendar == "P" else wall + isodate.parse_duration(calendar)
        # Left alone, or the second of two equal hours would become the first.
        moment = there if moved == wall else moved.replace(tzinfo=ZoneInfo(zone), fold=0)
        exact = moment.astimezone(UTC) + cast(timedelta, isodate.parse_duration(f"PT{clock or '0S'}"))
    except OverflowError:
        raise ValueError("beyond the calendar") from None
    return (exact - EPOCH) // MS


def spread(conversation: str, width: int) -> int:
    """An offset below ``width`` (milliseconds, at least 1) that is always the same for a conversation.

    A thousand promises for one moment then come due one after the other, and a plan made twice is one plan.
    """
    if width < 1:
        raise ValueError("nothing to spread over")
    return int.from_bytes(blake2b(conversation.encode(), digest_size=8).digest(), "big") % width


def hours_of(document: Any) -> Hours:
    """Return what an administrator wrote as JSON. What is missing restricts nothing; ValueError names the field at
    fault.
    """
    _check_names(document, "hours", {field.name for field in fields(Hours)})
    country, subdivision = _text(document, "country"), _text(document, "subdivision")
    if country or subdivision:
        _calendar(country, subdivision)
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


def document_of(hours: Hours) -> dict[str, Any]:
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


def _local(at: int, zone: str) -> datetime:
    return (EPOCH + at * MS).astimezone(ZoneInfo(zone))


def _customers_zone(hours: Hours) -> str:
    return hours.customer_zone or hours.zone


def _is_within(spans: Iterable[Span], there: datetime) -> bool:
    minute = there.hour * 60 + there.minute
    return any(span.start <= minute < span.end for span in spans)


def _is_day_off(hours: Hours, day: date) -> bool:
    written = day.isoformat()
    if written in hours.closed:
        return True
    if not hours.country or written in hours.open:
        return False
    return day in _public_holidays(hours.country, hours.subdivision, day.year)


@lru_cache(maxsize=256)
def _public_holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    return frozenset(_calendar(country, subdivision, year))


def _calendar(country: str, subdivision: str, year: int | None = None) -> Iterable[date]:
    """The days of a year on which most people there do not work; ValueError if nobody knows the place."""
    import holidays
    from holidays.registry import EntityLoader

    # Asked for alone, names of classes and of stock exchanges would be found, too; the public list imports everybody.
    if country not in set(EntityLoader.get_country_codes()):
        raise ValueError("country: unknown")
    try:
        return holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    except NotImplementedError:
        raise ValueError("subdivision: unknown") from None


def _stretch(hours: Hours, at: int, why: str) -> tuple[int, int]:
    """The time around ``at``, its end excluded, throughout which the same reason keeps closed."""
    zone = _customers_zone(hours) if why == "quiet" else hours.zone
    there = _local(at, zone)
    spans = {"holiday": (), "hours": hours.week[there.weekday()], "quiet": hours.quiet}[why]
    edges = {0, MINUTES_A_DAY, *(edge for span in spans for edge in (span.start, span.end))}
    minute = there.hour * 60 + there.minute
    midnight = at - minute * MINUTE - there.second * 1000 - there.microsecond // 1000
    start = midnight + max(edge for edge in edges if edge <= minute) * MINUTE
    end = midnight + min(edge for edge in edges if edge > minute) * MINUTE
    return _last_change(zone, start, at), _last_change(zone, at, end - 1, unchanged=end)


def _last_change(zone: str, low: int, high: int, unchanged: int | None = None) -> int:
    """Return when, between the two, the zone's clock was put to what it shows at ``high``; if it was not,
    ``unchanged``.

    Within one day a clock is put forward or back once at most.
    """
    offset = _local(high, zone).utcoffset()
    if _local(low, zone).utcoffset() == offset:
        return low if unchanged is None else unchanged
    return low + bisect_left(range(low, high), True, key=lambda at: _local(at, zone).utcoffset() == offset)


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
        found = _SPAN.fullmatch(text)
        first, minute, last, final = map(int, found.groups()) if found else (0, 0, 0, 0)
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
