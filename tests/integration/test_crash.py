"""The delay of a reply whose function died, with the template's own times."""

from __future__ import annotations

import pytest

from tests.integration.breaking import StackInternals
from tests.integration.driver import AgentApi, Square, wait_for
from tests.integration.talks import LONGER_THAN_A_KILL, begin, in_public_and_private

WITHIN = 60
"""Seconds after a crash within which an answer has to be tried again."""


@in_public_and_private
@pytest.mark.invariant(12)
def test_answer_is_looked_after_within_a_minute_when_reply_is_killed_with_it(
    square: Square, agent_api: AgentApi, internals: StackInternals, private: bool
) -> None:
    talk = begin(square, agent_api, "Rosa Absturz", private=private)
    square.call("PUT", "/deliveries", hold=True)
    square.call("POST", "/faults", on="send", delay_seconds=LONGER_THAN_A_KILL)
    message = talk.answer("Ist unterwegs.")
    talk.await_on_square("Ist unterwegs.")
    assert talk.message(message)["state"] == "sending"
    assert internals.kill("ReplyFunction")
    wait_for("the answer to be found", lambda: talk.message(message)["state"] == "sent", patience=WITHIN)
    assert talk.on_square() == ["Ist unterwegs."]
    square.call("POST", "/deliveries/flush")
