"""Counters that a change of a head adds, and the figures read from them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some
from msgspec.structs import replace

from conversations import metrics
from conversations.actions import Verb
from conversations.business_hours import ALWAYS, usual_hours
from conversations.conversation import Conversation, Decision, ServiceLevel
from conversations.facts import Visibility
from conversations.identity import Identity

MINUTE = 60_000
HOUR = 60 * MINUTE
FRIDAY_AT_FIVE = 1_795_194_000_000  # 2026-11-20T17:00Z
HEAD = Conversation(
    Identity("facebook", "demo", Visibility.PRIVATE, "page:1", team="service"),
    inbound=1,
    unread=1,
    opened_at=FRIDAY_AT_FIVE,
    waiting_since=FRIDAY_AT_FIVE,
    version=1,
)


def dealt(head: Conversation, verb: Verb, after: int, **more: object) -> Conversation:
    """Return a head after an action that saw everything, so long after the first message."""
    at = FRIDAY_AT_FIVE + after
    done = {"unread": 0, "waiting_since": 0, "decision": Decision(at, str(at), verb)}
    return replace(head, **done | more)  # type: ignore[arg-type]


def test_a_message_that_comes_in_costs_nothing() -> None:
    more = replace(HEAD, inbound=2, unread=2, last_inbound_at=FRIDAY_AT_FIVE + 5)
    assert metrics.differences(None, HEAD, ALWAYS) == metrics.differences(HEAD, more, ALWAYS) == {}
    closed = dealt(HEAD, Verb.RESOLVE, HOUR)
    written_again = replace(closed, inbound=2, unread=1, waiting_since=FRIDAY_AT_FIVE + 2 * HOUR)
    assert metrics.differences(closed, written_again, ALWAYS) == {}


def test_times_are_the_teams_working_time() -> None:
    level = ServiceLevel(first_response_at=FRIDAY_AT_FIVE + 66 * HOUR)
    answered = dealt(HEAD, Verb.REPLY, 66 * HOUR, service_level=level, outbound=1)
    over_the_weekend = metrics.differences(HEAD, answered, usual_hours("Etc/UTC"))
    all_the_time = metrics.differences(HEAD, answered, ALWAYS)
    assert over_the_weekend == {
        "opened": 1,
        "inbound": 1,
        "outbound": 1,
        "first_responses": 1,
        f"f{metrics.bucket_of(3 * HOUR)}": 1,
    }
    assert f"f{metrics.bucket_of(66 * HOUR)}" in all_the_time


def test_undone_action_takes_back_what_it_counted() -> None:
    at = FRIDAY_AT_FIVE + HOUR
    closed = dealt(HEAD, Verb.RESOLVE, HOUR, outbound=1, service_level=ServiceLevel(at, at))
    there, back = metrics.differences(HEAD, closed, ALWAYS), metrics.differences(closed, HEAD, ALWAYS)
    assert there["resolved"] == 1
    assert back == {name: -amount for name, amount in there.items()}


def test_closing_what_is_closed_is_closing_it_once() -> None:
    closed = dealt(HEAD, Verb.RESOLVE, HOUR)
    assert metrics.differences(closed, dealt(closed, Verb.RESOLVE, 2 * HOUR), ALWAYS) == {}
    assert metrics.differences(closed, dealt(closed, Verb.REOPEN, 2 * HOUR), ALWAYS) == {"reopened": 1}
    wrote = replace(closed, inbound=2, unread=1)
    again = metrics.differences(wrote, dealt(wrote, Verb.RESOLVE, 2 * HOUR), ALWAYS)
    assert again == {"inbound": 1, "resolved": 1, "reopened": 1}


def test_a_missed_target_opens_a_conversation_once() -> None:
    missed = replace(HEAD, service_level=ServiceLevel(missed=("first_response",)))
    assert metrics.differences(HEAD, missed, ALWAYS) == {"opened": 1}
    assert "opened" not in metrics.differences(
        missed, dealt(missed, Verb.REPLY, HOUR, service_level=ServiceLevel()), ALWAYS
    )


@given(some.lists(some.integers(min_value=MINUTE + 1, max_value=60 * 24 * HOUR), min_size=1, max_size=200))
def test_median_and_percentile_are_right_within_six_percent(times: list[int]) -> None:
    counts = metrics.add_up({f"f{metrics.bucket_of(time)}": 1} for time in times)
    for share in (0.5, 0.9):
        rank = -(-len(times) * int(share * 10) // 10)
        exact = sorted(times)[rank - 1] / 1000
        assert metrics.quantile(metrics.buckets("first_response", counts), share) == pytest.approx(exact, rel=0.061)


@pytest.mark.parametrize(
    ("length", "bucket"), [(0, 0), (MINUTE, 0), (MINUTE + 1, 1), (60 * 24 * HOUR, 101), (10**12, 101)]
)
def test_a_bucket_has_its_bounds(length: int, bucket: int) -> None:
    assert metrics.bucket_of(length) == bucket


def test_without_times_there_is_no_median() -> None:
    assert metrics.quantile({}, 0.5) is None
    assert metrics.quantile({3: 1, 4: -1}, 0.5) is None


def test_letters_of_buckets_are_no_other_figures() -> None:
    names = {*metrics.NAMES, *metrics.VOLUMES, *metrics.MISSED}
    assert not [name for name in names if metrics.time_of(name)]
