"""Invariant 5: a follow-up is asked at most once, and never after the customer wrote."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from tests.integration.breaking import StackInternals
from tests.integration.driver import AgentApi, Json, Square, wait_for
from tests.integration.talks import ARRIVED, Talk, begin, in_public_and_private, stays_quiet

QUESTION = "Läuft wieder alles?"
NOT_BY_ITSELF = {"after": "P30D", "text": QUESTION}
"""A promise that comes due during a test only if the test makes it."""


def test_5_a_schedule_that_fires_twice_asks_once(
    square: Square, agent_api: AgentApi, internals: StackInternals
) -> None:
    talk = begin(square, agent_api, "Tom Doppelt")
    due = _promise(talk, internals)
    outcomes = [internals.invoke("FollowUpFunction", due)["outcome"] for _ in range(2)]
    assert outcomes == ["ask", "nothing"]
    talk.await_on_square(QUESTION)
    stays_quiet()
    assert talk.on_square().count(QUESTION) == 1
    assert talk.follow_up()["state"] == "asked"


def test_5_calls_that_come_at_the_same_time_ask_once(
    square: Square, agent_api: AgentApi, internals: StackInternals
) -> None:
    talk = begin(square, agent_api, "Tom Zugleich")
    due = _promise(talk, internals)
    with ThreadPoolExecutor() as pool:
        outcomes = list(pool.map(lambda _: internals.invoke("FollowUpFunction", due)["outcome"], range(4)))
    assert sorted(outcomes) == ["ask", "nothing", "nothing", "nothing"]
    talk.await_on_square(QUESTION)
    stays_quiet()
    assert talk.on_square().count(QUESTION) == 1


def test_5_a_call_for_an_old_version_asks_nothing(
    square: Square, agent_api: AgentApi, internals: StackInternals
) -> None:
    talk = begin(square, agent_api, "Tom Veraltet")
    old = _promise(talk, internals)
    agent_api.call("PUT", f"/conversations/{talk.id}/follow-up", after="P40D", text="Und jetzt?")
    wait_for("the schedule to move", lambda: _moved(internals.schedule(talk.id), old))
    assert internals.invoke("FollowUpFunction", old) == {"outcome": "nothing"}
    assert talk.questions() == []
    assert talk.follow_up()["state"] == "planned"


def test_5_a_call_that_comes_after_the_customer_wrote_asks_nothing(
    square: Square, agent_api: AgentApi, internals: StackInternals
) -> None:
    talk = begin(square, agent_api, "Tom Schneller")
    due = _promise(talk, internals)
    talk.writes("Ja, läuft!")
    wait_for("the promise to be cancelled", lambda: talk.follow_up()["state"] == "cancelled")
    wait_for("the schedule to go", lambda: internals.schedule(talk.id) is None)
    assert internals.invoke("FollowUpFunction", due) == {"outcome": "nothing"}
    assert talk.questions() == []
    assert talk.follow_up()["reason"] == "customer_wrote"


@in_public_and_private
def test_5_customers_message_counts_before_it_is_folded(
    square: Square, agent_api: AgentApi, internals: StackInternals, private: bool
) -> None:
    talk = begin(square, agent_api, "Tom Ungefaltet", private=private)
    due = _promise(talk, internals)
    with internals.holding("DispatchFunction"):
        wrote = talk.writes("Nein, gar nichts läuft.")
        wait_for("the customer's message in the table", lambda: internals.holds(wrote))
        assert internals.invoke("FollowUpFunction", due) == {"outcome": "nothing"}
    assert talk.questions() == []


@in_public_and_private
def test_5_a_customer_who_writes_while_the_question_is_on_its_way_is_not_asked(
    square: Square, agent_api: AgentApi, internals: StackInternals, private: bool
) -> None:
    talk = begin(square, agent_api, "Tom Währenddessen", private=private)
    due = _promise(talk, internals)
    with internals.holding("ReplyFunction"):
        assert internals.invoke("FollowUpFunction", due) == {"outcome": "ask"}
        talk.await_arrival(talk.writes("Moment, es piept noch."))
    cancelled = talk.await_state(talk.questions()[0]["id"], "cancelled")
    assert cancelled["reason"] == "customer_wrote"
    stays_quiet()
    assert talk.asked(QUESTION) == []
    assert talk.follow_up()["state"] == "cancelled"
    assert talk.read()["status"] == "open"


def test_5_a_customer_who_writes_between_two_attempts_is_not_asked(
    square: Square, agent_api: AgentApi, internals: StackInternals
) -> None:
    talk = begin(square, agent_api, "Tom Dazwischen")
    due = _promise(talk, internals)
    square.call("POST", "/faults", on="send", error={"code": 2}, times=None)
    internals.invoke("FollowUpFunction", due)
    wait_for("the first attempt to fail", lambda: talk.questions()[0]["reason"] == "retry")
    talk.await_arrival(talk.writes("Hat sich erledigt."))
    square.call("DELETE", "/faults")
    talk.await_state(talk.questions()[0]["id"], "cancelled")
    assert talk.asked(QUESTION) == []


def test_6_a_promise_has_one_schedule_until_it_is_taken_back(
    square: Square, agent_api: AgentApi, internals: StackInternals
) -> None:
    talk = begin(square, agent_api, "Tom Termin")
    _promise(talk, internals)
    at = talk.follow_up()["at"]
    schedule = wait_for("the schedule", lambda: internals.schedule(talk.id))
    scheduled = datetime.fromisoformat(schedule["ScheduleExpression"][:-1].removeprefix("at(") + "+00:00")
    # Scheduler knows whole seconds, and is never early.
    assert timedelta() <= scheduled - datetime.fromisoformat(at) < timedelta(seconds=1)
    agent_api.call("DELETE", f"/conversations/{talk.id}/follow-up")
    wait_for("the schedule to go", lambda: internals.schedule(talk.id) is None)


def _moved(schedule: Json | None, old: Json) -> bool:
    return schedule is not None and schedule["input"] != old


def _promise(talk: Talk, internals: StackInternals) -> Json:
    """An answer with a promise; returns what its schedule will call with."""
    message = talk.answer("Bitte neu starten.", follow_up=NOT_BY_ITSELF)
    talk.await_state(message, *ARRIVED)
    return wait_for("the schedule", lambda: internals.schedule(talk.id))["input"]
