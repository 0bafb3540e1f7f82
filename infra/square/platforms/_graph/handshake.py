"""Meta's handshake: an address is a webhook once it has repeated a challenge."""

from __future__ import annotations

import secrets

import httpx

from infra.square.core import http_clients
from infra.square.core.deliveries import reachable
from infra.square.platforms._graph.errors import GraphError

HERE = ("127.0.0.1", "localhost", "::1")


async def shake_hands(url: str, verify_token: str) -> None:
    """Ask an address for the challenge, as Meta does before it delivers there; raises ``GraphError``."""
    challenge = str(secrets.randbelow(10**10))
    query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
    try:
        address, host = reachable(url)
        if address.scheme not in ("http", "https") or address.host not in HERE:
            raise GraphError(2200, message="(#2200) callback_url must be on this machine: the square never calls out")
        async with http_clients.client(20) as client:
            answer = await client.get(address.copy_merge_params(query), headers={"Host": host})
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise GraphError(2200, message=f"(#2200) Callback verification failed: {type(error).__name__}") from error
    if answer.status_code != 200 or answer.text != challenge:
        raise GraphError(
            2200,
            message=(
                "(#2200) Callback verification failed with the following errors: "
                f"HTTP Status Code = {answer.status_code}; challenge {'not ' * (answer.text != challenge)}returned"
            ),
        )
