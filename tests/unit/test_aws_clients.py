"""The clients of AWS: what of botocore's work per request is left out, and that its settings still do that."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from aws import clients
from tests.support.process_state import clients_of_their_own

REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "dynamodb": ("get_item", {"TableName": "t", "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}}),
    "sqs": ("send_message", {"QueueUrl": "https://sqs.eu-central-1.amazonaws.com/1/q", "MessageBody": "a"}),
    "ssm": ("get_parameter", {"Name": "/a"}),
}


class Body:
    """An answer without content."""

    def stream(self) -> list[bytes]:
        """Return its parts."""
        return [b"{}"]


def sent(monkeypatch: pytest.MonkeyPatch, service: str) -> Any:
    """Return the request that a client would send with a role's credentials that name an account."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_ACCOUNT_ID": "123456789012",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with clients_of_their_own():
        client = clients.client(service)
    seen = []

    def answer(request: Any, **_more: Any) -> AWSResponse:
        seen.append(request)
        return AWSResponse(request.url, 200, {}, Body())

    client.meta.events.register("before-send", answer)
    operation, arguments = REQUESTS[service]
    getattr(client, operation)(**arguments)
    return seen[0]


@pytest.mark.parametrize("service", REQUESTS)
def test_user_agent_is_ours_and_not_put_together_for_each_request(
    monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    agent = sent(monkeypatch, service).headers["User-Agent"]
    agent = agent.decode() if isinstance(agent, bytes) else agent
    assert agent.startswith("nachfrage Botocore/1.")
    assert "lang/" not in agent  # a part of what botocore puts together


@pytest.mark.parametrize("service", REQUESTS)
def test_address_of_a_service_names_its_region_and_no_account(monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    url = sent(monkeypatch, service).url
    assert url.startswith(f"https://{service}.eu-central-1.amazonaws.com/")
    assert "123456789012" not in url
