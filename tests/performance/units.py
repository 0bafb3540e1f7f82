"""(c) and (e): what the ways through the stack cost in requests and units, with few and with many conversations.

``python -m tests.performance.units RESULT CONVERSATIONS…``
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from string import ascii_lowercase
from typing import Any

from aws import clients
from console.app import lambda_handler as console
from conversations import identity
from dispatch import reports
from storage import agents, change_counters, connections, conversations
from tests.performance import events, filling, promises
from tests.performance.filling import DAY
from tests.performance.kept import kept
from tests.performance.measured import MeasuredStack, stack
from tests.performance.meter import Tally
from tests.support.context import Context

KILOBYTE = 1024
PAGE = 50
PATIENCE = 300
"""Seconds for which an answer is awaited: in a large table the emulator looks at much for each query of an index."""


@dataclass(frozen=True)
class Cost:
    """One way through the stack. ``budget`` says whether it is the message of 1 KB that the budget is for."""

    name: str
    webhook: int
    requests: int
    writes: float
    reads: float
    budget: bool = False


def fill(filled: MeasuredStack, conversations: int, now: int) -> None:
    """Put conversations of one message each into the table."""
    promises.write(filled.client, ({"PutRequest": {"Item": item}} for item in filling.items(conversations, now)))


class Ways:
    """The ways through one stack, each measured from its first request to the last thing that follows."""

    def __init__(self, measured: MeasuredStack, now: int) -> None:
        self._stack = measured
        self._at = self._earlier = now - DAY // 24
        self._number = 0

    def costs(self) -> list[Cost]:
        """All of them, in a warm environment: clients, secrets, teams and who of the agents is gone are known."""
        agents.is_gone("nobody")
        # A process looks up if the release before counted a change that is older than itself: this one is old.
        reports._began[:] = [self._at - DAY]
        # Each counter was used before; somebody looked at the inbox yesterday, and nobody does now.
        change_counters.bump(["service"], [f"a{letter}" for letter in ascii_lowercase + "234567"], self._at - DAY)
        change_counters.read("", self._at - DAY)
        self._name_is_known()
        self._inbound("", self._message(customer=0))
        self._stack.settle()
        self._stack.meter.take()
        return [*self._messages(), *self._posts(), *self._answers(), *self._pages()]

    def _messages(self) -> Iterator[Cost]:
        yield self._inbound("message of 1 KB, new conversation", self._message(1), budget=True)
        self._name_is_known()
        yield self._cost("… its customer's name, looked up once", self._stack.settle)
        yield self._inbound("message of 1 KB, on an open conversation", self._message(1), budget=True)
        self._resolve(self._private(1))
        yield self._inbound("message of 1 KB, reopens a resolved one", self._message(1), budget=True)
        long = events.private(events.message(1, self._next(), events.words(1000), self._at))
        yield self._inbound("message with a text of 1,000 characters, on an open one", long)

    def _posts(self) -> Iterator[Cost]:
        post = f"{events.PAGE}_900"
        yield self._inbound("visitor post, new conversation", self._comment(post, 0))
        yield self._inbound("comment on a visitor post", self._comment(post, 1), budget=True)
        own = f"{events.PAGE}_901"
        yield self._inbound("comment on a post of the company's, new conversation", self._comment(own, 1))

    def _answers(self) -> Iterator[Cost]:
        conversation = self._private(1)
        # The connection sent something a moment ago, from another environment.
        connections.note_sign("facebook", events.CONNECTION, connections.SEND, _now())
        connections._signs.clear()
        self._stack.settle()
        self._stack.meter.take()

        def reply() -> None:
            self._stack.platform.says({"message_id": events.message_id(-1)})
            self._console("POST", "/conversations/{conversation_id}/replies", {"text": events.words(300)}, conversation)
            self._stack.settle()

        yield self._cost("reply: written, sent, recorded", reply)
        wish = {"after": "P7D", "text": events.words(100)}
        path = "/conversations/{conversation_id}/follow-up"
        yield self._cost("promise: made by an agent", lambda: self._console("PUT", path, wish, conversation))
        yield self._cost("promise: scheduled, counted", self._stack.settle)
        head = conversations.head(conversation)
        assert head is not None and head.follow_up is not None
        version = head.follow_up.version
        self._stack.meter.take()

        def call(at: int | None = None) -> None:
            outcome = self._stack.follow_up(conversation, version, at)
            assert outcome == ("judge" if at else "ask"), outcome
            self._stack.settle()

        self._stack.platform.says({"message_id": events.message_id(-2)})
        yield self._cost("promise: due, asked, recorded, counted", call)
        silent = self._at + 30 * DAY
        yield self._cost("promise: closed without an answer, counted", lambda: call(silent))

    def _pages(self) -> Iterator[Cost]:
        self._name_is_known()
        for each in range(PAGE):
            self._deliver(events.private(events.message(2, self._next(), events.words(200), self._earlier + each)))
        self._stack.settle()
        self._stack.meter.take()
        self._read("/conversations")  # from now on somebody looks
        self._stack.meter.take()
        yield self._cost("inbox, a page of fifty", lambda: self._read("/conversations", limit=str(PAGE), items=PAGE))
        path = "/conversations/{conversation_id}"
        yield self._cost("conversation of fifty messages", lambda: self._read(path, self._private(2), messages=PAGE))
        yield self._inbound("message of 1 KB, on an open conversation, while a page is open", self._message(2))

    def _read(self, path: str, conversation: str = "", limit: str = "", **counted: int) -> None:
        query = {"limit": limit} if limit else {}
        found = self._console("GET", path, None, conversation, **query)
        for name, count in counted.items():
            assert len(found[name]) == count, f"{len(found[name])} {name}"

    def _inbound(self, name: str, body: bytes, budget: bool = False) -> Cost:
        self._deliver(body)
        webhook = self._stack.meter.take()
        while self._stack.dispatch():
            pass  # what follows from the new head belongs to it; a name is looked up later, out of the queue
        return _cost(name, webhook, self._stack.meter.take(), budget)

    def _cost(self, name: str, way: Any) -> Cost:
        way()
        assert not self._stack.platform.answers, f"not asked of the platform: {name}"
        return _cost(name, Tally(), self._stack.meter.take())

    def _name_is_known(self) -> None:
        self._stack.platform.says({"first_name": "Kim", "last_name": "Beispiel"})

    def _deliver(self, body: bytes) -> None:
        answer = self._stack.post(body)
        assert answer["statusCode"] == 200, answer

    def _console(self, method: str, path: str, body: Any = None, conversation: str = "", **query: str) -> Any:
        names = {"conversation_id": conversation} if conversation else {}
        answer = console(events.request(method, f"/api{path}", names, body, **query), Context())
        assert answer["statusCode"] < 300, answer
        return json.loads(answer["body"])

    def _resolve(self, conversation: str) -> None:
        self._console("POST", "/conversations/{conversation_id}/resolve", {}, conversation)
        self._at = _now()  # what the customer writes then is newer
        self._stack.settle()
        self._stack.meter.take()

    def _message(self, customer: int) -> bytes:
        return events.message_of_size(KILOBYTE, customer, self._next(), self._at)

    def _comment(self, thread: str, number: int) -> bytes:
        self._earlier += 1000
        return events.comment(thread, number, author=number, text=events.words(500), at=self._earlier)

    def _next(self) -> int:
        """Return the number of a message that is newer than the last, and not of a time to come."""
        self._number += 1
        self._at = max(self._at + 1, min(self._at + 1000, _now()))
        return self._number

    @staticmethod
    def _private(customer: int) -> str:
        thread = f"{events.PAGE}:{7_000_000_000_000_000 + customer}"
        return identity.thread_key("facebook", events.CONNECTION, thread)


def _cost(name: str, webhook: Tally, rest: Tally, budget: bool = False) -> Cost:
    whole = webhook + rest
    return Cost(name, webhook.requests, whole.requests, whole.writes, whole.reads, budget)


def _now() -> int:
    return int(time.time() * 1000)


def measure(endpoint: str, conversations: int, **variables: str) -> list[Cost]:
    """The costs with so many conversations in the table, and with some variables of the functions' environment."""
    now = int(time.time() * 1000)
    with kept(), stack(endpoint, **variables) as built:
        fill(built, conversations, now)
        built.begin()
        return Ways(built, now).costs()


def main(result: str, *sizes: str) -> None:
    """The costs for each size of table; 0 where the table is full as it is made."""
    clients.READ_TIMEOUT = PATIENCE
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    found = {size: [asdict(cost) for cost in measure(endpoint, int(size))] for size in sizes}
    Path(result).write_text(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
