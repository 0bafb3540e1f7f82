"""The only module that speaks to live connections: Amazon API Gateway's management of WebSocket connections.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from aws import clients
from shared import settings


def prepare() -> None:
    """Make the client; several threads may then use it."""
    _client()


def post(connection_id: str, content: dict[str, Any]) -> bool:
    """Push ids and numbers to a connection; return False if it is closed. Raises ``clients.failures()``."""
    client = _client()
    data = json.dumps(content, separators=(",", ":")).encode()
    try:
        client.post_to_connection(ConnectionId=connection_id, Data=data)
    except client.exceptions.GoneException:
        return False
    return True


def close(connection_id: str) -> None:
    """Close a connection, if it is open and API Gateway can be reached; it ends by itself, too."""
    with suppress(*clients.failures()):
        _client().delete_connection(ConnectionId=connection_id)


def _client() -> Any:
    """Return the client of the one API whose connections these are."""
    return clients.client(clients.PUSHES, settings.live_endpoint())
