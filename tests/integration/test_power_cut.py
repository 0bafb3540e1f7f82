"""Invariant 12 for the whole stack: a power cut in the middle, and everything goes on where it stood."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from infra.local.stack import Stack, start_stack
from tests.integration.breaking import StackInternals
from tests.integration.driver import AgentApi, Square, sign_in, wait_for
from tests.integration.talks import ARRIVED, Talk, begin, stays_quiet

SAVED = ("dynamodb", "sqs", "scheduler")
"""Services whose state must be on disk before the power is cut; the embedded AWS writes it every ten seconds."""
QUESTION = "Ist das Licht wieder an?"
ANSWER = "Wir kommen morgen vorbei."


def test_12_after_a_power_cut_nothing_is_lost_and_what_waited_goes_out_once(tmp_path: Path) -> None:
    with start_stack(tmp_path, free_ports=True) as stack:
        talk, answer = _answered_in_vain(stack)
        _await_save(tmp_path / "aws")
        stack.aws.kill()
        unheard = talk.writes("Hört mich jemand?")
    with start_stack(tmp_path) as stack:
        square, agent_api, internals = Square(stack.values), AgentApi(sign_in(stack.values)), StackInternals(stack)
        talk = replace(talk, square=square, agent_api=agent_api)
        inbound = [each for each in talk.await_arrival(unheard)["messages"] if each["direction"] == "inbound"]
        assert len(inbound) == 2
        talk.await_state(answer, *ARRIVED)
        wait_for("the promise to be cancelled", lambda: talk.follow_up()["state"] == "cancelled")
        wait_for("its schedule to go", lambda: internals.schedule(talk.id) is None)
        stays_quiet()
        assert talk.on_square() == [ANSWER]


def _answered_in_vain(stack: Stack) -> tuple[Talk, str]:
    """A conversation with an answer that the platform does not take, and a promise."""
    talk = begin(Square(stack.values), AgentApi(sign_in(stack.values)), "Nora Dunkel")
    talk.square.call("POST", "/faults", on="send", error={"code": 2}, times=None)
    answer = talk.answer(ANSWER, follow_up={"after": "P30D", "text": QUESTION})
    wait_for("the schedule", lambda: StackInternals(stack).schedule(talk.id))
    wait_for("the first attempt to fail", lambda: talk.message(answer)["reason"])
    return talk, answer


def _await_save(state: Path) -> None:
    since = time.time()
    files = [state / f"{name}.json" for name in SAVED]
    wait_for("the state on disk", lambda: all(file.exists() and file.stat().st_mtime > since for file in files))
