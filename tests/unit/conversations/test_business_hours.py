"""Customers are asked in the team's business hours, not on its holidays, and not when they want to be left alone."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from conversations.business_hours import ALWAYS, DAYS, Hours, Span, last_opening, next_opening, usual_hours, why_closed
from conversations.business_hours_document import document_of_hours, hours_of
from conversations.durations import is_duration, moment_after
from conversations.local_time import MINUTE, MINUTES_A_DAY
from conversations.planning import spread

FUNCTIONS = Path(__file__).resolve().parents[3] / "functions"
HOUR = 60 * MINUTE
DAY = 24 * HOUR
BERLIN = "Europe/Berlin"
NEW_YORK = "America/New_York"
AUCKLAND = "Pacific/Auckland"
LORD_HOWE = "Australia/Lord_Howe"
KATHMANDU = "Asia/Kathmandu"
APIA = "Pacific/Apia"
ZONES = st.sampled_from(["Etc/UTC", BERLIN, NEW_YORK, AUCKLAND, LORD_HOWE, KATHMANDU, APIA, "Africa/Cairo"])
MUNICH = replace(usual_hours(BERLIN), country="DE", subdivision="BY")
WHOLE_DAY = (Span(0, MINUTES_A_DAY),)
WRITTEN = {
    "zone": BERLIN,
    "week": {"mon": ["09:00-12:30", "13:30-18:00"], "fri": ["09:00-16:00"]},
    "country": "DE",
    "subdivision": "BY",
    "closed": ["2026-12-24"],
    "open": ["2026-01-06"],
    "quiet": ["21:00-08:00"],
    "customer_zone": "Europe/Lisbon",
}


def at(wall: str, zone: str = BERLIN) -> int:
    """The first moment at which the clock of the zone shows this."""
    return int(datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 1000


def wall(moment: int | None, zone: str = BERLIN) -> str:
    assert moment is not None
    return datetime.fromtimestamp(moment // 1000, ZoneInfo(zone)).isoformat(" ", "minutes")


def every_day(*spans: Span, zone: str = BERLIN, **fields: Any) -> Hours:
    return Hours(zone, (spans,) * 7, **fields)


@st.composite
def spans(draw: st.DrawFn) -> tuple[Span, ...]:
    """Some parts of a day, in order, that touch at most."""
    edges = sorted(draw(st.sets(st.integers(0, MINUTES_A_DAY), max_size=6)))
    return tuple(Span(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def moments(draw: st.DrawFn) -> int:
    """Any millisecond of twenty years, and often one near to where some clock is changed."""
    change = draw(
        st.sampled_from(
            [
                at("2026-03-29 03:00"),
                at("2026-10-25 03:00"),
                at("2026-03-08 03:00", NEW_YORK),
                at("2026-11-01 01:00", NEW_YORK),
                at("2026-04-05 02:00", LORD_HOWE),
                at("2026-10-04 02:30", LORD_HOWE),
                at("2026-09-27 03:00", AUCKLAND),
                at("2026-04-24 01:00", "Africa/Cairo"),
                at("2011-12-31 00:00", APIA),
            ]
        )
    )
    near = st.integers(-36 * HOUR, 36 * HOUR).map(lambda distance: change + distance)
    return draw(st.one_of(near, st.integers(at("2010-01-01"), at("2030-01-01"))))


HOURS = st.builds(
    Hours,
    zone=ZONES,
    week=st.tuples(*[spans()] * 7),
    closed=st.frozensets(st.sampled_from(["2026-03-29", "2026-10-25", "2026-11-01", "2026-04-05"])),
    quiet=spans(),
    customer_zone=st.one_of(st.just(""), ZONES),
)


# What is open


@pytest.mark.parametrize(
    ("wall_time", "why"),
    [
        ("2026-06-08 08:59", "hours"),
        ("2026-06-08 09:00", ""),
        ("2026-06-08 17:59", ""),
        ("2026-06-08 18:00", "hours"),
        ("2026-06-06 12:00", "hours"),
        ("2026-06-04 12:00", "holiday"),
        ("2026-12-25 12:00", "holiday"),
    ],
)
def test_a_team_is_open_in_its_hours_and_not_on_holidays_of_its_part_of_the_country(wall_time: str, why: str) -> None:
    assert why_closed(MUNICH, at(wall_time)) == why


def test_corpus_christi_is_a_holiday_in_munich_and_not_in_berlin() -> None:
    assert why_closed(replace(MUNICH, subdivision="BE"), at("2026-06-04 12:00")) == ""


def test_a_holiday_on_a_weekend_is_kept_on_the_day_people_have_off() -> None:
    """New Year's Day of 2022 was a Saturday; American offices were closed on the last day of 2021."""
    assert why_closed(replace(usual_hours(NEW_YORK), country="US"), at("2021-12-31 12:00", NEW_YORK)) == "holiday"


def test_a_company_closes_on_days_of_its_own_and_opens_on_holidays_it_does_not_keep() -> None:
    hours = replace(MUNICH, closed=frozenset({"2026-12-24"}), open=frozenset({"2026-01-06"}))
    assert why_closed(hours, at("2026-12-24 12:00")) == "holiday"
    assert why_closed(hours, at("2026-01-06 12:00")) == ""
    assert why_closed(hours, at("2026-01-06 20:00")) == "hours"


def test_closed_is_stronger_than_open() -> None:
    day = frozenset({"2026-01-06"})
    assert why_closed(replace(MUNICH, closed=day, open=day), at("2026-01-06 12:00")) == "holiday"


def test_quiet_hours_are_those_of_the_customers_clock() -> None:
    hours = replace(usual_hours(BERLIN), customer_zone=NEW_YORK)
    assert why_closed(hours, at("2026-06-08 13:59")) == "quiet"
    assert why_closed(hours, at("2026-06-08 14:00")) == ""


def test_a_holiday_is_one_on_the_teams_calendar() -> None:
    """At the beginning of Christmas in Auckland it is noon of the day before in Berlin."""
    hours = replace(every_day(*WHOLE_DAY, zone=AUCKLAND, country="NZ"), customer_zone=BERLIN)
    assert why_closed(hours, at("2026-12-24 11:59")) == ""
    assert why_closed(hours, at("2026-12-24 12:00")) == "holiday"


def test_always_is_always() -> None:
    assert next_opening(ALWAYS, 0) == 0
    assert last_opening(ALWAYS, 0, 0) == 0


# The next opening and the last


def test_time_on_friday_evening_before_a_holiday_moves_behind_the_holiday() -> None:
    """Easter Monday keeps closed, Tuesday at nine opens."""
    assert wall(next_opening(MUNICH, at("2026-04-02 18:00"))) == "2026-04-07 09:00+02:00"


def test_time_in_the_lunch_break_moves_to_its_end() -> None:
    hours = every_day(Span(9 * 60, 12 * 60 + 30), Span(13 * 60 + 30, 18 * 60))
    assert wall(next_opening(hours, at("2026-06-08 12:30"))) == "2026-06-08 13:30+02:00"
    assert last_opening(hours, at("2026-06-08 13:00"), 0) == at("2026-06-08 12:30") - 1


def test_the_last_opening_before_a_window_ends_is_the_last_millisecond_of_the_day_before() -> None:
    monday_early = at("2026-06-08 03:00")
    assert last_opening(MUNICH, monday_early, monday_early - 7 * DAY) == at("2026-06-05 18:00") - 1


def test_nothing_is_planned_earlier_than_allowed() -> None:
    sunday = at("2026-06-07 12:00")
    friday = at("2026-06-05 18:00")
    assert last_opening(MUNICH, sunday, friday) is None
    assert last_opening(MUNICH, sunday, friday - 1) == friday - 1


def test_team_that_never_opens_is_not_waited_for() -> None:
    nights = every_day(Span(0, 6 * 60), quiet=(Span(0, 8 * 60),))
    assert next_opening(nights, at("2026-06-08 12:00")) is None
    assert last_opening(nights, at("2026-06-08 12:00"), at("2025-06-08 12:00")) is None


def test_an_opening_is_looked_for_throughout_a_leap_year_and_no_longer() -> None:
    start = at("2027-03-01 00:00", "Etc/UTC")
    days = [datetime.fromtimestamp(start / 1000, UTC) + timedelta(number) for number in range(367)]
    closed = [day.date().isoformat() for day in days]
    assert next_opening(replace(ALWAYS, closed=frozenset(closed[:-1])), start) == start + 366 * DAY
    assert next_opening(replace(ALWAYS, closed=frozenset(closed)), start) is None


@pytest.mark.parametrize(
    ("zone", "evening", "opens"),
    [
        (BERLIN, "2026-03-28 20:00", "2026-03-29 09:00+02:00"),
        (BERLIN, "2026-10-24 20:00", "2026-10-25 09:00+01:00"),
        (NEW_YORK, "2026-03-07 20:00", "2026-03-08 09:00-04:00"),
        (NEW_YORK, "2026-10-31 20:00", "2026-11-01 09:00-05:00"),
        (AUCKLAND, "2026-04-04 20:00", "2026-04-05 09:00+12:00"),
        (AUCKLAND, "2026-09-26 20:00", "2026-09-27 09:00+13:00"),
        (LORD_HOWE, "2026-04-04 20:00", "2026-04-05 09:00+10:30"),
        (LORD_HOWE, "2026-10-03 20:00", "2026-10-04 09:00+11:00"),
        (KATHMANDU, "2026-03-28 20:00", "2026-03-29 09:00+05:45"),
        (APIA, "2011-12-29 20:00", "2011-12-31 09:00+14:00"),
    ],
)
def test_nine_is_nine_on_the_day_after_a_night_in_which_clocks_are_changed(zone: str, evening: str, opens: str) -> None:
    hours = every_day(Span(9 * 60, 18 * 60), zone=zone)
    assert wall(next_opening(hours, at(evening, zone)), zone) == opens
    morning = at(opens[:16], zone)
    assert last_opening(hours, morning - 1, 0) == at(evening[:10] + " 18:00", zone) - 1


def test_opening_in_a_skipped_hour_is_at_its_end() -> None:
    hours = every_day(Span(2 * 60 + 30, 4 * 60))
    assert wall(next_opening(hours, at("2026-03-29 01:00"))) == "2026-03-29 03:00+02:00"


def test_an_hour_that_comes_twice_is_open_twice() -> None:
    hours = every_day(Span(2 * 60, 2 * 60 + 30))
    first = at("2026-10-25 02:00")
    assert next_opening(hours, first) == first
    assert next_opening(hours, first + 30 * MINUTE) == first + HOUR
    assert last_opening(hours, first + 3 * HOUR, 0) == first + HOUR + 30 * MINUTE - 1
    assert last_opening(hours, first + HOUR - 1, 0) == first + 30 * MINUTE - 1


def test_a_day_that_begins_at_one_opens_then() -> None:
    """In Cairo the hour after midnight is skipped."""
    hours = every_day(Span(0, 6 * 60), zone="Africa/Cairo")
    assert wall(next_opening(hours, at("2026-04-23 12:00", "Africa/Cairo")), "Africa/Cairo") == "2026-04-24 01:00+03:00"


@given(HOURS, moments())
def test_the_next_opening_is_open_and_stays_the_same(hours: Hours, moment: int) -> None:
    found = next_opening(hours, moment)
    assume(found is not None)
    assert found is not None and found >= moment
    assert why_closed(hours, found) == ""
    assert next_opening(hours, found) == found
    assert last_opening(hours, found, moment) == found


@given(HOURS, moments())
def test_before_the_next_opening_nothing_is_open(hours: Hours, moment: int) -> None:
    found = next_opening(hours, moment)
    end = min(moment + 2 * DAY if found is None else found, moment + 2 * DAY)
    assert all(why_closed(hours, minute) for minute in (*range(moment, end, MINUTE), end - 1) if minute >= moment)


@given(HOURS, moments())
def test_after_the_last_opening_nothing_is_open(hours: Hours, moment: int) -> None:
    found = last_opening(hours, moment, moment - 2 * DAY)
    begin = moment - 2 * DAY if found is None else found + 1
    assert all(why_closed(hours, minute) for minute in (begin, *range(moment, begin, -MINUTE)) if minute <= moment)
    assert found is None or (moment - 2 * DAY <= found <= moment and why_closed(hours, found) == "")


@given(HOURS, moments())
def test_from_the_last_opening_on_the_next_is_the_one_that_comes(hours: Hours, moment: int) -> None:
    """Forwards and backwards the same stretches are closed."""
    assume(why_closed(hours, moment))
    last, following = last_opening(hours, moment, moment - 30 * DAY), next_opening(hours, moment)
    assume(last is not None and following is not None)
    assert last is not None and following is not None
    assert next_opening(hours, last + 1) == following
    assert last_opening(hours, following - 1, last) == last


# Durations


@pytest.mark.parametrize(
    ("duration", "wall_time", "then"),
    [
        ("P7D", "2026-03-25 16:00", "2026-04-01 16:00+02:00"),
        ("PT168H", "2026-03-25 16:00", "2026-04-01 17:00+02:00"),
        ("P1W", "2026-10-21 16:00", "2026-10-28 16:00+01:00"),
        ("PT168H", "2026-10-21 16:00", "2026-10-28 15:00+01:00"),
        ("P1DT2H", "2026-03-28 00:30", "2026-03-29 03:30+02:00"),
        ("P1M", "2026-01-31 16:00", "2026-02-28 16:00+01:00"),
        ("P1Y", "2028-02-29 16:00", "2029-02-28 16:00+01:00"),
        ("P1Y2M3W4DT5H6M7S", "2026-01-01 00:00", "2027-03-26 05:06+01:00"),
        ("P1D", "2026-03-28 02:30", "2026-03-29 03:30+02:00"),
        ("P1D", "2026-10-24 02:30", "2026-10-25 02:30+02:00"),
    ],
)
def test_days_keep_the_time_of_day_and_hours_are_exact(duration: str, wall_time: str, then: str) -> None:
    assert is_duration(duration)
    assert wall(moment_after(duration, at(wall_time), BERLIN)) == then


@pytest.mark.parametrize(
    ("zone", "wall_time", "then"),
    [
        (NEW_YORK, "2026-03-07 02:30", "2026-03-08 03:30-04:00"),
        (NEW_YORK, "2026-10-31 01:30", "2026-11-01 01:30-04:00"),
        (AUCKLAND, "2026-09-26 02:30", "2026-09-27 03:30+13:00"),
        (AUCKLAND, "2026-04-04 02:30", "2026-04-05 02:30+13:00"),
        (LORD_HOWE, "2026-10-03 02:15", "2026-10-04 02:45+11:00"),
        (LORD_HOWE, "2026-04-04 01:45", "2026-04-05 01:45+11:00"),
        (KATHMANDU, "2026-03-28 02:30", "2026-03-29 02:30+05:45"),
        (APIA, "2011-12-29 12:00", "2011-12-31 12:00+14:00"),
    ],
)
def test_skipped_time_moves_forward_and_a_repeated_time_is_the_first(zone: str, wall_time: str, then: str) -> None:
    assert wall(moment_after("P1D", at(wall_time, zone), zone), zone) == then


@given(moments(), ZONES, st.sampled_from(["P0D", "PT0S", "P0Y0M0W0DT0H0M0S"]))
def test_after_no_time_it_is_the_same_moment_even_in_an_hour_that_comes_twice(
    moment: int, zone: str, nothing: str
) -> None:
    assert moment_after(nothing, moment, zone) == moment


@given(moments(), ZONES, st.integers(0, 10_000))
def test_seconds_are_seconds_everywhere(moment: int, zone: str, seconds: int) -> None:
    assert moment_after(f"PT{seconds}S", moment, zone) == moment + seconds * 1000


@given(moments(), ZONES, st.integers(1, 400))
def test_a_day_is_about_a_day(moment: int, zone: str, days: int) -> None:
    """No more than what clocks are changed by, and in Apia the day that was left out."""
    assert abs(moment_after(f"P{days}D", moment, zone) - moment - days * DAY) <= HOUR + (DAY if zone == APIA else 0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "7D",
        "P7",
        "P-7D",
        "-P7D",
        "P1.5D",
        "P7D ",
        "p7d",
        "P1H",
        "P\u0667D",
        "P1DT",
        "P" + "1" * 30 + "D",
    ],
)
def test_invalid_duration_is_refused(text: str) -> None:
    assert not is_duration(text)
    with pytest.raises(ValueError, match="no ISO 8601 duration"):
        moment_after(text, 0, BERLIN)


@given(st.from_regex(r"\AP[0-9]{4,27}[YMWD]\Z") | st.from_regex(r"\APT[0-9]{9,26}[HMS]\Z"), ZONES)
def test_however_long_a_duration_is_it_leads_to_a_moment_or_is_refused(duration: str, zone: str) -> None:
    try:
        moment = moment_after(duration, at("2026-06-08 12:00"), zone)
    except ValueError:
        return
    assert at("2026-06-08 12:00") <= moment < at("9999-12-31 00:00", "Etc/UTC") + 2 * DAY


def test_duration_beyond_the_calendar_is_refused() -> None:
    for duration in ("P9999Y", "P999999999999D", "PT99999999999999H", "P99999999999999999999M"):
        with pytest.raises(ValueError):
            moment_after(duration, at("2026-06-08 12:00"), BERLIN)


# Spreading


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(1, 2**40))
def test_an_offset_is_within_its_width_and_always_the_same(conversation: str, width: int) -> None:
    assert 0 <= spread(conversation, width) < width
    assert spread(conversation, width) == spread(conversation, width)


def test_a_plan_made_by_an_older_version_is_the_same() -> None:
    assert spread("c_1", 900_000) == 477239


def test_a_thousand_promises_for_one_moment_come_due_one_after_the_other() -> None:
    """Over a quarter of an hour: in no second more than a handful, in every tenth of it about a hundred."""
    offsets = [spread(f"conversation-{number}", 900_000) for number in range(1000)]
    seconds = [offset // 1000 for offset in offsets]
    tenths = [offset // 90_000 for offset in offsets]
    assert max(map(seconds.count, seconds)) <= 7
    assert all(60 < tenths.count(tenth) < 140 for tenth in range(10))


def test_there_must_be_something_to_spread_over() -> None:
    with pytest.raises(ValueError):
        spread("c_1", 0)


# The form that people write


def test_written_hours_are_the_hours_that_hold() -> None:
    hours = hours_of(WRITTEN)
    assert hours.zone == BERLIN
    assert hours.week[0] == (Span(540, 750), Span(810, 1080))
    assert hours.week[1] == ()
    assert (hours.country, hours.subdivision) == ("DE", "BY")
    assert (hours.closed, hours.open) == ({"2026-12-24"}, {"2026-01-06"})
    assert hours.quiet == (Span(0, 480), Span(1260, 1440))
    assert hours.customer_zone == "Europe/Lisbon"


def test_omitted_hours_restrict_nothing() -> None:
    assert hours_of({}) == ALWAYS
    assert hours_of({"zone": BERLIN}) == replace(ALWAYS, zone=BERLIN)


def test_a_span_over_midnight_goes_into_the_next_day_and_from_sunday_into_monday() -> None:
    week = hours_of(
        {"week": {"fri": ["22:00-02:00"], "sun": ["18:00-00:00", "10:00-12:00"], "sat": ["23:00-01:00"]}}
    ).week
    assert week[4:] == (
        (Span(1320, 1440),),
        (Span(0, 120), Span(1380, 1440)),
        (Span(0, 60), Span(600, 720), Span(1080, 1440)),
    )
    assert week[0] == ()
    assert hours_of({"week": {"sun": ["23:00-01:00"]}}).week[0] == (Span(0, 60),)


def test_hours_around_the_clock_are_written() -> None:
    assert hours_of({"week": {name: ["00:00-24:00"] for name in DAYS}}) == ALWAYS


@given(HOURS, st.sampled_from([("", ""), ("DE", ""), ("DE", "BY"), ("US", "CA")]))
def test_written_and_read_again_it_is_the_same(hours: Hours, place: tuple[str, str]) -> None:
    assume(any(hours.week))
    hours = replace(hours, country=place[0], subdivision=place[1], open=frozenset({"2026-05-01"}))
    assert hours_of(document_of_hours(hours)) == hours


@pytest.mark.parametrize(
    ("field", "document"),
    [
        ("hours", []),
        ("hours", {"zones": "Etc/UTC"}),
        ("zone", {"zone": "Europe/Atlantis"}),
        ("zone", {"zone": ""}),
        ("zone", {"zone": "Europe"}),
        ("zone", {"zone": "../UTC"}),
        ("zone", {"zone": "/etc/passwd"}),
        ("zone", {"zone": "\0"}),
        ("zone", {"zone": "x" * 5000}),
        ("zone", {"zone": "Z\u00fcrich"}),
        ("zone", {"zone": None}),
        ("customer_zone", {"customer_zone": "Mars"}),
        ("week", {"week": []}),
        ("week", {"week": {}}),
        ("week", {"week": {"mon": []}}),
        ("week", {"week": {"monday": ["09:00-18:00"]}}),
        ("week.mon", {"week": {"mon": "09:00-18:00"}}),
        ("week.mon", {"week": {"mon": [9]}}),
        ("week.mon", {"week": {"mon": ["9-18"]}}),
        ("week.mon", {"week": {"mon": ["09:00-09:00"]}}),
        ("week.mon", {"week": {"mon": ["09:00-24:01"]}}),
        ("week.mon", {"week": {"mon": ["24:00-08:00"]}}),
        ("week.mon", {"week": {"mon": ["09:60-18:00"]}}),
        ("week.mon", {"week": {"mon": ["09:00-13:00", "12:59-18:00"]}}),
        ("week.tue", {"week": {"mon": ["22:00-06:00"], "tue": ["05:00-18:00"]}}),
        ("week.mon", {"week": {"sun": ["22:00-06:00"], "mon": ["05:00-18:00"]}}),
        ("quiet", {"quiet": ["21:00-08:00", "07:00-09:00"]}),
        ("quiet", {"quiet": {"mon": []}}),
        ("country", {"country": "XX"}),
        ("country", {"country": "Germany"}),
        ("country", {"country": "XNYS"}),
        ("country", {"country": "HolidayBase"}),
        ("country", {"country": 49}),
        ("country", {"subdivision": "BY"}),
        ("subdivision", {"country": "DE", "subdivision": "XX"}),
        ("subdivision", {"country": "DE", "subdivision": []}),
        ("closed", {"closed": ["2026-02-29"]}),
        ("closed", {"closed": ["20261224"]}),
        ("closed", {"closed": "2026-12-24"}),
        ("closed", {"closed": [20261224]}),
        ("open", {"open": ["tomorrow"]}),
        ("open", {"closed": ["2026-12-24"], "open": ["2026-12-24"]}),
    ],
)
def test_invalid_field_is_refused_by_its_name(field: str, document: Any) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        hours_of(document)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from([*document_of_hours(ALWAYS), *DAYS]) | st.text(), inner)
        ),
    )
)
def test_any_document_is_read_or_refused(document: Any) -> None:
    try:
        hours = hours_of(document)
    except ValueError as refused:
        assert str(refused).split(":")[0].split(".")[0] in {"hours", *document_of_hours(ALWAYS)}
    else:
        assert hours_of(document_of_hours(hours)) == hours


def test_a_span_that_ends_before_it_begins_is_none() -> None:
    for start, end in ((10, 10), (11, 10), (-1, 10), (10, 1441)):
        with pytest.raises(ValueError):
            Span(start, end)


def test_a_week_has_seven_days() -> None:
    with pytest.raises(ValueError):
        Hours(BERLIN, (WHOLE_DAY,) * 5)


# What it costs


def test_holidays_are_not_imported_for_who_names_no_country() -> None:
    program = (
        "import sys; from conversations.business_hours import *; from conversations.business_hours_document import *;"
        "next_opening(usual_hours('Europe/Berlin'), 0); hours_of({}); print('holidays' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(FUNCTIONS)}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
