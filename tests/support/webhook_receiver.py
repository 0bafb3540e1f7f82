"""Receive a platform's webhooks as the webhook function does: by the channel's handshake, signature and parser."""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from channels.base import Channel, Credentials, InvalidSignature, Request
from tests.support.serving import serving


class WebhookReceiver:
    """The facts received, in their order. ``credentials`` may change while it runs."""

    def __init__(self, channel: Channel, credentials: Credentials) -> None:
        self.channel = channel
        self.credentials = credentials
        self.url = ""
        self.received: queue.Queue[Any] = queue.Queue()
        self.refused = 0
        self.broken = False
        """While true, calls are answered with 500 and nothing is received."""
        self.failed = 0

    def next(self) -> Any:
        """Return the next fact; wait for it at most a minute."""
        return self.received.get(timeout=60)

    def receives_nothing(self, seconds: float = 0.4) -> bool:
        with contextlib.suppress(queue.Empty):
            return not self.received.get(timeout=seconds)
        return True

    def answer(self, request: Request) -> tuple[int, str]:
        if self.broken:
            self.failed += 1
            return 500, ""
        try:
            if request.method == "GET":
                return 200, self.channel.receiver.handshake(request, self.credentials) or ""
            self.channel.receiver.verify(request, self.credentials)
        except InvalidSignature:
            self.refused += 1
            return 403, ""
        for each in self.channel.receiver.parse(request, self.credentials):
            self.received.put(each)
        return 200, ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    receiver: WebhookReceiver

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        query = dict(parse_qsl(urlsplit(self.path).query))
        status, text = self.receiver.answer(Request(self.command, headers, query, body))
        self.send_response(status)
        self.send_header("content-length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextlib.contextmanager
def receiving(channel: Channel, credentials: Credentials) -> Iterator[WebhookReceiver]:
    """Receive webhooks for as long as the block lasts."""
    receiver = WebhookReceiver(channel, credentials)
    with serving(_Handler, receiver=receiver) as port:
        receiver.url = f"http://127.0.0.1:{port}/webhooks/{channel.name}/demo"
        yield receiver
