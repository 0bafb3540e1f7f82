"""(i) What a live connection costs, counted: each thing that happens to one, in units, calls and messages.

``python -m tests.performance.live_hour RESULT``; API Gateway is a server of the tests, which posts to nobody.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from console.app import lambda_handler as console
from conversations import identity
from conversations.facts import Author
from storage import agents, change_counters, live_connections
from tests.performance import events
from tests.performance.measured import MeasuredStack, stack
from tests.support.context import Context
from tests.support.live_gateway import LiveGateway, live_gateway

PAGE = "https://inbox.example"
MINE, BESIDE, AGENT = "mine", "beside", "5f0e1d2c-3b4a-5968-7786-95a4b3c2d1e0"
PING = 120_000
"""Milliseconds between two pings (functions/console/page/state/live.js)."""
NAMES = (
    "poll, with a conversation open",
    "… that notes the agent's presence, once a minute",
    "connection opened: ticket, admission, what is shown",
    "connection closed",
    "conversation opened",
    "… another one after it",
    "ping, with a conversation open",
    "typing begins or ends, beside a colleague",
    "customer's message, pushed to a page with the list",
    "answer, pushed to a page with the list",
    "… to the page of the agent who answers",
)
POLL, POLL_NOTED, OPENED, CLOSED, LOOKED, LOOKED_ON, PINGED, TYPED, PUSHED_MESSAGE, PUSHED_ANSWER, PUSHED_OWN = NAMES


@dataclass(frozen=True)
class Counted:
    """One thing that happens: DynamoDB's units, calls of functions, requests, and messages of either direction."""

    name: str
    writes: float
    reads: float
    live_calls: int = 0
    requests: int = 0
    messages: int = 0
    """Of either direction; of a change, those to one page."""


class Hour:
    """Events of an agent's hour, each measured once, on a stack with two pages of two agents."""

    def __init__(self, measured: MeasuredStack, gateway: LiveGateway) -> None:
        self._stack, self._gateway = measured, gateway
        self._number, self._at = 0, int(time.time() * 1000) - 3_600_000

    def counted(self) -> list[Counted]:
        """Return everything that is counted, in a warm environment."""
        agents.is_gone("nobody")
        for customer in (1, 2, 3):
            self._stack.platform.says({"first_name": "Kim", "last_name": "Beispiel"})
            self._message(customer)
        self._stack.settle()
        one, other = (self._private(each) for each in (1, 2))
        self._connect(BESIDE, "kim")
        self._gateway.send(BESIDE, "look", conversation=self._private(3))
        self._take()
        self._poll(one)
        found = [
            self._count(POLL, lambda: self._poll(one), requests=1),
            self._count(POLL_NOTED, lambda: self._later(one, self._poll), requests=1),
            self._count(OPENED, self._open, calls=3, requests=1, sent=1),
            self._count(LOOKED, lambda: self._look(one), calls=1, sent=1),
            self._count(LOOKED_ON, lambda: self._look(other), calls=1, sent=1),
            self._count(PINGED, lambda: self._later(other, self._ping), calls=1, sent=1),
        ]
        self._gateway.send(BESIDE, "look", conversation=other)
        self._take()
        typing = self._count(TYPED, self._type, calls=1, sent=1)
        self._gateway.send(BESIDE, "look", conversation=self._private(3))
        self._take()
        message = self._changes(PUSHED_MESSAGE, lambda: self._message(1))
        answer = self._changes(PUSHED_ANSWER, lambda: self._reply(one))
        own = self._changes(PUSHED_OWN, lambda: self._reply(one), one)
        closed = self._count(CLOSED, lambda: self._gateway.close(MINE), calls=1)
        return [*found, typing, message, answer, own, closed]

    def _changes(self, name: str, act: Callable[[], None], conversation: str = "") -> Counted:
        """Count what it costs more that pages are open, one of them with the list in which something changes."""
        self._gateway.send(MINE, "look", conversation=conversation)
        self._take()
        everyone, reads = live_connections.everyone, [0.0]

        def counted(now: int) -> list[live_connections.Connection]:
            before = self._stack.meter.take()
            found = everyone(now)
            reads[0] += self._stack.meter.take().reads
            assert before.requests
            return found

        live_connections.everyone = counted
        try:
            shown = self._count(name, act)
            pushed = len(self._gateway.take(MINE, "news"))
        finally:
            live_connections.everyone = everyone
        return replace(shown, writes=0, reads=reads[0], messages=pushed)

    def _open(self) -> None:
        self._connect(MINE, "alex")
        self._gateway.send(MINE, "look", conversation="")

    def _look(self, conversation: str) -> None:
        self._gateway.send(MINE, "look", conversation=conversation)

    def _later(self, conversation: str, act: Callable[[str], None]) -> None:
        """Act as if the agent's presence had been noted two minutes before."""
        meter = self._stack.meter.take()
        now = int(time.time() * 1000) - PING
        for agent in (Author("alex", "Alex"), Author(AGENT, "Alex Beispiel")):
            change_counters.mark_present(conversation, agent, False, (), now)
        self._stack.meter.take()
        assert not meter.requests
        act(conversation)

    def _ping(self, _conversation: str) -> None:
        self._gateway.send(MINE, "ping")

    def _type(self) -> None:
        self._gateway.send(MINE, "type", conversation=self._private(2), typing=True)

    def _connect(self, name: str, agent: str) -> None:
        answer = self._console("POST", "/live/ticket", agent=agent, headers={"origin": PAGE})
        assert self._gateway.connect(answer["ticket"], name, PAGE) == name

    def _poll(self, conversation: str) -> None:
        self._console("GET", "/pulse", conversation=conversation, typing="0")

    def _message(self, customer: int) -> None:
        self._number, self._at = self._number + 1, self._at + 1000
        body = events.message_of_size(1024, customer, self._number, self._at)
        assert self._stack.post(body)["statusCode"] == 200
        self._stack.settle()

    def _reply(self, conversation: str) -> None:
        self._stack.platform.says({"message_id": events.message_id(-self._number)})
        names = {"conversation_id": conversation}
        body = {"text": events.words(300)}
        answer = console(events.request("POST", "/api/conversations/{conversation_id}/replies", names, body), Context())
        assert answer["statusCode"] < 300, answer
        self._stack.settle()

    def _console(self, method: str, path: str, agent: str = "", headers: Any = None, **query: str) -> Any:
        request = events.request(method, f"/api{path}", {}, None, **query)
        if agent:
            request["requestContext"]["authorizer"]["claims"] |= {"sub": agent, "name": agent.title()}
        request["headers"] |= headers or {}
        request.setdefault("multiValueHeaders", {}).update({name: [value] for name, value in (headers or {}).items()})
        answer = console(request, Context())
        assert answer["statusCode"] < 300, answer
        return json.loads(answer["body"])

    def _count(self, name: str, act: Callable[[], None], calls: int = 0, requests: int = 0, sent: int = 0) -> Counted:
        self._take()
        act()
        tally = self._stack.meter.take()
        posted = [each for pushed in self._gateway.posted.values() for each in pushed]
        return Counted(name, tally.writes, tally.reads, calls, requests, sent + len(posted))

    def _take(self) -> None:
        self._stack.meter.take()
        self._gateway.posted.clear()

    @staticmethod
    def _private(customer: int) -> str:
        thread = f"{events.PAGE}:{7_000_000_000_000_000 + customer}"
        return identity.thread_key("facebook", events.CONNECTION, thread)


def measure(endpoint: str) -> list[Counted]:
    """Count everything once."""
    with stack(endpoint) as built, live_gateway() as (gateway, address):
        os.environ["LIVE_ENDPOINT"] = address
        built.begin()
        return Hour(built, gateway).counted()


def main(result: str) -> None:
    """Write what was counted."""
    Path(result).write_text(json.dumps([asdict(each) for each in measure(os.environ["AWS_ENDPOINT_URL"])]))


if __name__ == "__main__":
    main(*sys.argv[1:])
