"""Offers on the deployed stack: approved and sent once, or posted by hand and attached, and the answers to them."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from infra.local.stack import Stack
from tests.integration.driver import Square, wait_for

ASK = "Kann mir jemand {word} für den Sport empfehlen?"
TEXT = "Telefunk hier: beim Laufen sitzen Ohrbügel fest. {word}"
PATIENCE = 180.0
LIMITS = {"quiet_from": 0, "quiet_until": 0}
pytestmark = pytest.mark.usefixtures("rested")


def found(stack: Stack, agent: httpx.Client, square: Square, channel: str, answers: str) -> tuple[dict[str, Any], str]:
    """Return the proposal for a stranger's post that a saved search finds, and a word that nobody else writes."""
    word = f"Kopfhörer{time.time_ns() % 1_000_000_000}"
    name = next(each["name"] for each in agent.get("/connections").json()["items"] if each["channel"] == channel)
    stack.client("dynamodb").delete_item(  # other tests offer something, too, and there are five minutes in between
        TableName=stack["table_name"], Key={"pk": {"S": f"offer-pace#{channel}/{name}"}, "sk": {"S": "#"}}
    )
    author = {"name": f"Mika {word}"}
    square.call("POST", f"/{channel}/say", author=author, text=ASK.format(word=word), trait="public", answers=answers)
    source = {"channel": channel, "connection": name}
    new = {"name": word, "query": {"all": [word]}, "sources": [source], "limits": LIMITS}
    search = agent.post("/searches", json=new).raise_for_status().json()["id"]

    def look() -> dict[str, Any] | None:
        items = agent.get("/proposals", params={"search": search}).raise_for_status().json()["items"]
        return items[0] if items else None

    return wait_for("the proposal", look, PATIENCE), word


def offered(agent: httpx.Client, colleague: httpx.Client, proposal: str, text: str) -> dict[str, Any]:
    """Return a proposal whose text a second person approved."""
    written = agent.post(f"/proposals/{proposal}/offer", json={"text": text}, headers={"Idempotency-Key": proposal})
    digest = written.raise_for_status().json()["offer"]["digest"]
    return colleague.post(f"/proposals/{proposal}/approve", json={"digest": digest}).raise_for_status().json()


def posted(agent: httpx.Client, proposal: str) -> dict[str, Any] | None:
    shown = agent.get(f"/proposals/{proposal}").raise_for_status().json()
    assert shown["status"] in ("offered", "posted"), shown["failure"]
    return shown if shown["status"] == "posted" else None


@pytest.mark.invariant(13)
def test_approved_offer_is_sent_once_and_its_answer_opens_the_conversation(
    stack: Stack, agent: httpx.Client, colleague: httpx.Client, square: Square
) -> None:
    proposal, word = found(stack, agent, square, "bluesky", "thanks")
    text = TEXT.format(word=word)
    offered(agent, colleague, proposal["id"], text)
    after = wait_for("our post", lambda: posted(agent, proposal["id"]))
    conversation = after["conversation"]

    def answered() -> dict[str, Any] | None:
        shown = agent.get(f"/conversations/{conversation}").raise_for_status().json()
        return shown if shown["status"] == "open" else None

    shown = wait_for("the answer", answered, PATIENCE)
    assert shown["origin"] == "outreach"
    assert [(each["direction"], each["text"]) for each in shown["messages"]][:2] == [
        ("inbound", ASK.format(word=word)),
        ("outbound", text),
    ]
    assert len(shown["messages"]) == 3
    assert after["posted"]["url"].startswith("https://bsky.app/profile/")


@pytest.mark.invariant(13)
def test_offer_by_hand_is_attached_by_its_address_and_a_no_to_it_is_obeyed(
    stack: Stack, agent: httpx.Client, colleague: httpx.Client, square: Square
) -> None:
    proposal, word = found(stack, agent, square, "x", "no")
    text = TEXT.format(word=word)
    shown = offered(agent, colleague, proposal["id"], text)
    assert shown["permitted"]["state"] == "by_hand"
    page = shown["offer"]["compose_url"]
    with httpx.Client(follow_redirects=True) as app:
        origin = f"{httpx.URL(page).scheme}://{httpx.URL(page).netloc.decode()}"
        ours = app.post(page, data={"text": text}, headers={"Origin": origin})
        assert ours.status_code == 200, ours.text
    address = str(ours.url)
    attached = agent.post(f"/proposals/{proposal['id']}/posted", json={"url": address}).raise_for_status().json()
    assert attached["status"] == "posted"
    # The platform may have told of it first, by its own address.
    assert attached["posted"]["url"].endswith(f"/{address.rpartition('/')[2]}")
    conversation = attached["conversation"]

    def answered() -> dict[str, Any] | None:
        found_again = agent.get(f"/conversations/{conversation}").raise_for_status().json()
        return found_again if found_again["status"] == "open" else None

    begun = wait_for("the answer", answered, PATIENCE)
    assert [each["direction"] for each in begun["messages"]] == ["inbound", "outbound", "inbound"]

    def declined() -> bool:
        listed = agent.get("/opt-outs").raise_for_status().json()["items"]
        return any(each.get("conversation") == conversation for each in listed)

    wait_for("the opt-out", declined, PATIENCE)
