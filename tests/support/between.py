"""Stands between the functions and the embedded AWS, over HTTP: answers a request as a test says, or hands it on."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

import pytest

from aws import clients
from tests.support.serving import serving

Json = dict[str, Any]
Answer = tuple[int, Json]
HOP_BY_HOP = frozenset({"connection", "transfer-encoding", "content-length", "date", "server", "keep-alive"})


@dataclass
class Between:
    """Answers in place of AWS, and the requests that passed. Operations have AWS's names, such as ``PutItem``."""

    upstream: str
    url: str = ""
    answer: Callable[[str, Json], Answer | None] = lambda _operation, _body: None
    """Called with operation and body before a request is handed on; what it returns is answered instead."""
    seen: Callable[[str, Json, Json], None] = lambda _operation, _body, _answer: None
    """Called with operation, body and AWS's answer, once for a request that was repeated because of a slow answer."""
    asked: Counter[str] = field(default_factory=Counter)
    _answered: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def refuse(self, operation: str, code: str, times: int, **fields: Any) -> None:
        """Have the next requests for an operation fail with a code."""
        left = [times]

        def answer(asked: str, _body: Json) -> Answer | None:
            if asked != operation or not left[0]:
                return None
            left[0] -= 1
            return 400, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "Refused", **fields}

        self.answer = answer

    def is_first(self, invocation: str) -> bool:
        """Return whether no attempt of a call was answered yet; botocore sends its id with each attempt."""
        with self._lock:
            is_first = not invocation or invocation not in self._answered
            self._answered.add(invocation)
        return is_first


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536
    between: Between

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        operation = self.headers.get("x-amz-target", "").rpartition(".")[2]
        body = json.loads(raw) if raw[:1] == b"{" else {}
        self.between.asked[operation] += 1
        answer = self.between.answer(operation, body)
        if answer is not None:
            self._send(answer[0], {"content-type": "application/x-amz-json-1.0"}, json.dumps(answer[1]).encode())
            return
        upstream = http.client.HTTPConnection(urlsplit(self.between.upstream).netloc, timeout=30)
        try:
            upstream.request(self.command, self.path, raw, dict(self.headers))
            response = upstream.getresponse()
            content = response.read()
        finally:
            upstream.close()
        if content[:1] == b"{" and self.between.is_first(self.headers.get("amz-sdk-invocation-id", "")):
            self.between.seen(operation, body, json.loads(content))
        headers = {name: value for name, value in response.getheaders() if name.lower() not in HOP_BY_HOP}
        self._send(response.status, headers, content)

    def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextlib.contextmanager
def between(upstream: str) -> Iterator[Between]:
    """A server before ``upstream`` for as long as the block lasts."""
    state = Between(upstream)
    with serving(_Handler, between=state) as port:
        state.url = f"http://127.0.0.1:{port}"
        yield state


@contextlib.contextmanager
def before(service: str, upstream: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Between]:
    """Put a ``Between`` between the functions and one service of AWS (``SQS``), for as long as the block lasts."""
    with between(upstream) as running:
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", running.url)
        clients.forget()
        yield running
    clients.forget()


@dataclass
class Clock:
    """Seconds that a test lets pass."""

    now: float = 0


TWELVE_HOURS = 43_200


def count_from_receipt(between: Between) -> Clock:
    """Have SQS refuse to hide a message for longer than twelve hours after its receipt, as AWS does.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
    """
    clock, received = Clock(), dict[str, float]()

    def seen(operation: str, _body: Json, answer: Json) -> None:
        if operation == "ReceiveMessage":
            received.update((message["ReceiptHandle"], clock.now) for message in answer.get("Messages", []))

    def is_too_long(entry: Json) -> bool:
        passed = clock.now - received.get(entry["ReceiptHandle"], clock.now)
        return passed + entry["VisibilityTimeout"] > TWELVE_HOURS

    def answer(operation: str, body: Json) -> Answer | None:
        if operation != "ChangeMessageVisibility" or not is_too_long(body):
            return None
        message = "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]"
        return 400, {"__type": "com.amazonaws.sqs#InvalidParameterValue", "message": message}

    between.seen, between.answer = seen, answer
    return clock
