"""Invariant 10: an agent never answers blind."""

from __future__ import annotations

import pytest

from tests.integration.driver import AgentApi, Square
from tests.integration.talks import begin, in_public_and_private, stays_quiet


@in_public_and_private
@pytest.mark.parametrize(
    ("customer", "doing", "body"),
    [("Eva Eilig", "replies", {"text": "Gern geschehen!"}), ("Eva Fertig", "resolve", {})],
    ids=["reply", "resolve"],
)
def test_10_agent_is_told_of_a_newer_message_before_their_action_is_done(
    square: Square, agent_api: AgentApi, private: bool, customer: str, doing: str, body: dict[str, str]
) -> None:
    talk = begin(square, agent_api, customer, private=private)
    seen = talk.read()["messages"][-1]["id"]
    news = talk.writes("Halt, doch nicht!")
    talk.await_arrival(news)
    refused = agent_api.http.post(f"/conversations/{talk.id}/{doing}", json={**body, "seen": seen})
    assert (refused.status_code, refused.json()["error"], refused.json()["missed"]) == (409, "stale", [news])
    stays_quiet()
    assert talk.on_square() == []
    assert talk.read()["status"] == "open"
    assert agent_api.http.post(f"/conversations/{talk.id}/{doing}", json={**body, "seen": news}).is_success
