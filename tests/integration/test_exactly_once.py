"""Invariants 3 and 4: what an agent wrote is posted at most once and in order, whatever dies or is lost on the way."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.breaking import StackInternals
from tests.integration.driver import AgentApi, Square, wait_for
from tests.integration.talks import ARRIVED, LONGER_THAN_A_KILL, begin, in_public_and_private, stays_quiet

MORE_THAN_PATIENT = 91
"""Receives after which reply gives a message up."""


@in_public_and_private
@pytest.mark.usefixtures("impatient")
def test_3_a_message_is_posted_once_though_reply_is_killed_between_send_and_record(
    square: Square, agent_api: AgentApi, internals: StackInternals, private: bool
) -> None:
    talk = begin(square, agent_api, "Rosa Doppel", private=private)
    square.call("PUT", "/deliveries", hold=True)
    square.call("POST", "/faults", on="send", delay_seconds=LONGER_THAN_A_KILL)
    message = talk.answer("Ist unterwegs.")
    talk.await_on_square("Ist unterwegs.")
    assert talk.message(message)["state"] == "sending"
    with internals.holding("ReplyFunction"):
        assert internals.kill("ReplyFunction")
        internals.let_time_pass(message)
    talk.await_state(message, "sent")
    stays_quiet()
    assert talk.on_square() == ["Ist unterwegs."]
    square.call("POST", "/deliveries/flush")
    assert [each["text"] for each in talk.read()["messages"] if each["direction"] == "outbound"] == ["Ist unterwegs."]


@in_public_and_private
@pytest.mark.usefixtures("impatient")
def test_3_the_platforms_echo_confirms_what_a_killed_reply_could_not_record(
    square: Square, agent_api: AgentApi, internals: StackInternals, private: bool
) -> None:
    talk = begin(square, agent_api, "Rosa Echo", private=private)
    square.call("POST", "/faults", on="send", delay_seconds=LONGER_THAN_A_KILL)
    message = talk.answer("Schon gesehen.")
    talk.await_on_square("Schon gesehen.")
    with internals.holding("ReplyFunction"):
        internals.kill("ReplyFunction")
        talk.await_state(message, *ARRIVED)
    stays_quiet()
    assert talk.on_square() == ["Schon gesehen."]
    assert talk.message(message)["state"] in ARRIVED


@pytest.mark.usefixtures("impatient")
def test_12_a_message_goes_out_though_reply_is_killed_between_lease_and_send(
    square: Square, agent_api: AgentApi, internals: StackInternals
) -> None:
    talk = begin(square, agent_api, "Rosa Davor")
    square.call("POST", "/faults", on="send", error={"code": 2}, delay_seconds=LONGER_THAN_A_KILL)
    message = talk.answer("Kommt noch.")
    talk.await_state(message, "sending")
    with internals.holding("ReplyFunction"):
        assert internals.kill("ReplyFunction")
        internals.let_time_pass(message)
    talk.await_state(message, *ARRIVED)
    stays_quiet()
    assert talk.on_square() == ["Kommt noch."]


@in_public_and_private
def test_3_a_message_whose_answer_is_lost_is_looked_for_and_not_sent_again(
    square: Square, agent_api: AgentApi, private: bool
) -> None:
    talk = begin(square, agent_api, "Rosa Verlust", private=private)
    square.call("PUT", "/deliveries", hold=True)
    square.call("POST", "/faults", on="send", lost_answer=True)
    message = talk.answer("Hallo? Hallo!")
    talk.await_state(message, *ARRIVED)
    stays_quiet()
    assert talk.on_square() == ["Hallo? Hallo!"]


def test_3_a_send_that_nobody_took_is_repeated_once_its_absence_is_certain(
    square: Square, agent_api: AgentApi, internals: StackInternals
) -> None:
    talks = [begin(square, agent_api, "Rosa Absage", private=private) for private in (False, True)]
    for talk in talks:
        square.call("POST", "/faults", on="send", refused=True)
        message = talk.answer("Noch einmal.")
        talk.await_state(message, "unconfirmed")
        internals.let_time_pass(message)
        talk.await_state(message, *ARRIVED)
    stays_quiet()
    assert [talk.on_square() for talk in talks] == [["Noch einmal."]] * 2


def test_3_a_message_that_the_queue_delivers_twice_at_once_is_left_to_the_first(
    square: Square, agent_api: AgentApi, internals: StackInternals
) -> None:
    talk = begin(square, agent_api, "Rosa Zweimal")
    square.call("PUT", "/deliveries", hold=True)
    square.call("POST", "/faults", on="send", delay_seconds=LONGER_THAN_A_KILL)
    with internals.holding("ReplyFunction"), ThreadPoolExecutor() as pool:
        message = talk.answer("Nur einmal.")
        first = pool.submit(internals.send, talk.id, message)
        talk.await_on_square("Nur einmal.")
        internals.send(talk.id, message)
        assert talk.message(message)["state"] == "sending"
        assert first.result() == {"batchItemFailures": []}
    assert talk.message(message)["state"] == "sent"
    stays_quiet()
    assert talk.on_square() == ["Nur einmal."]


def test_4_answers_go_out_in_the_order_in_which_they_were_written(square: Square, agent_api: AgentApi) -> None:
    talk = begin(square, agent_api, "Rosa Reihe")
    square.call("POST", "/faults", on="send", error={"code": 2}, times=2)
    written = [f"Schritt {number} von fünf." for number in range(1, 6)]
    messages = [talk.answer(text) for text in written]
    for message in messages:
        talk.await_state(message, *ARRIVED)
    assert talk.on_square() == written


def test_4_a_conversation_that_waits_holds_up_no_other(square: Square, agent_api: AgentApi) -> None:
    stuck, free = begin(square, agent_api, "Rosa Stau"), begin(square, agent_api, "Rosa Frei")
    square.call("POST", "/faults", on=re.escape(f"/{stuck.place}/comments"), error={"code": 2}, times=None)
    written = ["Erst dies.", "Dann das."]
    waiting = [stuck.answer(text) for text in written]
    wait_for("the first attempt to fail", lambda: stuck.message(waiting[0])["reason"])
    passing = free.answer("Freie Fahrt.")
    free.await_state(passing, *ARRIVED)
    assert stuck.on_square() == []
    assert [stuck.message(message)["state"] for message in waiting] == ["queued", "queued"]
    square.call("DELETE", "/faults")
    stuck.await_state(waiting[1], *ARRIVED)
    assert stuck.on_square() == written


def test_4_reply_that_always_fails_is_shown_to_an_agent_and_the_next_is_sent(
    square: Square, agent_api: AgentApi, internals: StackInternals
) -> None:
    talk = begin(square, agent_api, "Rosa Gift")
    with internals.holding("ReplyFunction"):
        poison = talk.answer("Geht nicht.")
        internals.kill("ReplyFunction")
        with internals.denying("ReplyFunction", "ssm:GetParameter"):
            internals.send(talk.id, poison)
            assert talk.message(poison)["state"] == "queued"
            internals.send(talk.id, poison, receives=MORE_THAN_PATIENT)
        failed = talk.message(poison)
        assert (failed["state"], failed["reason"]) == ("failed", "error")
        assert failed["explanation"]
    talk.await_state(talk.answer("Geht doch."), *ARRIVED)
    assert talk.on_square() == ["Geht doch."]
