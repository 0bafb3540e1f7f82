"""The plan for asking back: never where or when it must not be, and kept when its time comes.

Invariant 5, as far as it is decided beforehand.
"""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

import channels
from conversations.business_hours import ALWAYS, Hours, Span, next_opening, usual_hours, why_closed
from conversations.conversation import Conversation, Window
from conversations.facts import Author, Visibility
from conversations.fold import situation
from conversations.identity import Identity
from conversations.planning import HOUR, LEAD, MARGIN, MINUTE, Case, Plan, Wish, month_of, plan
from conversations.promise import Doer
from conversations.send_options import Way

DAY = 24 * HOUR
MONDAY_NOON = 1_795_431_600_000
"""Milliseconds: Monday 23 November 2026, noon in Berlin."""
CHAT = Conversation(
    Identity("facebook", "demo", Visibility.PRIVATE, "page:7001", team="service"),
    customer=Author("7001", "Jana"),
    window=Window(MONDAY_NOON),
)
POST = replace(CHAT, identity=Identity("facebook", "demo", Visibility.PUBLIC, "page_1", team="service"))
BERLIN = usual_hours("Europe/Berlin")


def case(head: Conversation = POST, hours: Hours = ALWAYS, **fields: object) -> Case:
    """A conversation on the real channel, as its window stands."""
    channel = channels.get("facebook")
    return Case(head, lambda at: channel.sender.send_options(situation(head), at), hours, **fields)  # type: ignore[arg-type]


def planned(wished: int, around: Case | None = None, where: Visibility | None = None) -> Plan:
    """The plan for asking so many milliseconds after noon."""
    return plan(around or case(), Wish(MONDAY_NOON + wished, where), MONDAY_NOON)


def brief(found: Plan) -> tuple[object, object, str]:
    """Return a plan's time after noon, its doer, and its reason."""
    return (found.at or 0) - MONDAY_NOON, found.doer, found.reason


# -- in words ---------------------------------------------------------------------------------------------------------


def test_in_public_a_machine_asks_when_it_was_wished() -> None:
    found = planned(7 * DAY)
    assert brief(found) == (7 * DAY, Doer.MACHINE, "")
    assert (found.way, found.latest) == (Way.PUBLIC_REPLY, None)


def test_in_a_chat_a_machine_may_ask_for_a_day_and_has_a_margin() -> None:
    assert brief(planned(3 * HOUR, case(CHAT))) == (3 * HOUR, Doer.MACHINE, "")
    found = planned(DAY - 1, case(CHAT))
    assert brief(found) == (DAY - MARGIN, Doer.MACHINE, "window_closes")
    assert found.latest == MONDAY_NOON + DAY


def test_a_wish_for_a_few_hours_after_the_window_is_kept_a_little_earlier_and_one_for_later_by_a_person() -> None:
    assert brief(planned(DAY + 6 * HOUR, case(CHAT))) == (DAY - MARGIN, Doer.MACHINE, "window_closes")
    found = planned(3 * DAY, case(CHAT))
    assert brief(found) == (3 * DAY, Doer.PERSON, "person_must_write")
    assert (found.way, found.latest) == (Way.HUMAN_AGENT, MONDAY_NOON + 7 * DAY)


def test_a_task_leaves_half_a_day_before_the_way_closes() -> None:
    assert brief(planned(7 * DAY - HOUR, case(CHAT))) == (7 * DAY - LEAD, Doer.PERSON, "person_must_write")


def test_where_no_way_is_open_any_more_a_person_decides() -> None:
    long_ago = replace(CHAT, window=Window(MONDAY_NOON - 8 * DAY))
    assert brief(planned(HOUR, case(long_ago))) == (HOUR, Doer.PERSON, "window")
    used = replace(POST, window=replace(POST.window, private_reply_used=True))
    assert planned(HOUR, case(used), Visibility.PRIVATE).doer == Doer.PERSON


def test_follow_up_in_the_night_or_the_weekend_waits_for_the_opening() -> None:
    assert brief(planned(8 * HOUR, case(hours=BERLIN))) == (21 * HOUR, Doer.MACHINE, "hours")
    assert brief(planned(5 * DAY, case(hours=BERLIN))) == (7 * DAY - 3 * HOUR, Doer.MACHINE, "hours")


def test_behind_an_opening_promises_are_spread_and_those_in_the_open_are_not() -> None:
    spread = case(hours=BERLIN, spread=17 * MINUTE)
    assert brief(planned(8 * HOUR, spread)) == (21 * HOUR + 17 * MINUTE, Doer.MACHINE, "hours")
    assert brief(planned(HOUR, spread)) == (HOUR, Doer.MACHINE, "")


def test_a_stopped_connection_holds_a_machine_back() -> None:
    assert brief(planned(HOUR, case(held_until=MONDAY_NOON + 6 * HOUR))) == (6 * HOUR, Doer.MACHINE, "connection")


def test_upset_customer_is_asked_by_a_person() -> None:
    assert brief(planned(DAY, case(angry=True))) == (DAY, Doer.PERSON, "angry")


@pytest.mark.parametrize(
    ("fields", "removed", "reason"),
    [
        ({"declined": True}, False, "declined"),
        ({}, True, "gone"),
        ({"cap": 2, "asked": {"2026-11": 2}}, False, "cap"),
        ({"declined": True, "cap": 1, "asked": {"2026-11": 1}}, True, "declined"),
    ],
)
def test_plan_says_why_a_customer_must_not_be_asked(fields: dict[str, object], removed: bool, reason: str) -> None:
    found = planned(DAY, case(replace(POST, removed=removed), ALWAYS, **fields))
    assert (found.at, found.doer, found.reason) == (None, None, reason)


def test_the_month_of_the_question_counts_not_that_of_the_promise() -> None:
    full = case(cap=2, asked={"2026-11": 2, "2026-12": 1})
    assert planned(DAY, full).reason == "cap"
    assert planned(10 * DAY, full).doer == Doer.MACHINE
    assert month_of(MONDAY_NOON + 10 * DAY) == "2026-12"


def test_below_a_post_one_may_ask_in_private_and_the_other_way_is_told_as_well() -> None:
    found = planned(DAY, where=Visibility.PRIVATE)
    assert (found.way, found.visibility, found.latest) == (
        Way.PRIVATE_REPLY,
        Visibility.PRIVATE,
        MONDAY_NOON + 7 * DAY,
    )
    assert [other.way for other in found.alternatives] == [Way.PUBLIC_REPLY]


# -- always -----------------------------------------------------------------------------------------------------------

HOURS = st.sampled_from(
    [
        ALWAYS,
        BERLIN,
        Hours("Europe/Berlin", ((Span(540, 720), Span(780, 1080)),) * 5 + ((), ())),
        Hours("Etc/UTC", ALWAYS.week, quiet=(Span(0, 480), Span(1260, 1440)), customer_zone="America/Los_Angeles"),
        Hours("Asia/Tokyo", ((Span(600, 660),), *((),) * 6)),
    ]
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Case, Wish, int]:
    """A conversation in any state of its window, a wish, and the moment of planning."""
    now = MONDAY_NOON + draw(st.integers(0, 14 * DAY))
    heard = st.none() | st.integers(0, 8 * DAY).map(lambda ago: now - ago)
    head = draw(st.sampled_from([CHAT, POST]))
    head = replace(head, window=Window(draw(heard), draw(st.booleans())))
    held = draw(st.sampled_from([0, 0, now + 6 * HOUR]))
    around = case(
        head,
        draw(HOURS),
        angry=draw(st.booleans()),
        declined=draw(st.sampled_from([False, False, True])),
        held_until=held,
        spread=draw(st.integers(0, 30 * MINUTE)),
    )
    where = draw(st.sampled_from([None, Visibility.PRIVATE])) if head.identity == POST.identity else None
    return around, Wish(now + draw(st.integers(0, 40 * DAY)), where), now


@given(cases())
def test_a_machine_asks_only_by_an_open_way_in_open_hours_and_of_who_is_willing(drawn: tuple[Case, Wish, int]) -> None:
    around, wish, now = drawn
    for found in (chosen := plan(around, wish, now), *chosen.alternatives):
        if found.doer != Doer.MACHINE:
            continue
        assert found.at is not None and found.at >= max(now, around.held_until)
        ways = [route for route in around.routes(found.at) if route.way == found.way and not route.person_only]
        assert ways and not around.angry and not around.declined
        assert not why_closed(around.hours, found.at)
        assert found.latest is None or found.at <= found.latest - MARGIN


@given(cases())
def test_a_plan_is_for_now_or_later_and_says_who(drawn: tuple[Case, Wish, int]) -> None:
    around, wish, now = drawn
    found = plan(around, wish, now)
    assert (found.doer is None) == (found.at is None) == around.declined
    assert found.at is None or found.at >= now
    assert found == plan(around, wish, now)
    assert found not in found.alternatives


@given(cases())
def test_when_its_time_comes_a_plan_is_for_now(drawn: tuple[Case, Wish, int]) -> None:
    """Invariant 12: or a promise would be moved for ever. Only who waits for a machine may be asked a little later."""
    around, wish, now = drawn
    found = plan(around, wish, now)
    assume(found.at is not None and found.at > now)
    assert found.at is not None
    again = plan(around, Wish(found.at, wish.visibility), found.at)
    if found.doer == Doer.MACHINE:
        assert (again.at, again.doer) == (found.at, Doer.MACHINE)
    else:
        assert again.at is not None and again.at <= found.at + 14 * DAY


@given(st.integers(0, 30 * DAY), HOURS)
def test_where_no_way_closes_nothing_is_asked_before_it_was_wished(delay: int, hours: Hours) -> None:
    found = planned(delay, case(hours=hours))
    opening = next_opening(hours, MONDAY_NOON + delay)
    assert found.doer == Doer.MACHINE
    assert found.at == opening
