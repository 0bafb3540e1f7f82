"""Promises and schedules come to agree, whatever was lost on the way, and nobody's promise loses its schedule by it.

Scheduler is a fake that pages, tires and lets others step in; the table is the embedded one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import reconcile.app
from aws import clients, schedules
from conversations import identity
from conversations.conversation import Conversation, LastMessage
from conversations.facts import Author, Visibility
from conversations.follow_ups import next_call
from conversations.identity import Identity
from conversations.promise import FollowUp, FollowUpState, Promise
from infra import templates
from reconcile.budget import Pace
from reconcile.differences import GRACE, MOST_LISTED, PIECES, Comparison
from reconcile.repair import Report
from reconcile.repair import reconcile as compare
from storage import connections, conversations, keys, table
from tests.performance.meter import metered
from tests.support.context import Context
from tests.support.embedded_aws import SCHEDULE_SETTINGS
from tests.support.scheduler import Scheduler
from tests.support.scheduler import scheduler as running_scheduler

NOW = 1_790_000_000_000
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LONG_AGO = NOW - DAY
TIME_ENOUGH = 900_000


class World:
    """A team's promises in the table, and the schedules beside them."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.scheduler = scheduler
        self.now = NOW

    def promises(
        self,
        name: str,
        at: int = NOW + DAY,
        made_at: int = LONG_AGO,
        state: FollowUpState = FollowUpState.PLANNED,
        **more: Any,
    ) -> str:
        """Have a conversation make a promise, or replace its promise; returns its id."""
        who = Identity("facebook", "demo", Visibility.PRIVATE, name, "", "service")
        conversation = keys.id_of(who)
        before = conversations.head(conversation)
        version = identity.action_id(made_at, (before.version if before else 0).to_bytes(8, "big"))
        follow_up = FollowUp(version, Promise(at, "Und?"), Author("agent-1", "Mira"), made_at, state, **more)
        head = replace(before or Conversation(who), last_message=LastMessage(NOW), follow_up=follow_up)
        conversations.put_head(head, NOW)
        return conversation

    def takes_back(self, name: str) -> str:
        """Have a conversation cancel its promise."""
        return self.promises(name, state=FollowUpState.CANCELLED)

    def dispatch(self, conversation: str, at: int = LONG_AGO + 1000) -> None:
        """Do what dispatch does at a time: have Scheduler follow the head as it stands."""
        clock, self.scheduler.now = self.scheduler.now, at
        call = self.call(conversation)
        if call:
            schedules.put(conversation, *call, at)
        self.scheduler.now = clock

    def dispatches_old_release(self, conversation: str, at: int = LONG_AGO + 1000) -> str:
        """Do what dispatch did when a conversation had one schedule; returns its name."""
        self.dispatch(conversation, at)
        (name,) = self.names(conversation)
        old = f"{schedules.PREFIX}{conversation}"
        self.scheduler.schedules[old] = {**self.scheduler.schedules.pop(name), "Name": old}
        return old

    def loses(self, conversation: str) -> None:
        """All schedules of a conversation are gone, and nobody knows why."""
        for name in self.names(conversation):
            del self.scheduler.schedules[name]

    def names(self, conversation: str) -> list[str]:
        """The names of a conversation's schedules."""
        return [name for name in self.scheduler.schedules if schedules.conversation_of(name) == conversation]

    def call(self, conversation: str) -> tuple[str, int] | None:
        """Return the call that the head plans, with its time."""
        head = conversations.head(conversation)
        return next_call(head.follow_up if head else None)

    def scheduled(self, conversation: str) -> tuple[str, int] | None:
        """Return the call that Scheduler has, with its time; None for none, or several."""
        calls = self.all_scheduled(conversation)
        return calls[0] if len(calls) == 1 else None

    def all_scheduled(self, conversation: str) -> list[tuple[str, int]]:
        """All that Scheduler will call for a conversation, and when."""
        return [self._call_of(self.scheduler.schedules[name], conversation) for name in self.names(conversation)]

    def _call_of(self, found: dict[str, Any], conversation: str) -> tuple[str, int]:
        moment = time.strptime(found["ScheduleExpression"] + "+0000", "at(%Y-%m-%dT%H:%M:%S)%z")
        said = json.loads(found["Target"]["Input"])
        assert said["conversation"] == conversation
        return said["version"], int(time.mktime(moment) - time.timezone) * 1000

    def compare(
        self, time_left: Callable[[], int] = lambda: TIME_ENOUGH, page: int = 100, most: int = MOST_LISTED
    ) -> Report:
        """Run the comparison."""
        self.scheduler.asked.clear()
        return compare(lambda: self.now, time_left, page, most=most)


@pytest.fixture
def scheduler(environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scheduler]:
    """A Scheduler that the functions take for AWS's."""
    with running_scheduler(NOW) as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SCHEDULER", f"http://127.0.0.1:{running.port}")
        monkeypatch.setenv("SCHEDULE_GROUP", "follow-ups")
        for variable, value in SCHEDULE_SETTINGS.items():
            monkeypatch.setenv(variable, value)
        clients.forget()
        yield running
    clients.forget()


@pytest.fixture
def world(table: str, scheduler: Scheduler) -> World:
    """One team, and no promises yet."""
    connections.put_connection("facebook", "demo", "1", "Telefunk")
    return World(scheduler)


# -- what is put right ------------------------------------------------------------------------------------------------


def test_where_all_is_well_nothing_is_written(world: World) -> None:
    for number in range(5):
        world.dispatch(world.promises(f"p{number}"))
    assert world.compare() == Report(promises=5, schedules=5, restored=0, removed=0, failed=0, finished=True)
    assert world.scheduler.asked == {"LIST": 2}


def test_a_lost_schedule_is_made_again(world: World) -> None:
    kept, lost = (world.promises(name) for name in ("kept", "lost"))
    for each in (kept, lost):
        world.dispatch(each)
    world.loses(lost)
    assert world.compare().restored == 1
    assert world.scheduled(lost) == world.call(lost)
    assert world.compare().restored == 0


def test_a_promise_that_waits_for_an_answer_gets_its_call_back_too(world: World) -> None:
    asked = world.promises("asked", at=LONG_AGO, state=FollowUpState.ASKED, asked_at=LONG_AGO)
    assert world.compare().restored == 1
    assert world.scheduled(asked) == world.call(asked)


def test_a_schedule_of_before_the_promise_was_moved_makes_way_for_one_of_after_it(world: World) -> None:
    moved = world.promises("moved", made_at=LONG_AGO)
    world.dispatch(moved)
    world.promises("moved", at=NOW + HOUR, made_at=NOW - HOUR)
    report = world.compare()
    assert (report.restored, report.removed) == (1, 1)
    assert world.scheduled(moved) == world.call(moved)
    assert world.scheduler.asked == {"LIST": 2, "POST": 1, "DELETE": 1}


def test_schedule_of_an_older_version_beside_the_right_one_is_removed_and_no_alarm(world: World) -> None:
    moved = world.promises("moved", made_at=LONG_AGO)
    world.dispatch(moved)
    world.promises("moved", at=NOW + HOUR, made_at=NOW - HOUR)
    world.dispatch(moved, at=NOW - HOUR)
    assert len(world.names(moved)) == 2
    report = world.compare()
    assert (report.restored, report.removed) == (0, 1)
    assert world.scheduled(moved) == world.call(moved)


def test_schedules_of_an_older_release_are_replaced_without_an_alarm(world: World) -> None:
    kept, gone = world.promises("kept"), world.promises("gone")
    old = [world.dispatches_old_release(each) for each in (kept, gone)]
    world.takes_back("gone")
    report = world.compare()
    assert (report.restored, report.renamed, report.removed) == (0, 1, 2)
    assert world.scheduled(kept) == world.call(kept)
    assert not set(old) & set(world.scheduler.schedules)
    assert world.compare() == Report(promises=1, schedules=1, restored=0, removed=0, failed=0, finished=True)


def test_a_schedule_that_nobody_needs_is_removed(world: World) -> None:
    for name in ("cancelled", "standing"):
        world.dispatch(world.promises(name))
    cancelled = world.takes_back("cancelled")
    assert world.compare() == Report(promises=1, schedules=2, restored=0, removed=1, failed=0, finished=True)
    assert world.scheduled(cancelled) is None


def test_the_schedule_of_a_conversation_that_is_gone_is_removed(world: World) -> None:
    schedules.put("a" * 26, f"{LONG_AGO}x", NOW + DAY, LONG_AGO)
    world.scheduler.schedules[schedules.name("a" * 26, f"{LONG_AGO}x", NOW + DAY)]["LastModificationDate"] = (
        LONG_AGO / 1000
    )
    assert world.compare().removed == 1
    assert world.scheduler.schedules == {}


def test_the_schedule_of_a_branch_that_was_taken_up_into_its_thread_is_removed(world: World) -> None:
    whole = world.promises("whole")
    world.dispatch(whole)
    version, at = world.call(whole) or ("", 0)
    world.scheduler.now = LONG_AGO
    schedules.put(f"{whole}-{'b' * 13}", version, at, LONG_AGO)
    assert world.compare().removed == 1
    assert list(world.scheduler.schedules) == [schedules.name(whole, version, at)]


def test_a_promise_that_is_late_is_kept_at_the_next_moment(world: World) -> None:
    """It came due while the stack was down, or its call failed for good."""
    late = world.promises("late", at=NOW - HOUR)
    assert world.compare().restored == 1
    assert world.scheduled(late) == ((world.call(late) or ("",))[0], NOW + schedules.SOONEST)


def test_a_promise_that_is_late_is_called_though_a_schedule_for_another_time_is_there(world: World) -> None:
    late = world.promises("late", at=NOW + DAY)
    world.dispatch(late)
    world.promises("late", at=NOW - HOUR, made_at=LONG_AGO + 2000)
    assert world.compare().restored == 1
    assert world.scheduled(late) == ((world.call(late) or ("",))[0], NOW + schedules.SOONEST)


# -- what is left alone -----------------------------------------------------------------------------------------------


def test_promise_that_dispatch_works_on_is_left_to_it(world: World) -> None:
    world.promises("young", made_at=NOW - MINUTE)
    world.promises("asked", at=LONG_AGO, state=FollowUpState.ASKED, asked_at=NOW - MINUTE)
    world.dispatch(world.promises("cancelled"), at=NOW - MINUTE)
    world.takes_back("cancelled")
    report = world.compare()
    assert (report.restored, report.removed) == (0, 0)
    assert world.scheduler.asked == {"LIST": 2}


def test_a_call_that_is_being_made_is_not_made_twice(world: World) -> None:
    world.promises("due", at=NOW - 1000)
    assert world.compare().restored == 0
    assert world.scheduler.asked == {"LIST": 2}


def test_clocks_that_differ_by_seconds_are_no_reason_to_write(world: World) -> None:
    world.dispatch(world.promises("quick"), at=LONG_AGO - 4000)
    assert world.compare().restored == 0


def test_schedules_of_other_names_are_nobodys_business(world: World) -> None:
    world.scheduler.schedules["weekly-report"] = {"LastModificationDate": 0}
    assert world.compare().removed == 0
    assert list(world.scheduler.schedules) == ["weekly-report"]


# -- many, and little time --------------------------------------------------------------------------------------------


def test_hundreds_come_to_agree_over_many_pages(world: World) -> None:
    made = [world.promises(f"p{number}", at=NOW + DAY + number * 1000) for number in range(300)]
    for number, each in enumerate(made):
        world.dispatch(each)
        if number % 3 == 0:
            world.loses(each)
        elif number % 3 == 1:
            world.takes_back(f"p{number}")
    assert world.compare(page=7) == Report(200, 200, restored=100, removed=100, failed=0, finished=True)
    assert [world.scheduled(each) for each in made] == [world.call(each) for each in made]
    assert world.compare(page=7) == Report(200, 200, restored=0, removed=0, failed=0, finished=True)
    assert world.scheduler.asked == {"LIST": 30}  # one asks whether there are too many


@pytest.mark.invariant(6)
def test_of_more_schedules_than_a_run_can_list_those_of_the_next_hours_are_made_again(world: World) -> None:
    """Each promise is among them before it is due, as a run follows within the hour."""
    kept, lost, later = (
        world.promises(name, at=NOW + ahead) for name, ahead in (("kept", HOUR), ("lost", HOUR), ("later", 2 * HOUR))
    )
    for each in (kept, lost, later):
        world.dispatch(each)
    world.dispatch(world.promises("other", at=NOW + DAY))
    for each in (lost, later):
        world.loses(each)
    report = world.compare(page=1, most=1)
    assert (report.promises, report.restored, report.removed, report.finished) == (2, 1, 0, True)
    assert world.scheduler.asked["POST"] == 2
    assert [world.scheduled(each) for each in (kept, lost)] == [world.call(each) for each in (kept, lost)]
    assert world.scheduled(later) is None
    world.now += HOUR + 10 * MINUTE
    assert world.compare(page=1, most=1).restored == 3  # two that are late by now as well
    assert world.scheduled(later) == world.call(later)


@pytest.mark.invariant(6)
@pytest.mark.parametrize("hindrance", ["many", "slow"])
def test_promises_of_the_next_hours_have_their_schedules_before_very_many_are_listed(
    world: World, hindrance: str
) -> None:
    """A listing that takes a whole run leaves nothing of it for what is due soon."""
    lost = world.promises("lost", at=NOW + HOUR)
    of_piece = [f"{schedules.PREFIX}{PIECES[0]}{number:024d}.{'a' * 13}" for number in range(3)]
    for each in of_piece if hindrance == "many" else []:
        world.scheduler.schedules[each] = {"Name": each, "LastModificationDate": NOW / 1000}
    for number in range(20):
        world.dispatch(world.promises(f"other{number}"))
    a_list = MINUTE if hindrance == "slow" else 0
    most = 2 * len(PIECES) if hindrance == "many" else MOST_LISTED
    asked = list[str]()
    world.scheduler.before = lambda method, _: asked.append(method)
    world.compare(time_left=lambda: TIME_ENOUGH - world.scheduler.asked["LIST"] * a_list, page=1, most=most)
    assert world.scheduled(lost) == world.call(lost)
    if hindrance == "many":
        assert asked.index("POST") == 3, "as few as tell that there are many"


def test_of_very_many_schedules_those_that_nobody_needs_are_removed_within_a_day(world: World) -> None:
    names = [f"p{number}" for number in range(30)]
    made = [world.promises(name, at=NOW + 9 * DAY) for name in names]
    for number, (name, each) in enumerate(zip(names, made, strict=True)):
        if number % 3 == 2:
            world.dispatches_old_release(each)
        else:
            world.dispatch(each)
        if number % 3 == 1:
            world.takes_back(name)
    removed = 0
    with metered(table.client()) as meter:
        for _ in range(24):
            removed += world.compare(most=29).removed
            world.now += HOUR
        assert set(meter.take().operations) <= permitted()
    assert removed == 20
    assert [world.scheduled(each) for each in made] == [world.call(each) for each in made]


def permitted() -> set[str]:
    """Return the requests to DynamoDB that the function's role permits."""
    role = templates.template()["Resources"]["ReconcileRole"]["Properties"]
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    actions = [each["Action"] for each in statements if "Action" in each]
    named = (name for action in actions for name in ([action] if isinstance(action, str) else action))
    return {name.removeprefix("dynamodb:") for name in named if name.startswith("dynamodb:")}


def test_promise_that_is_cancelled_while_its_schedule_is_made_keeps_none(world: World) -> None:
    lost = world.promises("lost", at=NOW + HOUR)
    world.dispatch(world.promises("other"))
    world.dispatch(world.promises("another"))

    def cancels(method: str, name: str) -> None:
        if method == "POST":
            world.scheduler.before = lambda _method, _name: None
            world.takes_back("lost")

    world.scheduler.before = cancels
    assert world.compare(page=1, most=1).restored == 0
    assert world.names(lost) == []


def test_call_of_the_next_moment_gets_no_second_schedule_where_they_are_not_listed(world: World) -> None:
    world.dispatch(near := world.promises("near", at=NOW + 30_000))
    world.dispatch(world.promises("other"))
    assert world.compare(page=1, most=1).restored == 0
    assert len(world.names(near)) == 1


def test_when_time_runs_out_the_late_ones_have_been_called_and_the_next_call_does_the_rest(world: World) -> None:
    late, later = world.promises("late", at=NOW - HOUR), world.promises("later")
    hurried = world.compare(time_left=lambda: 0 if world.scheduler.asked["LIST"] else TIME_ENOUGH)
    assert (hurried.restored, hurried.finished) == (1, False)
    assert world.scheduled(late) is not None
    assert world.scheduled(later) is None
    assert world.compare().finished
    assert world.scheduled(later) == world.call(later)


def test_requests_throttled_by_scheduler_are_made_more_slowly_and_not_lost(world: World) -> None:
    lost = [world.promises(f"p{number}") for number in range(3)]
    world.scheduler.refusals = 5
    assert world.compare().restored == 3
    assert [world.scheduled(each) for each in lost] == [world.call(each) for each in lost]


def test_one_promise_that_cannot_be_put_right_is_no_harm_to_the_others(world: World) -> None:
    broken, lost = world.promises("broken"), world.promises("lost")
    world.scheduler.impossible = schedules.name(broken, *(world.call(broken) or ("", 0)))
    report = world.compare()
    assert (report.restored, report.failed, report.finished) == (1, 1, True)
    assert world.scheduled(lost) == world.call(lost)


# -- what others do meanwhile -----------------------------------------------------------------------------------------


def test_a_promise_that_is_made_while_its_old_schedule_is_removed_keeps_its_schedule(world: World) -> None:
    """Invariant 6: the promise, and dispatch's schedule for it, come between the reading and the removing."""
    again = world.promises("again")
    world.dispatch(again)
    world.takes_back("again")

    def promise_again(_method: str, name: str) -> None:
        if name:
            world.scheduler.before = lambda _method, _name: None
            world.promises("again", at=NOW + HOUR, made_at=NOW)
            world.dispatch(again, at=NOW)

    world.scheduler.before = promise_again
    world.compare()
    assert world.call(again) is not None
    assert world.scheduled(again) == world.call(again)


def test_a_promise_that_is_moved_while_its_lost_schedule_is_made_has_that_of_the_move(world: World) -> None:
    """Dispatch has made the newer schedule when the older one is written over it."""
    moved = world.promises("moved")

    def move(_method: str, name: str) -> None:
        if name:
            world.scheduler.before = lambda _method, _name: None
            world.promises("moved", at=NOW + HOUR, made_at=NOW)
            world.dispatch(moved, at=NOW)

    world.scheduler.before = move
    world.compare()
    assert world.scheduled(moved) == world.call(moved)
    assert (world.scheduled(moved) or ("", 0))[1] == NOW + HOUR


def test_a_schedule_that_fires_while_the_promise_is_moved_takes_the_new_one_not_along(world: World) -> None:
    """Scheduler deletes what has called at a moment of its own choosing: here after the new one was made."""
    moved = world.promises("moved")
    world.dispatch(moved)
    (fired,) = world.names(moved)
    world.promises("moved", at=NOW + HOUR, made_at=NOW - HOUR)
    assert world.compare().restored == 1
    world.scheduler.schedules.pop(fired, None)
    assert world.scheduled(moved) == world.call(moved)


def test_change_of_a_promise_during_the_comparison_is_not_undone(world: World) -> None:
    """It fires while schedules are listed, and follow_up is at it."""
    fired = world.promises("fired", at=NOW + 1000)
    world.dispatch(fired)

    def fire(method: str, name: str) -> None:
        if not name and world.scheduled(fired):
            world.loses(fired)
            world.now = NOW + 2000

    world.scheduler.before = fire
    assert world.compare().restored == 0
    assert world.scheduler.asked == {"LIST": 2}


def test_two_comparisons_at_the_same_time_come_to_the_same(world: World) -> None:
    made = [world.promises(f"p{number}") for number in range(20)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda _: world.compare(), range(2)))
    assert [world.scheduled(each) for each in made] == [world.call(each) for each in made]


# -- any case ---------------------------------------------------------------------------------------------------------

TIMES = st.integers(0, 4 * HOUR)


@given(at=TIMES, since=TIMES, began=TIMES)
def test_a_promise_without_a_schedule_waits_minutes_at_most(at: int, since: int, began: int) -> None:
    """Whatever its time: once it is older than the grace, or late by more, it is found."""
    is_old, is_late = since + GRACE <= began, at + GRACE <= began
    assert _at(began).lacks_schedule(at, since, began) == (is_late or (is_old and at > began))


def _at(began: int) -> Comparison:
    return Comparison(Pace(lambda: TIME_ENOUGH), began)


def _some(world: World, case: tuple[str, str, str], number: int) -> str:
    """A conversation of one of all kinds."""
    promised, scheduled, time_of_call = case
    at = {"ahead": NOW + DAY, "late": NOW - HOUR}[time_of_call]
    name = f"case-{number}"
    conversation = world.promises(name, at=at)
    if scheduled != "nothing":
        world.dispatch(conversation)
    if scheduled == "something else":
        world.promises(name, at=at, made_at=LONG_AGO + HOUR)
    if promised == "cancelled":
        world.takes_back(name)
    elif promised == "asked":
        world.promises(name, at=at, made_at=LONG_AGO + HOUR, state=FollowUpState.ASKED, asked_at=LONG_AGO + HOUR)
    return conversation


CASES = st.tuples(
    st.sampled_from(["planned", "cancelled", "asked"]),
    st.sampled_from(["nothing", "the promise", "something else"]),
    st.sampled_from(["ahead", "late"]),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases=st.lists(CASES, max_size=6), page=st.integers(1, 4))
def test_any_promises_and_schedules_come_to_agree(world: World, cases: list[tuple[str, str, str]], page: int) -> None:
    made = [_some(world, case, number) for number, case in enumerate(cases)]
    world.compare(page=page)
    for each in made:
        call, scheduled = world.call(each), world.all_scheduled(each)
        if call and call[1] <= NOW:  # that of its own time has fired, or will in vain
            assert (call[0], NOW + schedules.SOONEST) in scheduled
        else:
            assert scheduled == ([call] if call else [])
    for number, _ in enumerate(cases):
        world.takes_back(f"case-{number}")
    world.scheduler.schedules.clear()


# -- the function -----------------------------------------------------------------------------------------------------


def test_the_function_tells_in_numbers_what_it_did(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Its clock is the real one, so the promises are of another time."""
    now = time.time_ns() // 1_000_000
    world.promises("lost", at=now + DAY, made_at=now - DAY)
    context: Any = Context()
    assert reconcile.app.lambda_handler({"source": "aws.events"}, context) == {
        "promises": 1,
        "schedules": 0,
        "restored": 1,
        "removed": 0,
        "failed": 0,
        "finished": True,
        "renamed": 0,
    }
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    counted = {name: line[name] for line in told for name in line if name.startswith(("Schedule", "Promises", "Rec"))}
    assert counted == {"PromisesChecked": [1.0], "ScheduleRestored": [1.0]}


def test_the_function_writes_no_counter_when_there_was_nothing_to_do(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """A metric that has data in an hour is paid for, a zero like any other."""
    context: Any = Context()
    assert reconcile.app.lambda_handler({"source": "aws.events"}, context)["promises"] == 0
    assert "CloudWatchMetrics" not in capsys.readouterr().out


def test_young_promises_are_compared_on_request(world: World) -> None:
    """After an accident, for instance: the payload says how young is too young."""
    now = time.time_ns() // 1_000_000
    world.promises("young", at=now + DAY, made_at=now - 2000)
    context: Any = Context()
    assert reconcile.app.lambda_handler({}, context)["restored"] == 0
    assert reconcile.app.lambda_handler({"grace_seconds": 1}, context)["restored"] == 1
