"""Times at which customers may be asked: business hours, holidays, and the customers' quiet hours.

Moments are milliseconds since 1970 (UTC). What is open is told from the wall clocks of team and customer, so
opening hours keep their place in the day when daylight-saving time begins or ends. Zones come from the IANA
database.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from conversations import public_holidays
from conversations.local_time import MINUTE, MINUTES_A_DAY, YEAR, local_time

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Span(Struct, frozen=True):
    """A part of a day, in minutes since local midnight; what goes over midnight is two. ValueError if it is none."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= MINUTES_A_DAY:
            raise ValueError("a span begins before it ends, within one day")


class Hours(Struct, frozen=True):
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
    there = local_time(at, hours.zone)
    if _is_day_off(hours, there.date()):
        return "holiday"
    if not _is_within(hours.week[there.weekday()], there):
        return "hours"
    return "quiet" if hours.quiet and _is_within(hours.quiet, local_time(at, _customers_zone(hours))) else ""


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
    """Return the milliseconds for which a team worked between two moments; what is more than a year is not counted."""
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
    return day in public_holidays.days_off(hours.country, hours.subdivision, day.year)


def _stretch(hours: Hours, at: int, why: str) -> tuple[int, int]:
    """The time around ``at``, its end excluded, throughout which the same reason keeps closed."""
    zone = _customers_zone(hours) if why == "quiet" else hours.zone
    there = local_time(at, zone)
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
    offset = local_time(high, zone).utcoffset()
    if local_time(low, zone).utcoffset() == offset:
        return low if unchanged is None else unchanged
    return low + bisect_left(range(low, high), True, key=lambda at: local_time(at, zone).utcoffset() == offset)
