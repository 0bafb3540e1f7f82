"""The whole way of active dialogue over HTTP, as the story plays it, and what is known afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from infra.local.advice_story import AdviceStory
from infra.local.players import AgentApi
from infra.local.stack import Stack
from infra.local.teller import Teller
from tests.integration.breaking import StackInternals
from tests.integration.driver import Json, sign_in, wait_for


@pytest.fixture(scope="module")
def played(stack: Stack, agent_api: AgentApi) -> Iterator[AdviceStory]:
    """The chapter after it was played; its search is there still."""
    with sign_in(stack.values, stack["colleague"]["email"], stack["colleague"]["password"]) as client:
        story = AdviceStory(stack.values, agent_api, AgentApi(client), Teller())
        story.play()
        yield story
    agent_api.call("DELETE", f"/searches/{story.search['id']}")


@pytest.mark.invariant(13)
def test_stranger_who_was_offered_something_is_found_no_more_and_the_search_counts_what_became_of_it(
    played: AdviceStory, agent: httpx.Client, internals: StackInternals
) -> None:
    stranger = played.strangers[0]
    before = proposals(agent, played)
    said = {"author": {"name": stranger.name}, "text": "Can anyone recommend headphones for swimming?"}
    stranger.square.call("POST", f"/{stranger.square.name}/say", trait="public", **said)
    internals.invoke("ListenFunction", {"search": played.search["id"], "kind": stranger.square.name})
    assert proposals(agent, played) == before
    states = agent.get(f"/searches/{played.search['id']}").raise_for_status().json()["states"]
    assert [(state["problem"], state["asked_at"] is not None) for state in states] == [(None, True)] * 2

    expected = {"proposed": 2, "offered": 2, "posted": 2, "answered": 2, "thanked": 1, "refused": 1}
    wait_for("what became of both offers in the report", lambda: figures(agent, played, *expected) == expected)


pytestmark = pytest.mark.usefixtures("rested")


def test_audit_log_has_each_step_and_the_export_what_was_offered(
    played: AdviceStory, agent: httpx.Client, agent_api: AgentApi
) -> None:
    shown = [each for each in proposals(agent, played, "posted") if each["post"]["author"]["name"]]
    for proposal in shown:
        events = audited(agent, proposal["id"])
        assert {"offer_written", "offer_approved"} <= events
        assert ("offer_posted" in events) == (proposal["offer"]["by_hand"])
        card = agent_api.read(proposal["conversation"])["card"]
        exported = agent_api.call("GET", f"/customers/{card}/export")["proposals"]
        assert proposal["offer"]["text"] in [each["offer"]["text"] for each in exported if each["offer"]]
    assert audited(agent, played.search["id"]) >= {"search"}
    assert len(shown) == 2


def test_agent_may_not_save_a_search(played: AdviceStory, stack: Stack) -> None:
    with sign_in(stack.values, stack["colleague"]["email"], stack["colleague"]["password"]) as colleague:
        answer = colleague.post(
            "/searches", json={"name": "x", "query": {"all": ["x"]}, "sources": [{"feed": "https://x.example"}]}
        )
        assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
        assert colleague.get("/proposals", params={"search": played.search["id"]}).status_code == 200


def proposals(agent: httpx.Client, played: AdviceStory, *statuses: str) -> list[Json]:
    """Return the proposals of the chapter's search."""
    every = statuses or ("new", "claimed", "offered", "posted", "dismissed", "expired")
    answers = [agent.get("/proposals", params={"search": played.search["id"], "status": each}) for each in every]
    return [item for answer in answers for item in answer.raise_for_status().json()["items"]]


def figures(agent: httpx.Client, played: AdviceStory, *names: str) -> dict[str, int]:
    """Return sums of the chapter's search in the report."""
    rows = agent.get("/reports/outreach").raise_for_status().json()["rows"]
    mine = [each for each in rows if each["search"]["id"] == played.search["id"]]
    return {name: sum(each[name] for each in mine) for name in names}


def audited(agent: httpx.Client, target: str) -> set[str]:
    """Return the kinds of audit entries about something."""
    items = agent.get("/audit", params={"limit": 100}).raise_for_status().json()["items"]
    return {each["kind"] for each in items if each["target"] == target}
