"""Permitted addresses of requests, and their answers: the guard, and files from others' servers, over real sockets."""

from __future__ import annotations

import gzip
import http.server
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from channels import _http
from channels.base import Media
from shared import http_guard

PUBLIC = "93.184.215.14"
INSIDE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.0.0.7",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "169.254.170.2",
    "100.64.0.1",
    "0.0.0.0",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:7f00:1",
    "::7f00:1",
    "2002:a00:1::",
    "2002:a9fe:a9fe::1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::a9fe:a9fe",
    "2001:0:53aa:64c:0:fffe:5601:5601",
    "2001:db8::1",
    "4000::1",
]


@dataclass
class Names:
    """Addresses of names: each look-up of a name takes the next of its answers, the last one for good."""

    answers: dict[str, list[list[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def look_up(self, host: str) -> list[str] | None:
        self.asked.append(host)
        found = self.answers.get(host)
        return None if found is None else found.pop(0) if len(found) > 1 else found[0]


@pytest.fixture
def public() -> None:
    """The template's own choice."""
    http_guard.permit("public")


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """A resolver of ours, for some names."""
    known, real = Names(), socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *arguments: Any, **options: Any) -> Any:
        answer = known.look_up(str(host))
        if answer is None:
            return real(host, port, *arguments, **options)
        return [each for address in answer for each in real(address, port, type=socket.SOCK_STREAM)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the addresses we tried to connect to. Nobody answers."""
    tried: list[str] = []

    class Socket(socket.socket):
        def connect(self, address: Any) -> None:
            tried.append(address[0])
            raise ConnectionRefusedError

    monkeypatch.setattr(socket, "socket", Socket)
    return tried


# -- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", INSIDE)
def test_internal_addresses_are_not_public(address: str) -> None:
    assert not http_guard.is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:21f:cb07::1", "::ffff:93.184.215.14", "64:ff9b::5db8:d70e"])
def test_addresses_that_everybody_reaches_are_public(address: str) -> None:
    assert http_guard.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *(f"https://[{each}]/" if ":" in each else f"https://{each}/" for each in INSIDE if "%" not in each),
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://localhost/",
        "https://LOCALHOST:443/",
    ],
)
def test_no_request_goes_inside_under_any_disguise(public: None, dialled: list[str], url: str) -> None:
    with pytest.raises(_http.Refused):
        _http.send(_http.Call("GET", url, {}, {}))
    with pytest.raises(_http.Refused):
        _http.download(Media(url), 1000)
    with pytest.raises(http_guard.NotPublic):
        http_guard.check(url)
    assert dialled == []


def test_nothing_goes_out_without_tls(public: None, dialled: list[str]) -> None:
    with pytest.raises(_http.Refused):
        _http.send(_http.Call("GET", f"http://{PUBLIC}/", {}, {}))
    assert dialled == []


def test_a_name_with_one_inner_address_is_refused_as_a_whole(public: None, names: Names, dialled: list[str]) -> None:
    names.answers["two.example"] = [[PUBLIC, "10.0.0.7"]]
    with pytest.raises(_http.Refused):
        _http.send(_http.Call("GET", "https://two.example/", {}, {}))
    assert dialled == []


def test_the_address_that_was_looked_at_is_the_one_called(public: None, names: Names, dialled: list[str]) -> None:
    """A name that is public when it is looked at and inside a moment later leads nowhere else."""
    names.answers["rebinding.example"] = [[PUBLIC], ["169.254.169.254"]]
    with pytest.raises(_http.NotReached):
        _http.send(_http.Call("GET", "https://rebinding.example/", {}, {}))
    assert names.asked.count("rebinding.example") == 1
    assert set(dialled) == {PUBLIC}


def test_every_new_connection_looks_up_the_name_again(public: None, names: Names, dialled: list[str]) -> None:
    names.answers["rebinding.example"] = [[PUBLIC], ["127.0.0.1"]]
    with pytest.raises(_http.NotReached):
        _http.send(_http.Call("GET", "https://rebinding.example/", {}, {}))
    with pytest.raises(_http.Refused):
        _http.send(_http.Call("GET", "https://rebinding.example/", {}, {}))
    assert set(dialled) == {PUBLIC}


def test_a_name_that_is_not_there_may_be_there_later(public: None, names: Names) -> None:
    with pytest.raises(http_guard.NoSuchHost):
        http_guard.check("https://nobody.invalid/")
    with pytest.raises(_http.NotReached) as caught:
        _http.send(_http.Call("GET", "https://nobody.invalid/", {}, {}))
    assert not isinstance(caught.value, _http.Refused)


def test_a_word_that_is_no_network_is_refused() -> None:
    with pytest.raises(ValueError):
        http_guard.permit("everywhere")


# -- a server that gives files ----------------------------------------------------------------------------------------


class Server(http.server.ThreadingHTTPServer):
    """Answers as it is told, path by path, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, Callable[[_Handler], None]] = {}
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        self.callers: set[Any] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.callers.add(self.client_address)
        self.server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        self.server.pages[self.path.partition("?")[0]](self)

    do_POST = do_PUT = do_GET  # noqa: N815

    def give(self, content: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()


def test_a_file_comes_with_the_type_and_name_that_the_server_says(server: Server) -> None:
    server.pages["/a"] = lambda it: it.give(
        b"bytes", Content_Type="Image/PNG; x=y", Content_Disposition="attachment; filename*=UTF-8''Gr%C3%B6%C3%9Fe.png"
    )
    server.pages["/b/Bild%20eins.jpg"] = lambda it: it.give(b"more")
    found = _http.download(Media(f"{server.url}/a", {"Authorization": "Bearer x"}), 5)
    assert (found.content, found.mime, found.name) == (b"bytes", "image/png", "Größe.png")
    assert found.headers["content-type"] == "Image/PNG; x=y"
    assert server.asked[0][1]["authorization"] == "Bearer x"
    assert _http.download(Media(f"{server.url}/b/Bild%20eins.jpg?a=b"), 5).name == "Bild eins.jpg"


def test_a_file_that_is_too_large_is_not_taken(server: Server) -> None:
    def without_length(it: _Handler) -> None:
        it.send_response(200)
        it.send_header("Transfer-Encoding", "chunked")
        it.end_headers()
        it.wfile.write(b"6\r\n123456\r\n0\r\n\r\n")

    server.pages |= {"/said": lambda it: it.give(b"123456"), "/unsaid": without_length}
    server.pages["/bomb"] = lambda it: it.give(gzip.compress(b"0" * 50_000_000), Content_Encoding="gzip")
    for path, limit in (("/said", 5), ("/unsaid", 5), ("/bomb", 1_000_000)):
        with pytest.raises(_http.TooLarge):
            _http.download(Media(server.url + path), limit)
    assert _http.download(Media(f"{server.url}/unsaid"), 6).content == b"123456"


def test_a_refusal_says_its_status_and_when_to_come_back(server: Server) -> None:
    server.pages["/"] = lambda it: it.give(b"", 429, Retry_After="7")
    with pytest.raises(_http.NotGiven) as caught:
        _http.download(Media(f"{server.url}/"), 5)
    assert (caught.value.status, caught.value.retry_after) == (429, 7)


def test_a_file_that_breaks_off_did_not_come(server: Server) -> None:
    def breaks(it: _Handler) -> None:
        it.send_response(200)
        it.send_header("Content-Length", "100")
        it.end_headers()
        it.wfile.write(b"abc")
        it.close_connection = True

    server.pages["/"] = breaks
    with pytest.raises(_http.AnswerLost):
        _http.download(Media(f"{server.url}/"), 1000)


def test_a_server_that_sends_byte_by_byte_is_left(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def drips(it: _Handler) -> None:
        it.send_response(200)
        it.send_header("Content-Length", "1000")
        it.end_headers()
        for _ in range(100):
            it.wfile.write(b"x")
            it.wfile.flush()
            time.sleep(0.01)

    server.pages["/"] = drips
    monkeypatch.setattr(_http, "FETCH_SECONDS", 0.1)
    with pytest.raises(_http.AnswerLost):
        _http.download(Media(f"{server.url}/"), 1000)


def test_a_redirect_is_followed_and_takes_the_token_to_nobody_else(server: Server) -> None:
    other = Server()
    threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    server.pages["/near"] = lambda it: it.give(b"", 302, Location="/far")
    server.pages["/far"] = lambda it: it.give(b"", 307, Location=f"{other.url}/file")
    other.pages["/file"] = lambda it: it.give(b"found")
    try:
        found = _http.download(Media(f"{server.url}/near", {"Authorization": "Bearer x"}), 100)
    finally:
        other.shutdown()
        other.server_close()
    assert found.content == b"found"
    assert [asked[1].get("authorization") for asked in server.asked] == ["Bearer x", "Bearer x"]
    assert "authorization" not in other.asked[0][1]


def test_a_redirect_without_end_is_left(server: Server) -> None:
    server.pages["/"] = lambda it: it.give(b"", 302, Location="/")
    with pytest.raises(_http.NotGiven):
        _http.download(Media(f"{server.url}/"), 100)
    assert len(server.asked) == _http.MOST_REDIRECTS + 1


@pytest.mark.parametrize(
    "target", ["https://169.254.169.254/latest/meta-data/", "https://[::ffff:a9fe:a9fe]/", "http://x"]
)
def test_a_redirect_inside_is_refused(server: Server, target: str) -> None:
    """From the first answer on, the guard is as strict as on AWS."""

    def leads_inside(it: _Handler) -> None:
        http_guard.permit("public")
        it.give(b"", 302, Location=target)

    server.pages["/"] = leads_inside
    with pytest.raises(_http.Refused):
        _http.download(Media(f"{server.url}/"), 100)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://x", "//", "https://"])
def test_a_redirect_to_no_web_server_is_refused(server: Server, target: str) -> None:
    server.pages["/"] = lambda it: it.give(b"", 302, Location=target)
    with pytest.raises((_http.NotReached, _http.NotGiven)):
        _http.download(Media(f"{server.url}/"), 100)


# -- what a call can carry --------------------------------------------------------------------------------------------


def test_a_call_carries_files_and_fields(server: Server) -> None:
    server.pages["/"] = lambda it: it.give(b"{}")
    call = _http.Call(
        "POST", f"{server.url}/", {}, {"a": ["1", "2"]}, {"text": "ü"}, files={"f": ("größe.png", b"123", "image/png")}
    )
    assert _http.send(call).body == {}
    path, headers, body = server.asked[0]
    assert path == "/?a=1&a=2"
    assert headers["content-type"].startswith("multipart/form-data; boundary=")
    assert 'name="f"; filename="größe.png"\r\nContent-Type: image/png\r\n\r\n123\r\n'.encode() in body
    assert 'name="text"\r\n\r\nü\r\n'.encode() in body


def test_a_call_carries_raw_bytes(server: Server) -> None:
    server.pages["/"] = lambda it: it.give(b"[1, {}]")
    answer = _http.send(_http.Call("PUT", f"{server.url}/", {"Content-Type": "image/png"}, {}, content=b"\x00\xff"))
    assert (answer.body, answer.json, answer.text) == (None, [1, {}], "[1, {}]")
    assert server.asked[0][1]["content-type"] == "image/png"
    assert server.asked[0][2] == b"\x00\xff"


def test_an_answer_without_end_is_lost(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "LONGEST_ANSWER", 10)
    server.pages["/"] = lambda it: it.give(b"x" * 11)
    with pytest.raises(_http.AnswerLost):
        _http.send(_http.Call("GET", f"{server.url}/", {}, {}))


def test_one_connection_serves_call_after_call(server: Server) -> None:
    server.pages["/"] = lambda it: it.give(b"{}")
    for _ in range(3):
        _http.send(_http.Call("GET", f"{server.url}/", {}, {}))
    assert len(server.callers) == 1
