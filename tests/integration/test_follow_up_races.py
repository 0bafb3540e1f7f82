"""Invariants 5, 6, 11 and 12 where two things happen at once: asked once or not at all, and never in between."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.integration.breaking import StackInternals
from tests.integration.driver import AgentApi, Json, Square, Webhook, wait_for
from tests.integration.talks import ARRIVED, LONGER_THAN_A_KILL, Talk, begin, in_public_and_private, stays_quiet

QUESTION = "Läuft wieder alles?"
NOT_BY_ITSELF = {"after": "PT20H", "text": QUESTION}
"""A promise that comes due during a test only if the test makes it; soon enough for a machine to ask in private."""


@in_public_and_private
@pytest.mark.usefixtures("impatient")
def test_5_a_question_is_posted_once_though_reply_is_killed_after_the_platform_took_it(
    square: Square, agent_api: AgentApi, internals: StackInternals, private: bool
) -> None:
    talk = begin(square, agent_api, "Ida Abbruch", private=private)
    due = promise(talk, internals)
    square.call("PUT", "/deliveries", hold=True)
    square.call("POST", "/faults", on="send", delay_seconds=LONGER_THAN_A_KILL)
    assert internals.invoke("FollowUpFunction", due) == {"outcome": "ask"}
    wait_for("the question on the platform", lambda: talk.asked(QUESTION))
    question = talk.questions()[0]["id"]
    assert talk.message(question)["state"] == "sending"
    with internals.holding("ReplyFunction"):
        assert internals.kill("ReplyFunction")
        internals.let_time_pass(question)
    talk.await_state(question, "sent")
    stays_quiet()
    assert len(talk.asked(QUESTION)) == 1
    assert talk.follow_up()["state"] == "asked"
    square.call("POST", "/deliveries/flush")


def test_5_an_agent_who_cancels_while_it_fires_is_obeyed_or_told_that_it_is_too_late(
    square: Square, agent_api: AgentApi, internals: StackInternals
) -> None:
    for name in ("Alpha", "Beta", "Gamma", "Delta"):
        cancel_while_it_fires(begin(square, agent_api, f"Ida Widerruf {name}"), agent_api, internals)


def cancel_while_it_fires(talk: Talk, agent_api: AgentApi, internals: StackInternals) -> None:
    due = promise(talk, internals)
    with ThreadPoolExecutor() as pool:
        fired = pool.submit(internals.invoke, "FollowUpFunction", due)
        cancelled = pool.submit(agent_api.http.request, "DELETE", f"/conversations/{talk.id}/follow-up")
    fired.result()
    wait_for("the race to be over", lambda: settled(talk))
    obeyed = cancelled.result().status_code == httpx.codes.OK
    stays_quiet()
    assert len(talk.asked(QUESTION)) == (0 if obeyed else 1)
    assert talk.follow_up()["state"] == ("cancelled" if obeyed else "asked")


def test_5_a_question_that_has_not_left_yet_can_be_taken_back(
    square: Square, agent_api: AgentApi, internals: StackInternals
) -> None:
    talk = begin(square, agent_api, "Ida Rückruf")
    due = promise(talk, internals)
    with internals.holding("ReplyFunction"):
        assert internals.invoke("FollowUpFunction", due) == {"outcome": "ask"}
        taken_back = agent_api.call("DELETE", f"/conversations/{talk.id}/follow-up")
        assert (taken_back["follow_up"]["state"], taken_back["follow_up"]["reason"]) == ("cancelled", "agent")
    stays_quiet()
    assert talk.asked(QUESTION) == []
    wait_for("the schedule to go", lambda: internals.schedule(talk.id) is None)


def test_6_of_two_promises_made_at_once_one_stands_with_the_schedule_that_belongs_to_it(
    square: Square, agent_api: AgentApi, colleague: httpx.Client, internals: StackInternals
) -> None:
    talk = begin(square, agent_api, "Ida Zugleich")
    talk.await_state(talk.answer("Bitte neu starten."), *ARRIVED)
    path = f"/conversations/{talk.id}/follow-up"
    with ThreadPoolExecutor() as pool:
        mine = pool.submit(agent_api.http.put, path, json={"after": "P20D", "text": "Meine Frage?"})
        theirs = pool.submit(colleague.put, path, json={"after": "P30D", "text": "Deine Frage?"})
    assert {mine.result().status_code, theirs.result().status_code} == {200}
    stands = talk.follow_up()
    assert stands["text"] in ("Meine Frage?", "Deine Frage?")
    wait_for("the schedule of the promise that stands", lambda: at_its_time(internals.schedule(talk.id), stands))
    states = [each["state"] for each in talk.read()["follow_ups"]]
    assert states == ["replaced", "planned"]


def test_11_an_erased_conversation_is_not_asked_and_does_not_come_back(
    square: Square, agent_api: AgentApi, internals: StackInternals
) -> None:
    talk = begin(square, agent_api, "Ida Vergessen")
    due = promise(talk, internals)
    with internals.holding("ReplyFunction"):
        assert internals.invoke("FollowUpFunction", due) == {"outcome": "ask"}
        assert agent_api.call("DELETE", f"/conversations/{talk.id}") == {"erased": 1}
    assert internals.invoke("FollowUpFunction", due) == {"outcome": "nothing"}
    wait_for("nothing but a trace of it in the table", lambda: internals.entries(talk.id) == 1)
    wait_for("the schedule to go", lambda: internals.schedule(talk.id) is None)
    assert talk.asked(QUESTION) == []
    assert not internals.holds("Ida Vergessen")
    assert agent_api.http.get(f"/conversations/{talk.id}").status_code == httpx.codes.NOT_FOUND


def test_11_redelivery_after_an_erasure_stays_erased_and_a_new_message_begins_a_conversation(
    agent_api: AgentApi, webhook: Webhook, internals: StackInternals
) -> None:
    now = time.time_ns() // 1_000_000
    late = webhook.messages(("8800", "m_ida", "Ida Wiederkehr hat ein Problem.", now - 60_000))
    assert webhook.deliver(late).is_success
    found = wait_for("the conversation", lambda: agent_api.find("m_ida"))
    agent_api.call("DELETE", f"/conversations/{found['id']}")
    wait_for("nothing of it in the table", lambda: not internals.holds("Ida Wiederkehr"))
    assert webhook.deliver(late).is_success
    internals.rest()
    assert not internals.holds("Ida Wiederkehr")
    new = webhook.messages(("8800", "m_ida2", "Ganz neue Sache.", time.time_ns() // 1_000_000))
    assert webhook.deliver(new).is_success
    begun = wait_for("the new conversation", lambda: agent_api.find("m_ida2"))
    assert [each["text"] for each in begun["messages"]] == ["Ganz neue Sache."]
    assert webhook.deliver(late).is_success
    internals.rest()
    assert not internals.holds("Ida Wiederkehr")


def test_5_a_customer_who_minds_is_asked_in_none_of_their_conversations(
    square: Square, agent_api: AgentApi, internals: StackInternals
) -> None:
    first = begin(square, agent_api, "Ida Ruhe")
    promise(first, internals)
    second = begin(square, agent_api, "Ida Ruhe")
    promise(second, internals)
    second.writes("Bitte nicht mehr nachfragen.")
    wait_for("the other promise to be dropped", lambda: first.follow_up()["state"] == "skipped")
    assert first.follow_up()["reason"] == "declined"
    wait_for("the schedules to go", lambda: not any(internals.schedule(talk.id) for talk in (first, second)))
    refused = agent_api.http.put(f"/conversations/{first.id}/follow-up", json={"after": "P7D"})
    assert (refused.status_code, refused.json()["reason"]) == (422, "declined")


def test_a_deleted_post_takes_its_promise_with_it(
    square: Square, agent_api: AgentApi, internals: StackInternals
) -> None:
    talk = begin(square, agent_api, "Ida Gelöscht")
    promise(talk, internals)
    square.remove(message_id=talk.place)
    wait_for("the promise to be dropped", lambda: talk.follow_up()["state"] == "skipped")
    assert talk.follow_up()["reason"] == "gone"
    wait_for("the schedule to go", lambda: internals.schedule(talk.id) is None)


def promise(talk: Talk, internals: StackInternals) -> Json:
    """An answer with a promise; returns what its schedule will call with."""
    talk.await_state(talk.answer("Bitte neu starten.", follow_up=NOT_BY_ITSELF), *ARRIVED)
    return wait_for("the schedule", lambda: internals.schedule(talk.id))["input"]


def settled(talk: Talk) -> bool:
    """Return whether nothing of a follow-up is on its way any more."""
    on_its_way = any(each["state"] in ("queued", "sending") for each in talk.questions())
    return not on_its_way and talk.follow_up()["state"] in ("asked", "cancelled")


def at_its_time(schedule: Json | None, follow_up: Json) -> bool:
    """Return whether a schedule is for the time of a promise, or for the next whole second."""
    if schedule is None:
        return False
    at = datetime.fromisoformat(follow_up["at"])
    scheduled = datetime.strptime(schedule["ScheduleExpression"], "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC)
    return timedelta(0) <= scheduled - at < timedelta(seconds=1)
