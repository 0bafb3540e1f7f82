"""Live connections over the embedded stack: the template's WebSocket API, its authorizer and its roles."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from infra.local.stack import Stack
from tests.integration.driver import AgentApi, Json, Square, wait_for
from tests.support.live_page import LivePage

Open = Callable[[httpx.Client], LivePage]


@pytest.fixture
def open_page() -> Iterator[Open]:
    """Opens pages, which are closed at the end."""
    pages: list[LivePage] = []

    def opened(client: httpx.Client) -> LivePage:
        answer = ticket_of(client)
        pages.append(LivePage.open(answer["url"], answer["ticket"]))
        return pages[-1]

    yield opened
    for page in pages:
        page.close()


def ticket_of(client: httpx.Client) -> Json:
    answer = client.post("/live/ticket")
    assert answer.status_code == 201, answer.text
    return answer.json()


def connections(stack: Stack) -> list[str]:
    found = stack.client("dynamodb").query(
        TableName=stack["table_name"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "live"}},
        ConsistentRead=True,
    )
    return [item["sk"]["S"] for item in found["Items"]]


def test_page_is_told_at_once_of_customers_and_colleagues(
    stack: Stack, square: Square, agent: httpx.Client, colleague: httpx.Client, agent_api: AgentApi, open_page: Open
) -> None:
    page = open_page(agent)
    page.send("look", teams=[], conversation="")
    before = page.await_push(lambda push: push["type"] == "pulse")

    post = square.post(author={"name": "Lina Leise"}, text="Ist da wer?")["message_id"]
    news = page.await_push(lambda push: push["type"] == "news" and push["teams"])
    assert news["teams"]["service"] > before["teams"].get("service", 0)

    conversation = wait_for("the post", lambda: agent_api.find(post))["id"]
    page.send("look", teams=[], conversation=conversation)
    page.await_push(lambda push: push["type"] == "pulse" and push["conversation"])
    other = open_page(colleague)
    other.send("look", teams=[], conversation=conversation)
    there = page.await_push(lambda push: push["type"] == "presence" and push["present"])
    assert [each["agent"]["name"] for each in there["present"]] == ["Kim Beispiel"]

    assert colleague.post(f"/conversations/{conversation}/notes", json={"text": "Ich sehe es."}).status_code == 201
    changed = page.await_push(lambda push: (push.get("conversation") or {}) and push["type"] == "news")
    assert changed["conversation"]["id"] == conversation
    assert "Ich sehe es" not in str(page.pushed) + str(changed)

    other.close()
    page.await_push(lambda push: push["type"] == "presence" and not push["present"])


def test_used_ticket_opens_nothing(stack: Stack, agent: httpx.Client) -> None:
    answer = ticket_of(agent)
    assert answer["url"] == stack["live_url"]
    LivePage.open(answer["url"], answer["ticket"]).close()
    with pytest.raises(InvalidStatus) as refusal:
        LivePage.open(answer["url"], answer["ticket"])
    assert refusal.value.response.status_code == 403


def test_connection_that_closes_is_forgotten(stack: Stack, agent: httpx.Client, open_page: Open) -> None:
    page = open_page(agent)
    wait_for("the connection", lambda: connections(stack))
    page.close()
    wait_for("its end", lambda: not connections(stack))
