"""API Gateway's side of live connections: its calls of the function, and what is posted to connections."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote

from live.app import lambda_handler
from tests.support.context import Context
from tests.support.serving import serving

Json = dict[str, Any]
ARN = "arn:aws:execute-api:eu-central-1:000000000000:live/live/$connect"


@dataclass
class LiveGateway:
    """Holds connections open, and takes what is posted to them."""

    posted: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    open: set[str] = field(default_factory=set)
    slow_seconds: float = 0
    """Seconds for which a post is not answered."""
    status: int = 200
    """The status of the answer to a post."""

    def authorize(self, ticket: str | None, origin: str = "") -> Json:
        """Return the authorizer's answer to a handshake."""
        return lambda_handler(
            {
                "type": "REQUEST",
                "methodArn": ARN,
                "headers": {"Host": "live.example"} | ({"Origin": origin} if origin else {}),
                "queryStringParameters": None if ticket is None else {"ticket": ticket},
                "requestContext": self._context("CONNECT", "$connect", "new"),
            },
            Context(),
        )

    def connect(self, ticket: str, name: str, origin: str = "") -> str:
        """Open a connection of this id with a ticket; returns the id, or nothing if it was refused."""
        answer = self.authorize(ticket, origin)
        if not is_allowed(answer):
            return ""
        context = self._context("CONNECT", "$connect", name) | {"authorizer": answer["context"]}
        assert lambda_handler({"requestContext": context}, Context())["statusCode"] == 200
        self.open.add(name)
        return name

    def send(self, name: str, action: str, **content: Any) -> None:
        """Send a message over a connection."""
        self.send_raw(name, json.dumps({"action": action, **content}))

    def send_raw(self, name: str, body: str) -> None:
        """Send any text over a connection."""
        lambda_handler({"requestContext": self._context("MESSAGE", "$default", name), "body": body}, Context())

    def close(self, name: str) -> None:
        """Close a connection, and tell the function."""
        self.open.discard(name)
        lambda_handler({"requestContext": self._context("DISCONNECT", "$disconnect", name)}, Context())

    def take(self, name: str, kind: str) -> list[Json]:
        """Return what was posted to a connection of one kind, and forget all that was posted to it."""
        return [each for each in self.posted.pop(name, []) if each["type"] == kind]

    def _context(self, event: str, route: str, name: str) -> Json:
        return {"eventType": event, "routeKey": route, "connectionId": name, "stage": "live"}


def is_allowed(answer: Json) -> bool:
    """Return whether a policy lets the connection open."""
    (statement,) = answer["policyDocument"]["Statement"]
    return statement == {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": ARN}


@contextmanager
def live_gateway() -> Iterator[tuple[LiveGateway, str]]:
    """Run the management of connections; yields it and its address."""
    gateway = LiveGateway()
    with serving(_Handler, gateway=gateway) as port:
        yield gateway, f"http://127.0.0.1:{port}/live"


class _Handler(BaseHTTPRequestHandler):
    gateway: LiveGateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(self.gateway.slow_seconds)
        if self._name() not in self.gateway.open:
            self._answer(410, "GoneException")
        elif self.gateway.status != 200:
            self._answer(self.gateway.status, "LimitExceededException")
        else:
            self.gateway.posted[self._name()].append(json.loads(body))
            self._answer(200)

    def do_DELETE(self) -> None:
        self.gateway.open.discard(self._name())
        self._answer(204)

    def _name(self) -> str:
        return unquote(self.path).rpartition("/@connections/")[2]

    def _answer(self, status: int, error: str = "") -> None:
        body = json.dumps({"message": error}).encode() if error else b""
        self.send_response(status)
        if error:
            self.send_header("x-amzn-ErrorType", error)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        return
