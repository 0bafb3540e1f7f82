"""Invariant 9: an expired token or a rate limit stops one connection, visibly, and loses nothing."""

from __future__ import annotations

import time

from tests.integration.breaking import StackInternals
from tests.integration.driver import AgentApi, Json, Square, wait_for
from tests.integration.talks import ARRIVED, begin, stays_quiet

DEMO = "demo"
A_MINUTE = (50, 61)
"""Seconds: what the square's rate errors ask to wait, in X-Business-Use-Case-Usage."""


def test_9_with_an_expired_token_messages_wait_visibly_and_go_out_once_when_it_is_valid_again(
    square: Square, agent_api: AgentApi, internals: StackInternals
) -> None:
    talks = [begin(square, agent_api, "Ute Ablauf", private=private) for private in (False, True)]
    square.call("POST", "/token", expired=True)
    messages = [talk.answer("Sofort, wenn es geht.") for talk in talks]
    pairs = list(zip(talks, messages, strict=True))
    wait_for(
        "the reason to be shown", lambda: any(_waits_for(talk.message(message), "auth") for talk, message in pairs)
    )
    assert internals.connection(DEMO)["problem"] == "auth"
    stays_quiet()
    assert [talk.message(message)["state"] for talk, message in pairs] == ["queued"] * 2
    square.call("POST", "/token", expired=False)
    # Each failure doubles the pause, and the check of connections makes it a quarter of an hour.
    internals.end_pause(DEMO, {talk.id: message for talk, message in pairs})
    for talk, message in pairs:
        talk.await_state(message, *ARRIVED)
    stays_quiet()
    assert [talk.on_square() for talk in talks] == [["Sofort, wenn es geht."]] * 2
    assert not internals.connection(DEMO)["problem"]


def test_9_a_rate_limit_stops_the_connection_for_as_long_as_the_platform_says(
    square: Square, agent_api: AgentApi, internals: StackInternals
) -> None:
    first, second = begin(square, agent_api, "Ute Zuviel"), begin(square, agent_api, "Ute Danach", private=True)
    square.call("POST", "/faults", on="send", error={"code": 80001})
    limited = first.answer("Eins zu viel.")
    wait_for("the reason to be shown", lambda: _waits_for(first.message(limited), "rate"))
    stopped = internals.connection(DEMO)
    assert stopped["problem"] == "rate"
    assert A_MINUTE[0] < int(stopped["until"]) / 1000 - time.time() <= A_MINUTE[1]
    behind = second.answer("Danach.")
    stays_quiet()
    assert second.message(behind)["state"] == "queued"
    assert (first.on_square(), second.on_square()) == ([], [])

    internals.end_pause(DEMO, {first.id: limited, second.id: behind})
    first.await_state(limited, *ARRIVED)
    second.await_state(behind, *ARRIVED)
    stays_quiet()
    assert (first.on_square(), second.on_square()) == (["Eins zu viel."], ["Danach."])
    assert not internals.connection(DEMO)["problem"]


def _waits_for(message: Json, reason: str) -> bool:
    return (message["state"], message["reason"]) == ("queued", reason)
