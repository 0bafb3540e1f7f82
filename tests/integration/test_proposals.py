"""Proposals over the deployed API: two agents at once, what the platform shows below a post, and refusals of tact."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from conversations.facts import Author
from conversations.identity import LATEST
from infra.local.players import SquarePlatform
from infra.local.stack import Stack
from outreach.found_posts import FoundPost
from outreach.post_names import id_for
from outreach.proposals import Proposal
from storage.attribute_values import encode
from storage.proposals import LETTERS, PROPOSAL
from tests.integration.driver import Json, Square, wait_for

TEXT = "Can anybody recommend headphones for running?"
SEARCH = {
    "name": "Found at any hour",
    "query": {"any": ["headphones"]},
    "sources": [{"channel": "mastodon", "connection": "demo"}],
    "limits": {"quiet_from": 0, "quiet_until": 0},
    "paused": True,
}
OFFER = "Telefunk here: for running, take ear hooks."
pytestmark = pytest.mark.usefixtures("rested")


def say(square: Square, name: str, to: str | None = None, channel: str = "mastodon") -> Json:
    """Have a stranger ask for advice, or say the same below a post."""
    below = {"to": to} if to else {}
    return square.call("POST", f"/{channel}/say", author={"name": name}, text=TEXT, trait="public", **below)


def find(stack: Stack, said: Json, search: str, channel: str = "mastodon") -> str:
    """Store a proposal as a search would; returns its id."""
    now, name = time.time_ns() // 1_000_000, said["message_id"]
    url = f"https://square.example/@mika/{name}"
    post = FoundPost(channel, "demo", name, name, url, now, author=Author(said["author_id"], "Mika"), text=TEXT)
    proposal = Proposal(id_for(post), "service", post, (search,), "asks_advice", now, "en")
    place = f"{LETTERS[proposal.status]}{LATEST - now:013d}"
    key = (f"proposal#{proposal.id}", "#")
    item = PROPOSAL.item(key, proposal, now // 1000 + 86_400, ipk="proposals#service#p", isk=place)
    stack.client("dynamodb").put_item(TableName=stack["table_name"], Item=encode(item))
    return proposal.id


def posted_of(agent: httpx.Client, proposal: str) -> Json | None:
    """Return a proposal once its offer stands on the platform."""
    shown = agent.get(f"/proposals/{proposal}").raise_for_status().json()
    return shown if shown["status"] == "posted" else None


@pytest.mark.invariant(13)
def test_one_of_two_agents_holds_a_proposal_and_its_person_is_offered_once(
    stack: Stack, agent: httpx.Client, colleague: httpx.Client, square: Square
) -> None:
    search = agent.post("/searches", json=SEARCH).raise_for_status().json()["id"]
    said = say(square, "Mika Beispiel")
    say(square, "Jona Muster", to=said["message_id"])
    first, second = (
        find(stack, said, search),
        find(stack, say(square, "Mika Beispiel") | {"author_id": said["author_id"]}, search),
    )

    shown = agent.get(f"/proposals/{first}").raise_for_status().json()
    assert [answer["author"]["name"] for answer in shown["context"]["answers"]] == ["Jona Muster"]
    assert (shown["permitted"]["state"], shown["tact"]) == ("allowed", None)
    assert first in [each["id"] for each in agent.get("/proposals").json()["items"]]

    with ThreadPoolExecutor(2) as pool:
        claims = list(pool.map(lambda who: who.post(f"/proposals/{first}/claim"), (agent, colleague)))
    assert sorted(claim.status_code for claim in claims) == [200, 409]
    holder, other = (agent, colleague) if claims[0].status_code == 200 else (colleague, agent)

    offered = [
        holder.post(f"/proposals/{first}/offer", json={"text": OFFER}, headers={"Idempotency-Key": "once"}).json()
        for _twice in range(2)
    ]
    assert offered[0] == offered[1]
    digest = offered[0]["offer"]["digest"]
    assert holder.post(f"/proposals/{first}/approve", json={"digest": digest}).json()["reason"] == "own_text"
    with ThreadPoolExecutor(2) as pool:
        approvals = pool.map(lambda who: who.post(f"/proposals/{first}/approve", json={"digest": digest}), (other,) * 2)
    assert [approval.json()["offer"]["approval"] for approval in approvals] == ["given", "given"]

    mastodon = SquarePlatform(stack.values, "mastodon")
    wait_for("our post", lambda: mastodon.ours(said["thread_id"]))
    posted = wait_for("the proposal", lambda: posted_of(agent, first))
    assert [text.endswith(OFFER) for text in mastodon.ours(said["thread_id"])] == [True]
    assert posted["posted"]["url"].startswith("http")
    conversation = agent.get(f"/conversations/{posted['conversation']}").json()
    assert (conversation["origin"], conversation["status"]) == ("outreach", "resolved")

    refused = holder.post(f"/proposals/{second}/offer", json={"text": f"{OFFER} Really."})
    assert (refused.status_code, refused.json()["rule"]) == (422, "person_pause")


def test_text_that_a_person_posts_on_the_platform_s_own_page_is_found_there(
    stack: Stack, agent: httpx.Client, colleague: httpx.Client, square: Square
) -> None:
    search = agent.post("/searches", json=SEARCH).raise_for_status().json()["id"]
    proposal = find(stack, say(square, "Runa Beispiel", channel="x"), search, "x")
    text = f"{OFFER} By hand."
    offered = agent.post(f"/proposals/{proposal}/offer", json={"text": text}).raise_for_status().json()
    digest = offered["offer"]["digest"]
    approved = colleague.post(f"/proposals/{proposal}/approve", json={"digest": digest}).raise_for_status().json()
    page = approved["offer"]["compose_url"]
    assert page.startswith(f"{stack['square_url']}/x/intent/post?")
    with httpx.Client(follow_redirects=True, trust_env=False) as browser:
        assert f"{text}</textarea>" in browser.get(page).text
        posted = browser.post(page, data={"text": text}, headers={"Origin": stack["square_url"]})
    assert str(posted.url) in posted.text

    def is_posted() -> bool:
        return agent.get(f"/proposals/{proposal}").json()["status"] == "posted"

    wait_for("our post", is_posted)
