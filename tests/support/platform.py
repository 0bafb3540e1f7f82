"""A platform that answers as it is told, over a real connection on this machine."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from channels.base import Credentials
from tests.support.serving import serving

PAGE = "104200000000001"
TOKEN = "EAAG-hush-hush"
SECRET = "testsecret"
VERIFY_TOKEN = "open-sesame"


@dataclass
class Platform:
    """The server's next answers, and the requests it got."""

    port: int = 0
    answers: list[Any] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    unprepared: list[str] = field(default_factory=list)
    """Requests for which no answer was left: their connections were closed without one."""

    @property
    def credentials(self) -> Credentials:
        return Credentials.of(self.document)

    @property
    def document(self) -> dict[str, Any]:
        """Return what a connection to this platform would have as its secrets."""
        return {
            "account_id": PAGE,
            "secrets": {"access_token": TOKEN, "app_secret": SECRET, "verify_token": VERIFY_TOKEN},
            "options": {"base_url": f"http://127.0.0.1:{self.port}", "version": "v99.0"},
        }

    def says(self, body: object, status: int = 200, **headers: str) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers.append((status, raw, headers))

    def fails(self, code: int, subcode: int | None = None, status: int = 400, **headers: str) -> None:
        self.says({"error": {"message": "private words", "code": code, "error_subcode": subcode}}, status, **headers)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    platform: Platform

    def do_POST(self) -> None:
        address = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        is_json = "json" in self.headers.get("content-type", "")
        self.platform.asked.append(
            {
                "call": f"{self.command} {address.path}",
                "query": dict(parse_qsl(address.query)),
                "body": json.loads(raw) if is_json else dict(parse_qsl(raw)),
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "path": self.path,
            }
        )
        try:
            # Not asked whether it is empty first: a test may compute its answers, and then keeps none.
            answer = self.platform.answers.pop(0)
        except IndexError:
            self._refuse()
            return
        if answer == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
            return
        status, body, headers = answer
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _refuse(self) -> None:
        """Close the connection, and say in the output of a test that fails which request nobody expected."""
        request = f"{self.command} {urlsplit(self.path).path}"
        self.platform.unprepared.append(request)
        sys.stdout.write(f"The fake platform has no answer prepared for {request}\n")
        self.close_connection = True

    def do_GET(self) -> None:
        self.do_POST()

    def do_DELETE(self) -> None:
        self.do_POST()

    def finish(self) -> None:
        if not self.wfile.closed and self.connection.fileno() != -1:
            super().finish()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextlib.contextmanager
def platform(*, strict: bool = False) -> Iterator[Platform]:
    """A platform, for as long as the block lasts; a strict one raises at its end if an answer was missing."""
    state = Platform()
    with serving(Handler, platform=state) as state.port:
        yield state
    if strict and state.unprepared:
        raise AssertionError(f"no answer was prepared for {', '.join(state.unprepared)}")
