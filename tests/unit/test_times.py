"""Times in sentences: by the team's clock, which is named where the reader's shows another."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from console.times import Reader, in_words, is_zone


def ms(*moment: int) -> int:
    """A time in UTC, in milliseconds."""
    year, month, day, hour, minute = moment
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp() * 1000)


BERLIN = Reader("en", "Europe/Berlin")


@pytest.mark.parametrize(
    ("at", "team_zone", "words"),
    [
        (ms(2026, 12, 7, 2, 21), "Europe/Berlin", "Mon 7 Dec 2026, 03:21"),
        (ms(2026, 12, 7, 2, 21), "Europe/Paris", "Mon 7 Dec 2026, 03:21"),
        (ms(2026, 12, 7, 2, 21), "Etc/UTC", "Mon 7 Dec 2026, 02:21 (team's time, Etc/UTC)"),
        (ms(2026, 12, 7, 23, 30), "Etc/UTC", "Mon 7 Dec 2026, 23:30 (team's time, Etc/UTC)"),
        # The last minute of winter time in Berlin, and the first of summer time; London changes at the same moment.
        (ms(2027, 3, 28, 0, 59), "Europe/London", "Sun 28 Mar 2027, 00:59 (team's time, Europe/London)"),
        (ms(2027, 3, 28, 1, 0), "Europe/London", "Sun 28 Mar 2027, 02:00 (team's time, Europe/London)"),
        # Tunis keeps the winter's time: both clocks agree until Berlin's changes.
        (ms(2027, 3, 28, 0, 59), "Africa/Tunis", "Sun 28 Mar 2027, 01:59"),
        (ms(2027, 3, 28, 1, 0), "Africa/Tunis", "Sun 28 Mar 2027, 02:00 (team's time, Africa/Tunis)"),
    ],
)
def test_teams_clock_is_told_and_named_where_the_readers_differs(at: int, team_zone: str, words: str) -> None:
    assert in_words(at, team_zone, BERLIN) == words


def test_time_is_told_by_the_teams_clock_alone_where_the_reader_names_no_zone() -> None:
    assert in_words(ms(2026, 12, 7, 2, 21), "Europe/Berlin", Reader("de")) == "Mo, 7. Dezember 2026, 03:21 Uhr"


def test_time_of_another_zone_is_told_in_german() -> None:
    told = in_words(ms(2026, 12, 7, 2, 21), "Etc/UTC", Reader("de", "Europe/Berlin"))
    assert told == "Mo, 7. Dezember 2026, 02:21 Uhr (Uhrzeit des Teams, Etc/UTC)"


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "Europe/\x00", "x" * 5000])
def test_name_of_no_zone_is_none(name: str) -> None:
    assert not is_zone(name)


def test_name_of_a_zone_is_one() -> None:
    assert is_zone("Europe/Berlin")
