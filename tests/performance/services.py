"""A scheduler, a queue and a platform that answer at once, over a real connection, and remember what they were asked.

The scheduler holds one schedule per name and forgets it when its time has come; the queue is FIFO by group, hands out
ten messages at a time and never two batches of one group at once; the platform takes whatever it is sent.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from infra.local.processes import LOOPBACK

BATCH = 10
"""Messages in a batch of the queue's, as the template has it."""
Json = dict[str, Any]
Answer = tuple[int, Json, str]
"""Status, body, and the error's name if it is one."""


@dataclass
class Services:
    """The contents of the three services."""

    port: int = 0
    schedules: dict[str, tuple[int, Json]] = field(default_factory=dict)
    """By name: when (milliseconds), and what the function is called with."""
    groups: dict[str, deque[Json]] = field(default_factory=dict)
    known: set[tuple[str, str]] = field(default_factory=set)
    busy: set[str] = field(default_factory=set)
    sent: list[tuple[str, str]] = field(default_factory=list)
    """Place and text of what was posted, in order."""
    asked: Counter[str] = field(default_factory=Counter)

    @property
    def address(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    # -- what AWS would do with it ------------------------------------------------------------------------------------

    def due(self) -> list[Json]:
        """All calls, the earliest first, as if their time had come; their schedules are gone."""
        calls = sorted(self.schedules.values(), key=lambda schedule: schedule[0])
        self.schedules.clear()
        return [call for _, call in calls]

    def receive(self) -> list[Json]:
        """The next batch: from groups of which no message is in work, in the order of each."""
        batch: list[Json] = []
        for group in list(islice((group for group in self.groups if group not in self.busy), BATCH)):
            if len(batch) == BATCH:
                break
            self.busy.add(group)
            while self.groups[group] and len(batch) < BATCH:
                batch.append(self.groups[group].popleft())
        if batch:
            self.asked.update(["ReceiveMessage", "DeleteMessageBatch"])
        return batch

    def done(self, batch: list[Json], failed: set[str]) -> None:
        """A batch was handled; what failed is shown again, at its place."""
        for message in reversed(batch):
            if message["messageId"] in failed:
                attributes = message["attributes"]
                attributes["ApproximateReceiveCount"] = str(int(attributes["ApproximateReceiveCount"]) + 1)
                self.groups[attributes["MessageGroupId"]].appendleft(message)
        for group in {message["attributes"]["MessageGroupId"] for message in batch}:
            self.busy.discard(group)
            if not self.groups[group]:
                self.groups.pop(group)

    # -- what they are asked ------------------------------------------------------------------------------------------

    def answer(self, method: str, target: str, operation: str, body: bytes) -> Answer:
        """Return what one request is answered with."""
        address = urlsplit(target)
        if address.path.startswith("/schedules/"):
            return self._scheduler(method, unquote(address.path.rpartition("/")[2]), body)
        if operation.startswith("AmazonSQS."):
            return self._queue(operation.partition(".")[2], json.loads(body))
        return self._platform(address.path, body)

    def _scheduler(self, method: str, name: str, body: bytes) -> Answer:
        self.asked[{"POST": "CreateSchedule", "PUT": "UpdateSchedule", "DELETE": "DeleteSchedule"}[method]] += 1
        if (name in self.schedules) == (method == "POST"):
            return (409, {}, "ConflictException") if method == "POST" else (404, {}, "ResourceNotFoundException")
        if method == "DELETE":
            del self.schedules[name]
            return 200, {}, ""
        asked = json.loads(body)
        at = datetime.strptime(asked["ScheduleExpression"], "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC)
        self.schedules[name] = int(at.timestamp() * 1000), json.loads(asked["Target"]["Input"])
        return 200, {"ScheduleArn": f"arn:aws:scheduler:::schedule/{name}"}, ""

    def _queue(self, operation: str, asked: Json) -> Answer:
        self.asked[operation] += 1
        if operation == "ChangeMessageVisibilityBatch":  # reply claims what it received; nobody else takes it here
            return 200, {"Successful": [{"Id": each["Id"]} for each in asked["Entries"]], "Failed": []}, ""
        if operation == "ChangeMessageVisibility":  # what failed is shown again at once, as nobody waits here
            return 200, {}, ""
        group, token = asked["MessageGroupId"], asked["MessageDeduplicationId"]
        number = f"{len(self.known):020d}"
        if (group, token) not in self.known:
            self.known.add((group, token))
            attributes = {"MessageGroupId": group, "ApproximateReceiveCount": "1", "SequenceNumber": number}
            message = {"messageId": number, "receiptHandle": number, "body": asked["MessageBody"]}
            source = {"eventSource": "aws:sqs", "messageAttributes": {}, "attributes": attributes}
            self.groups.setdefault(group, deque()).append(message | source)
        return 200, {"MessageId": number, "SequenceNumber": number}, ""

    def _platform(self, path: str, body: bytes) -> Answer:
        if path.endswith("/messages"):
            letter = json.loads(body)
            place, text = letter["recipient"]["id"], letter["message"]["text"]
        else:
            place, text = path.split("/")[-2], parse_qs(body.decode())["message"][0]
        self.sent.append((place, text))
        name = f"{len(self.sent):090d}"
        return 200, {"id": name, "message_id": f"m_{name}"}, ""


@asynccontextmanager
async def services() -> AsyncIterator[Services]:
    """The three of them at one address, for as long as the block lasts."""
    held = Services()
    server = await asyncio.get_running_loop().create_server(lambda: _Line(held), LOOPBACK, 0)
    held.port = server.sockets[0].getsockname()[1]
    try:
        yield held
    finally:
        server.close()


class _Line(asyncio.Protocol):
    """One connection, kept open."""

    def __init__(self, held: Services) -> None:
        self._held = held
        self._received = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            first, *lines = self._received[:end].decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            size = end + 4 + int(headers.get("content-length", 0))
            if len(self._received) < size:
                return
            body, self._received = self._received[end + 4 : size], self._received[size:]
            method, target, _ = first.split(" ")
            self._write(*self._held.answer(method, target, headers.get("x-amz-target", ""), body))

    def _write(self, status: int, answer: Json, error: str) -> None:
        body = json.dumps(answer).encode()
        kind = f"x-amzn-errortype: {error}\r\n" if error else ""
        head = f"HTTP/1.1 {status} Told\r\ncontent-type: application/json\r\n{kind}content-length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)
