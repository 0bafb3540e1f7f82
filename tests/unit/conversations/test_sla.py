"""Missed targets: the clock runs while the team works, and never at night."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from conversations import sla
from conversations.business_hours import ALWAYS, Hours, Span, usual_hours, working_after, working_between
from conversations.conversation import Conversation, ServiceLevel, Status, Target
from conversations.durations import working_length
from conversations.facts import Author, Visibility
from conversations.identity import Identity
from conversations.team_settings import Team, document_of, team_from

BERLIN = "Europe/Berlin"
SHOP = usual_hours(BERLIN)
LUNCH = replace(SHOP, week=((Span(9 * 60, 12 * 60), Span(13 * 60, 18 * 60)),) * 5 + ((),) * 2)
HOUR = 3_600_000
CHAT = Identity("facebook", "demo", Visibility.PRIVATE, "page:7001", team="service")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN)).timestamp() * 1000)


def waiting(since: str, **fields: object) -> Conversation:
    moment = at(since)
    head = Conversation(CHAT, customer=Author("7001", "Jana"), opened_at=moment, waiting_since=moment, unread=1)
    return replace(head, **fields)  # type: ignore[arg-type]


def team(**targets: str) -> Team:
    return replace(Team("service"), hours=SHOP, targets=targets)


@pytest.mark.parametrize(
    ("hours", "start", "length", "end"),
    [
        (SHOP, "2026-11-23T10:00", 4 * HOUR, "2026-11-23T14:00"),
        (SHOP, "2026-11-23T16:00", 4 * HOUR, "2026-11-24T11:00"),
        (SHOP, "2026-11-23T03:00", HOUR, "2026-11-23T10:00"),
        (SHOP, "2026-11-27T17:30", HOUR, "2026-11-30T09:30"),
        (LUNCH, "2026-11-23T11:30", HOUR, "2026-11-23T13:30"),
        (replace(SHOP, closed=frozenset({"2026-11-24"})), "2026-11-23T17:00", 2 * HOUR, "2026-11-25T10:00"),
        (ALWAYS, "2026-11-28T23:00", 4 * HOUR, "2026-11-29T03:00"),
    ],
)
def test_the_clock_runs_while_the_team_works(hours: Hours, start: str, length: int, end: str) -> None:
    assert working_after(hours, at(start), length) == at(end)
    assert working_between(hours, at(start), at(end)) == length


def test_target_that_ends_at_closing_time_is_due_then() -> None:
    assert working_after(SHOP, at("2026-11-23T14:00"), 4 * HOUR) == at("2026-11-23T18:00")


def test_customers_quiet_hours_do_not_stop_the_clock() -> None:
    night_shift = replace(ALWAYS, zone=BERLIN, quiet=(Span(0, 8 * 60),))
    assert working_after(night_shift, at("2026-11-23T02:00"), HOUR) == at("2026-11-23T03:00")


def test_the_hour_that_is_there_twice_counts_twice() -> None:
    always = replace(ALWAYS, zone=BERLIN)
    before = at("2026-10-25T00:00")
    assert working_after(always, before, 24 * HOUR) == before + 24 * HOUR
    assert working_between(always, before, at("2026-10-26T00:00")) == 25 * HOUR


def test_a_team_that_never_works_that_long_has_nothing_due() -> None:
    rare = replace(SHOP, week=((Span(9 * 60, 9 * 60 + 1),),) + ((),) * 6)
    assert working_after(rare, at("2026-11-23T10:00"), 100 * HOUR) is None


@given(st.integers(at("2026-01-01T00:00"), at("2026-12-31T00:00")), st.integers(1, 60 * HOUR))
def test_between_is_the_inverse_of_after(start: int, length: int) -> None:
    end = working_after(LUNCH, start, length)
    assert end is not None
    assert working_between(LUNCH, start, end) == length
    assert working_between(LUNCH, start, end - 1) == length - 1


# -- what is due ------------------------------------------------------------------------------------------------------


def test_the_first_answer_is_due_then_further_ones() -> None:
    rules = team(first_response="PT4H", next_response="PT2H")
    assert sla.due(waiting("2026-11-23T10:00"), rules) == (at("2026-11-23T14:00"), Target.FIRST_RESPONSE)
    answered = waiting("2026-11-23T10:00", service_level=ServiceLevel(first_response_at=at("2026-11-20T10:00")))
    assert sla.due(answered, rules) == (at("2026-11-23T12:00"), Target.NEXT_RESPONSE)


def test_earliest_target_is_due() -> None:
    rules = team(first_response="PT4H", resolution="PT2H")
    assert sla.due(waiting("2026-11-23T10:00"), rules) == (at("2026-11-23T12:00"), Target.RESOLUTION)


def test_conversation_that_waits_for_the_customer_has_no_due_time() -> None:
    rules = team(first_response="PT4H", resolution="PT2H")
    assert sla.due(waiting("2026-11-23T10:00", status=Status.WAITING), rules) is None
    assert sla.due(waiting("2026-11-23T10:00", status=Status.RESOLVED), rules) is None


def test_putting_aside_does_not_stop_the_clock() -> None:
    snoozed = waiting("2026-11-23T10:00", status=Status.SNOOZED)
    assert sla.due(snoozed, team(first_response="PT4H")) == (at("2026-11-23T14:00"), Target.FIRST_RESPONSE)


def test_resolved_conversation_has_no_target_for_the_first_resolution() -> None:
    again = waiting("2026-11-23T10:00", service_level=ServiceLevel(first_resolved_at=at("2026-11-20T10:00")))
    assert sla.due(again, team(resolution="PT2H")) is None


def test_without_targets_nothing_is_due() -> None:
    assert sla.due(waiting("2026-11-23T10:00"), team()) is None


# -- how they are written ---------------------------------------------------------------------------------------------


def test_targets_are_read_as_they_were_written() -> None:
    rules = team_from("service", {"targets": {"resolution": "PT16H", "first_response": "PT1H30M"}}, Team("service"))
    assert document_of(rules)["targets"] == {"first_response": "PT1H30M", "resolution": "PT16H"}
    assert working_length("PT1H30M") == 90 * 60_000


@pytest.mark.parametrize("length", ["P1D", "PT", "PT0H", "4h", "", "PT99999999H", 4, None])
def test_a_day_is_no_working_time_and_nonsense_is_none_either(length: object) -> None:
    with pytest.raises(ValueError, match="first_response"):
        team_from("service", {"targets": {"first_response": length}}, Team("service"))


def test_an_unknown_target_is_refused_by_its_name() -> None:
    with pytest.raises(ValueError, match="speed"):
        team_from("service", {"targets": {"speed": "PT1H"}}, Team("service"))


def test_important_customer_is_due_in_half_the_time() -> None:
    head = waiting("2026-11-23T10:00")
    rules = team(first_response="PT4H")
    assert sla.due(replace(head, vip=True), rules) == (at("2026-11-23T12:00"), Target.FIRST_RESPONSE)
    assert sla.newly_missed(replace(head, vip=True), rules, at("2026-11-23T12:00")) == [Target.FIRST_RESPONSE]
    assert sla.newly_missed(head, rules, at("2026-11-23T12:00")) == []


def test_important_customer_is_due_within_an_hour_without_a_target_and_misses_none() -> None:
    head = replace(waiting("2026-11-23T10:00"), vip=True)
    assert sla.due(head, team()) == (at("2026-11-23T11:00"), Target.FIRST_RESPONSE)
    assert sla.newly_missed(head, team(), at("2026-11-23T18:00")) == []
    assert sla.due(replace(head, waiting_since=0), team()) is None
