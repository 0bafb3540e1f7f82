"""The pace: promises for one moment come due one after the other."""

from __future__ import annotations

from datetime import timedelta

from tests.functional.console_api import DAY, MINUTE, Console, now, visitor_post
from tests.functional.follow_ups.agents_api import SECOND, WORKDAYS, at, ms, next_weekday, noon, promise, read, rules


def busiest_second(moments: list[int]) -> int:
    """Return how many times (milliseconds) fall into the second with the most of them."""
    seconds = [moment // SECOND for moment in moments]
    return max(seconds.count(second) for second in seconds)


def test_many_promises_for_one_moment_come_due_one_after_the_other(console: Console) -> None:
    made = [promise(console, visitor_post(f"1055_{number}"), after="P7D") for number in range(20)]
    moments = [read(each["at"]) for each in made]
    assert max(moments) - min(moments) < 30 * MINUTE + 10 * SECOND
    assert all(each - now() + 10 * SECOND >= 7 * DAY for each in moments)
    assert busiest_second(moments) <= 2
    assert not any(each["wished"] or each["reason"] for each in made)


def test_follow_ups_moved_to_the_opening_are_spread_as_well(console: Console, lead: Console) -> None:
    rules(lead, spread="PT30M", hours={"zone": "Europe/Berlin", "week": WORKDAYS})
    saturday = next_weekday(5)
    opening = ms((saturday + timedelta(days=2)).replace(hour=9))
    posts = [visitor_post(f"1055_{number}") for number in range(20)]
    moments = [read(promise(console, post, at=saturday.isoformat())["at"]) for post in posts]
    assert opening <= min(moments) and max(moments) < opening + 30 * MINUTE
    assert busiest_second(moments) <= 2


def test_a_time_an_agent_names_is_kept_to_the_second(console: Console) -> None:
    made = [promise(console, visitor_post(f"1055_{number}"), at=noon(3).isoformat()) for number in range(3)]
    assert {each["at"] for each in made} == {at(noon(3))}


def test_a_short_delay_is_hardly_spread(console: Console) -> None:
    """A demonstration with a delay of a minute stays one."""
    made = promise(console, visitor_post(), after="PT1M")
    assert read(made["at"]) - read(made["made_at"]) <= 62 * SECOND
