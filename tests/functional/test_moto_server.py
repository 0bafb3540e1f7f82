"""The server of moto answers one request after the other on a connection."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from werkzeug.serving import make_server

from tests.support.moto_server import KeptConnection


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer with what was sent."""
    start_response("200 OK", [("X-Method", environ["REQUEST_METHOD"])])
    return iter([environ["PATH_INFO"].encode("latin-1"), b" ", environ["wsgi.input"].read()])


class Answer:
    """An answer in two parts, as of Flask: it is closed at its end."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)

    def close(self) -> None:
        self._parts = ()


@pytest.fixture
def connection() -> Iterator[http.client.HTTPConnection]:
    def application(environ: dict[str, Any], start_response: Any) -> Answer:
        return Answer(echo(environ, start_response))

    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=KeptConnection)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    connected = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
    yield connected
    connected.close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_requests_on_one_connection_are_answered_with_their_own_bodies(
    connection: http.client.HTTPConnection,
) -> None:
    connection.connect()
    socket = connection.sock
    for method, body in (("POST", b"abc"), ("PUT", "ä".encode()), ("GET", b""), ("DELETE", b"")):
        connection.request(method, "/a", body)
        answer = connection.getresponse()
        assert (answer.status, answer.headers["X-Method"], answer.read()) == (200, method, b"/a " + body)
    connection.request("HEAD", "/a")
    assert connection.getresponse().read() == b""
    assert connection.sock is socket


def test_body_without_a_length_and_one_that_is_announced_are_answered(connection: http.client.HTTPConnection) -> None:
    connection.request("POST", "/a", iter([b"ab", b"c"]))
    assert connection.getresponse().read() == b"/a abc"
    connection.request("PUT", "/a", b"abc", {"Expect": "100-continue"})
    assert connection.getresponse().read() == b"/a abc"
