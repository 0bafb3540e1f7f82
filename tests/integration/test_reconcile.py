"""Invariant 6: one schedule per promise, also when schedules were lost, left over, or late while nothing ran."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from infra.local.stack import Stack, start_stack
from tests.integration.breaking import StackInternals
from tests.integration.driver import AgentApi, Json, Square, sign_in, wait_for
from tests.integration.talks import ARRIVED, Talk, begin, stays_quiet

QUESTION = "Ist alles wieder gut?"
IN_A_MONTH = {"after": "P30D", "text": QUESTION}
AT_ONCE = {"grace_seconds": 0}
"""Usually reconcile leaves what is younger than some minutes to dispatch."""
SOON_SECONDS = 40
"""Long enough to be planned on a busy machine before it is due."""
SOON = {"after": f"PT{SOON_SECONDS}S", "text": QUESTION}
PAGES = 130
"""Schedules that are more than one page of a listing."""


def test_6_the_clock_calls_reconcile(stack: Stack) -> None:
    wait_for("reconcile to be called", lambda: stack.workers("ReconcileFunction"), 200)


def test_6_a_schedule_that_somebody_deleted_is_there_again(
    square: Square, agent_api: AgentApi, internals: StackInternals, stack: Stack
) -> None:
    talk = begin(square, agent_api, "Rita Verlust")
    before = _promise(talk, internals, IN_A_MONTH)
    _delete_schedule(stack, talk)
    assert internals.invoke("ReconcileFunction", {})["finished"]
    assert internals.schedule(talk.id) is None, "it is young, and dispatch may be at it"
    assert internals.invoke("ReconcileFunction", AT_ONCE)["restored"] >= 1
    assert _call(internals, talk) == before


def test_6_schedules_that_nobody_needs_go_and_the_others_stay(
    square: Square, agent_api: AgentApi, internals: StackInternals, stack: Stack
) -> None:
    talk = begin(square, agent_api, "Rita Rest")
    before = _promise(talk, internals, IN_A_MONTH)
    schedule = internals.schedule(talk.id) or {}
    left_over = [f"{number:026d}".translate(str.maketrans("0123456789", "abcdefghij")) for number in range(PAGES)]
    _leave_over(stack, schedule, left_over)
    report = internals.invoke("ReconcileFunction", AT_ONCE)
    assert (report["removed"] >= PAGES, report["schedules"] > PAGES, report["failed"]) == (True, True, 0)
    assert _scheduled(stack).isdisjoint(left_over)
    assert _call(internals, talk) == before


def test_6_follow_up_due_while_nothing_ran_is_asked_afterwards(tmp_path: Path) -> None:
    """One promise has kept its schedule and is called late; the other one lost it, and reconcile makes up for it."""
    with start_stack(tmp_path, free_ports=True) as stack:
        square, agent_api, internals = Square(stack.values), AgentApi(sign_in(stack.values)), StackInternals(stack)
        kept, lost = begin(square, agent_api, "Rita Spät"), begin(square, agent_api, "Rita Später")
        for talk in (kept, lost):
            _promise(talk, internals, SOON)
        due = time.monotonic() + SOON_SECONDS
        _delete_schedule(stack, lost)
        assert [talk.follow_up()["state"] for talk in (kept, lost)] == ["planned"] * 2
    time.sleep(max(0.0, due + 1 - time.monotonic()))
    with start_stack(tmp_path) as stack:
        square, agent_api, internals = Square(stack.values), AgentApi(sign_in(stack.values)), StackInternals(stack)
        kept, lost = (replace(talk, square=square, agent_api=agent_api) for talk in (kept, lost))
        kept.await_on_square(QUESTION)
        assert lost.follow_up()["state"] == "planned"
        internals.invoke("ReconcileFunction", AT_ONCE)
        lost.await_on_square(QUESTION)
        internals.invoke("ReconcileFunction", AT_ONCE)
        stays_quiet()
        assert [talk.on_square().count(QUESTION) for talk in (kept, lost)] == [1, 1]


def _promise(talk: Talk, internals: StackInternals, follow_up: Json) -> Json:
    """An answer with a promise; returns the call that its schedule will make."""
    message = talk.answer("Bitte neu starten.", follow_up=follow_up)
    talk.await_state(message, *ARRIVED)
    wait_for("the schedule", lambda: internals.schedule(talk.id))
    return _call(internals, talk)


def _call(internals: StackInternals, talk: Talk) -> Json:
    """Return when Scheduler will call whom, and with what."""
    found = internals.schedule(talk.id) or {}
    return {name: found.get(name) for name in ("ScheduleExpression", "Target", "ActionAfterCompletion")}


def _delete_schedule(stack: Stack, talk: Talk) -> None:
    name = (StackInternals(stack).schedule(talk.id) or {})["Name"]
    stack.client("scheduler").delete_schedule(GroupName=stack["follow_up_group"], Name=name)


def _leave_over(stack: Stack, like: Json, conversations: list[str]) -> None:
    """Schedules for conversations that do not exist."""
    names = ("GroupName", "ScheduleExpression", "FlexibleTimeWindow", "Target", "ActionAfterCompletion")
    schedule = {name: like[name] for name in names}
    scheduler = stack.client("scheduler")
    for each in conversations:
        scheduler.create_schedule(Name=f"follow-up-{each}", **schedule)
    assert _scheduled(stack).issuperset(conversations)


def _scheduled(stack: Stack) -> set[str]:
    """The conversations that have a schedule, of this release or an older one, page by page."""
    listing = stack.client("scheduler").get_paginator("list_schedules")
    pages = listing.paginate(GroupName=stack["follow_up_group"], NamePrefix="follow-up-")
    names = {each["Name"].removeprefix("follow-up-") for page in pages for each in page["Schedules"]}
    return {name.partition(".")[0] for name in names}
