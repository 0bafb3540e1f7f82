"""Messages by the week of their arrival: what was counted and what is pending are all that arrived, at any time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

from hypothesis import given
from hypothesis import strategies as some
from msgspec.structs import replace

from conversations import metrics
from conversations.actions import Action, Verb
from conversations.arrival_weeks import Arrivals, dealt_with, pending, unread_by_week
from conversations.business_hours import ALWAYS
from conversations.conversation import Conversation, WeekCount
from conversations.facts import Author, Fact, Kind, Visibility
from conversations.fold import fold, receive
from conversations.identity import Identity, action_id
from conversations.local_time import week_of
from conversations.promise import FollowUp, FollowUpState, Outcome, Promise

CHAT = Identity("facebook", "demo", Visibility.PRIVATE, "page:7001", team="service")
CUSTOMER, AGENT, MACHINE = Author("7001", "Jana"), Author("agent-1", "Mira"), Author("nachfrage", None)
SUNDAY = int(datetime(2026, 11, 29, 23, tzinfo=UTC).timestamp() * 1000)
"""An hour before a week ends."""
DAY = 86_400_000


def message(at: int) -> Fact:
    """A message of the customer."""
    return Fact(
        Kind.MESSAGE, CHAT.visibility, CHAT.thread_id, at, f"m_{at}", author=CUSTOMER, text="Hallo", customer_id="7001"
    )


def action(at: int, verb: Verb) -> Action:
    """An agent does something, and has seen all that was there."""
    return Action(action_id(at, at.to_bytes(8, "big")), at, verb, by=AGENT, upto=at, seen=10_000, text="Gern.")


def head_of(events: Sequence[Fact | Action]) -> Conversation | None:
    """The head after these events."""
    facts = [event for event in events if isinstance(event, Fact)]
    return fold(CHAT, facts, [event for event in events if isinstance(event, Action)])


def test_message_that_is_answered_the_next_week_counts_in_the_week_of_its_arrival() -> None:
    waiting = head_of([message(SUNDAY)])
    answered = head_of([message(SUNDAY), action(SUNDAY + DAY, Verb.REPLY)])
    assert waiting is not None
    assert answered is not None
    week = week_of(SUNDAY)
    assert pending(waiting) == {(week, "inbound"): 1, (week, "opened"): 1}
    assert dealt_with(waiting, answered) == pending(waiting)
    assert week_of(SUNDAY + DAY) != week


def test_unread_messages_of_two_weeks_are_told_apart() -> None:
    head = head_of([message(SUNDAY), message(SUNDAY + 1), message(SUNDAY + DAY)])
    assert head is not None
    assert head.unread_weeks == (WeekCount(week_of(SUNDAY), 2),)
    assert unread_by_week(head) == {week_of(SUNDAY): 2, week_of(SUNDAY + DAY): 1}


def test_unread_messages_of_one_week_need_no_attribute() -> None:
    head = head_of([message(SUNDAY), message(SUNDAY + 1)])
    assert head is not None
    assert head.unread_weeks == ()


EVENTS = some.lists(
    some.tuples(
        some.integers(min_value=0, max_value=30),
        some.sampled_from(["message", "message", "message", Verb.REPLY, Verb.RESOLVE, Verb.SNOOZE, Verb.REOPEN]),
    ),
    min_size=1,
    max_size=14,
    unique_by=lambda event: event[0],
)


def made(events: Sequence[tuple[int, str]]) -> list[Fact | Action]:
    """The events as facts and actions, a day apart at least."""
    times = ((SUNDAY + day * DAY, kind) for day, kind in events)
    return [message(at) if kind == "message" else action(at, Verb(kind)) for at, kind in times]


@given(EVENTS)
def test_counted_and_pending_are_together_all_that_arrived(events: list[tuple[int, str]]) -> None:
    happened = sorted(made(events), key=lambda each: each.at)
    counted: Arrivals = Counter()
    head: Conversation | None = None
    for number in range(1, len(happened) + 1):
        before, head = head, head_of(happened[:number])
        if head:
            counted.update(dealt_with(before, head))
            messages = [each for each in happened[:number] if isinstance(each, Fact)]
            weeks = Counter((week_of(each.at), "inbound") for each in messages)
            together = {key: amount for key, amount in (counted + pending(head)).items() if amount}
            assert together == weeks + Counter({(week_of(head.opened_at), "opened"): 1})


@given(EVENTS, some.integers())
def test_sums_are_right_whatever_comes_late(events: list[tuple[int, str]], seed: int) -> None:
    """A message that was dealt with before it came in may count in the week of a later one; it counts once."""
    happened = made(events)
    Random(seed).shuffle(happened)
    counted: Arrivals = Counter()
    head: Conversation | None = None
    for number in range(1, len(happened) + 1):
        before, head = head, head_of(happened[:number])
        if head:
            counted.update(dealt_with(before, head))
            sums: Counter[str] = Counter()
            for (_, name), amount in [*counted.items(), *pending(head).items()]:
                sums[name] += amount
            assert sums["inbound"] == sum(isinstance(each, Fact) for each in happened[:number])
            assert sums["opened"] == 1


@given(EVENTS)
def test_received_message_adds_to_the_weeks_as_a_fold_does(events: list[tuple[int, str]]) -> None:
    happened = sorted(made(events), key=lambda each: each.at)
    for number in range(1, len(happened)):
        head, new = head_of(happened[:number]), happened[number]
        received = receive(head, new) if head and isinstance(new, Fact) else None
        if received:
            whole = head_of(happened[: number + 1])
            assert whole is not None
            assert received.unread_weeks == whole.unread_weeks


def follow_up(outcome: Outcome | None, by: Author | None) -> FollowUp:
    """A question that was asked, and its outcome."""
    return FollowUp("v", Promise(1, "Und?"), AGENT, 1, FollowUpState.ASKED, outcome=outcome, judged_by=by)


def test_reading_of_a_machine_is_proposed_until_an_agent_confirms_it() -> None:
    asked, read = follow_up(None, None), follow_up(Outcome.SOLVED, MACHINE)
    confirmed, silent = follow_up(Outcome.SOLVED, AGENT), follow_up(Outcome.NO_ANSWER, MACHINE)
    assert metrics.of_follow_up(asked, read) == {"proposed_solved": 1}
    assert metrics.of_follow_up(read, confirmed) == {"solved": 1, "proposed_solved": -1}
    assert metrics.of_follow_up(asked, confirmed) == {"solved": 1}
    assert metrics.of_follow_up(asked, silent) == {"no_answer": 1}
    assert metrics.of_follow_up(read, follow_up(Outcome.ANSWERED, None)) == {"proposed_solved": -1}


def test_differences_of_heads_hold_the_sums_of_arrivals() -> None:
    waiting = head_of([message(SUNDAY), message(SUNDAY + DAY)])
    assert waiting is not None
    answered = replace(waiting, unread=0, unread_weeks=(), waiting_since=0)
    assert metrics.differences(waiting, answered, ALWAYS)["inbound"] == 2
