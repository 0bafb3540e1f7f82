"""Botocore's requests to an emulator of AWS, over connections that are kept, and without urllib3.

Functional tests send more than a hundred thousand requests, and urllib3's pools and the standard library's reader of
heads, which is that of mails, take a quarter of the processor time of the tests. Botocore writes and reads what it did,
and the server is the same; only the transport between them is this one. What it does not know it leaves to urllib3:
requests to other servers, bodies that are streams, and a server that cannot be reached.

Nor does botocore compute signatures of requests, which takes a quarter of what is left: emulators read nothing of them
but key, region and service. Addresses that are signed (presigned URLs) are signed as ever.
"""

from __future__ import annotations

import contextlib
import io
import select
import socket
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any
from urllib.parse import urlsplit

from botocore import auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.httpsession import URLLib3Session

SECONDS = 60
"""Botocore's own patience."""
WITH_A_BODY = ("POST", "PUT", "PATCH")
HEADER_SIGNERS = (auth.SigV4Auth, auth.S3SigV4Auth)
"""Those that sign a request in a header; those of addresses are others."""


class Body(io.BytesIO):
    """A body that was read, as botocore reads it from urllib3."""

    def stream(self) -> Iterator[bytes]:
        """Yield the body."""
        yield self.getvalue()


class Connection:
    """A connection to a server."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file: IO[bytes] = self._socket.makefile("rb")
        self._reads = select.poll()
        self._reads.register(self._socket, select.POLLIN)
        self.is_kept = True
        """False as soon as the server closes the connection behind an answer."""

    def ask(self, method: str, raw: bytes) -> tuple[int, dict[str, str], bytes]:
        """Send a request; returns status, headers and body of the answer. Raises ``OSError``."""
        self._socket.sendall(raw)
        version, status = self._line().split(b" ", 2)[:2]
        headers = self._headers()
        asked = headers.get("connection", "close" if version == b"HTTP/1.0" else "keep-alive")
        self.is_kept = asked.lower() == "keep-alive"
        is_empty = method == "HEAD" or status in (b"204", b"304")
        return int(status), headers, b"" if is_empty else self._body(headers)

    def is_open(self) -> bool:
        """Return False if the server closed the connection meanwhile: then there is something to read, its end."""
        return not self._reads.poll(0)

    def close(self) -> None:
        """End the connection."""
        self._file.close()
        self._socket.close()

    def _line(self) -> bytes:
        if not (line := self._file.readline()):
            raise ConnectionResetError("The server closed the connection.")
        return line.rstrip(b"\r\n")

    def _headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        while line := self._line():
            name, _, value = line.decode("latin-1").partition(":")
            name, value = name.lower(), value.strip()
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return headers

    def _body(self, headers: dict[str, str]) -> bytes:
        if "content-length" in headers:
            return self._whole(int(headers["content-length"]))
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return b"".join(self._chunks())
        self.is_kept = False
        return self._file.read()

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self._line().split(b";")[0], 16):
            yield self._whole(size)
            self._line()
        while self._line():
            pass

    def _whole(self, size: int) -> bytes:
        read = self._file.read(size)
        if len(read) < size:
            raise ConnectionResetError("The server closed the connection.")
        return read


class Transport:
    """Carries requests to one server, in any number of threads."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        address = urlsplit(endpoint)
        self._host, self._port = str(address.hostname), int(address.port or 80)
        self._idle: deque[Connection] = deque()

    def knows(self, request: Any) -> bool:
        """Return whether a request goes to the server and is one that can be carried."""
        return (
            request.url.startswith(f"{self._endpoint}/")
            and not request.stream_output
            and isinstance(request.body, bytes | bytearray | None)
            and "Transfer-Encoding" not in request.headers
            and "Expect" not in request.headers
        )

    def send(self, request: Any) -> AWSResponse | None:
        """Return the answer, or None where the server cannot be reached. Raises botocore's errors."""
        try:
            connection = self._kept() or Connection(self._host, self._port)
        except OSError:
            return None
        try:
            status, headers, body = connection.ask(request.method, self._raw(request))
        except TimeoutError as error:
            connection.close()
            raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
        except OSError as error:
            connection.close()
            raise ConnectionClosedError(endpoint_url=request.url, request=request, error=error) from error
        if connection.is_kept:
            self._idle.append(connection)
        else:
            connection.close()
        return AWSResponse(request.url, status, headers, Body(body))

    def close(self) -> None:
        """End the connections that wait for a request."""
        while self._idle:
            self._idle.pop().close()

    def _kept(self) -> Connection | None:
        """Return a connection that waits for a request, and is open: a server closes them after a time."""
        while self._idle:
            if (connection := self._idle.pop()).is_open():
                return connection
            connection.close()
        return None

    def _raw(self, request: Any) -> bytes:
        body = bytes(request.body or b"")
        headers = {"Host": f"{self._host}:{self._port}", "Accept-Encoding": "identity", **dict(request.headers.items())}
        if body or request.method in WITH_A_BODY:
            headers.setdefault("Content-Length", str(len(body)))
        lines = [f"{request.method} {request.url.removeprefix(self._endpoint)} HTTP/1.1".encode()]
        lines += [name.encode() + b": " + _bytes(value) for name, value in headers.items()]
        return b"\r\n".join([*lines, b"", body])


@contextlib.contextmanager
def carrying(endpoint: str) -> Iterator[None]:
    """Carry the requests of all clients of this process to one server, for as long as the block lasts."""
    transport = Transport(endpoint)
    by_urllib3 = URLLib3Session.send
    signed = auth.SigV4Auth.add_auth

    def send(session: URLLib3Session, request: Any) -> AWSResponse:
        answer = transport.send(request) if transport.knows(request) else None
        return by_urllib3(session, request) if answer is None else answer

    def add_auth(signer: auth.SigV4Auth, request: AWSRequest) -> None:
        if request.url.startswith(f"{endpoint}/") and type(signer) in HEADER_SIGNERS and signer.credentials:
            _name_key(signer, request)
        else:
            signed(signer, request)

    URLLib3Session.send = send
    auth.SigV4Auth.add_auth = add_auth
    try:
        yield
    finally:
        URLLib3Session.send = by_urllib3
        auth.SigV4Auth.add_auth = signed
        transport.close()


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def _name_key(signer: auth.SigV4Auth, request: AWSRequest) -> None:
    """Give a request the headers of a signed one, without the signature."""
    request.context["timestamp"] = datetime.now(UTC).strftime(auth.SIGV4_TIMESTAMP)
    signer._modify_request_before_signing(request)
    key = f"Credential={signer.scope(request)}"
    request.headers["Authorization"] = f"AWS4-HMAC-SHA256 {key}, SignedHeaders=host, Signature=none"
