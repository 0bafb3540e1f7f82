"""Runs moto as a server: ``python -m infra.local.tether tests.support.moto_server HOST PORT``.

Its own command would do, but for four things that hang on the versions that requirements/dev.txt pins:

* Requests are carried out one after the other, as if DynamoDB's transactions were isolated from what happens beside
  them. moto keeps a copy of the table for a transaction and puts it back if that fails, with what others wrote
  meanwhile gone.
* What was deleted is forgotten. moto lists every object that it ever made, each copy of an item too, for a page that
  shows them; a thousand tests would fill some gigabytes with them.
* Connections are kept, and requests are not logged. werkzeug closes each connection, so that each request would need a
  connection and a thread of its own: half of the processor time.
* Which part of moto answers for a host is looked up once. moto lists its folders with each request.
"""

from __future__ import annotations

import contextlib
import io
import sys
import threading
from collections.abc import Iterable
from typing import Any

from moto.core.common_models import BaseModel
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple

_turn = threading.Lock()


class OneAtATime(DomainDispatcherApplication):
    """moto, with one request under way at any time."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._backends: dict[str | None, Any] = {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with _turn:
            return super().__call__(environ, start_response)

    def get_backend_for_host(self, host: str | None) -> Any:
        """Return the name of the part that answers for a host, or None."""
        if host not in self._backends:
            self._backends[host] = super().get_backend_for_host(host)
        return self._backends[host]


class KeptConnection(MotoRequestHandler):
    """Answers one request after the other on a connection, until the client closes it."""

    def run_wsgi(self) -> None:
        """Answer one request. One without a length is left to werkzeug, which closes the connection."""
        if "Transfer-Encoding" in self.headers:
            super().run_wsgi()
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        head: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
            head[:] = [status, headers]

        environ = self.make_environ() | {"wsgi.input": io.BytesIO(body)}
        with contextlib.closing(self.server.app(environ, start_response)) as parts:
            answer = b"".join(parts)
        self._send(*head, answer)

    def _send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        lines = [f"{self.protocol_version} {status}", *(f"{name}: {value}" for name, value in headers)]
        if "content-length" not in {name.lower() for name, _ in headers}:
            lines.append(f"Content-Length: {len(body)}")
        raw = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self.wfile.write(raw if self.command == "HEAD" else raw + body)


def main(host: str, port: int) -> None:
    """Serve until a signal ends it."""
    BaseModel.__new__ = _unlisted
    run_simple(host, port, OneAtATime(create_backend_app), threaded=True, request_handler=KeptConnection)


def _unlisted(cls: type[BaseModel], *_: Any, **__: Any) -> BaseModel:
    return object.__new__(cls)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
