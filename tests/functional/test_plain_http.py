"""The transport of these tests does what urllib3 does with the same requests."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError
from botocore.httpsession import URLLib3Session

from tests.support import plain_http
from tests.support.embedded_aws import REGION
from tests.support.serving import AnyMethod, serving

ITEM = {"pk": {"S": "Größe"}, "sk": {"S": "1"}}


class Server(AnyMethod):
    """Answers as a test asks for, and notes what it was sent."""

    protocol_version = "HTTP/1.1"
    answer: Callable[[BaseHTTPRequestHandler], None]
    seen: list[tuple[str, str, dict[str, str], bytes]]

    def respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append((self.command, self.path, dict(self.headers), body))
        type(self).answer(self)


def empty(server: BaseHTTPRequestHandler) -> None:
    server.send_response(200)
    server.send_header("Content-Length", "0")
    server.end_headers()


def chunked(server: BaseHTTPRequestHandler) -> None:
    server.send_response(200)
    server.send_header("Transfer-Encoding", "chunked")
    server.end_headers()
    server.wfile.write(b'4\r\n{"Ta\r\nd;a=b\r\nbleNames":[] \r\n1\r\n}\r\n0\r\n\r\n')


def until_it_closes(server: BaseHTTPRequestHandler) -> None:
    server.send_response(200)
    server.end_headers()
    server.wfile.write(b'{"TableNames":[]}')
    server.close_connection = True


def client_of(service: str, url: str, **options: Any) -> Any:
    session = botocore.session.Session()
    session.set_credentials("test", "test")
    config = Config(retries={"total_max_attempts": 1}, **options)
    return session.create_client(service, region_name=REGION, endpoint_url=url, config=config)


def sent(url: str, seen: list[Any], through: bool) -> list[Any]:
    """Return what a server sees of some requests, without what differs from second to second."""
    seen.clear()
    dynamodb, s3 = client_of("dynamodb", url), client_of("s3", url)

    def ask() -> None:
        dynamodb.list_tables()
        dynamodb.put_item(TableName="table", Item=ITEM)
        s3.put_object(Bucket="files", Key="a b/ä", Body=b"abc")
        s3.put_object(Bucket="files", Key="empty", Body=b"")
        s3.head_object(Bucket="files", Key="a b/ä")
        s3.delete_object(Bucket="files", Key="a b/ä")

    if through:
        with plain_http.carrying(url):
            ask()
    else:
        ask()
    once = {"authorization", "x-amz-date", "amz-sdk-invocation-id"}
    return [
        (method, path, {name.lower(): value for name, value in headers.items() if name.lower() not in once}, body)
        for method, path, headers, body in seen
    ]


@pytest.mark.parametrize("answer", [chunked, until_it_closes])
def test_answer_of_unsaid_length_is_read_whole_and_the_next_request_is_answered(answer: Any) -> None:
    with serving(Server, answer=answer, seen=[]) as port, plain_http.carrying(f"http://127.0.0.1:{port}"):
        dynamodb = client_of("dynamodb", f"http://127.0.0.1:{port}")
        assert [dynamodb.list_tables()["TableNames"] for _ in range(3)] == [[], [], []]


def test_connection_that_the_server_closed_while_nobody_asked_is_not_used_again() -> None:
    is_closed = threading.Event()

    def closing_later(server: BaseHTTPRequestHandler) -> None:
        server.send_response(200)
        server.send_header("Content-Length", "17")
        server.end_headers()
        server.wfile.write(b'{"TableNames":[]}')
        server.connection.shutdown(socket.SHUT_WR)
        server.close_connection = True
        is_closed.set()

    with serving(Server, answer=closing_later, seen=[]) as port, plain_http.carrying(f"http://127.0.0.1:{port}"):
        dynamodb = client_of("dynamodb", f"http://127.0.0.1:{port}")
        for _ in range(3):
            assert dynamodb.list_tables()["TableNames"] == []
            assert is_closed.wait(10)
            is_closed.clear()


def test_server_is_sent_the_same_as_by_urllib3() -> None:
    seen: list[Any] = []
    with serving(Server, answer=empty, seen=seen) as port:
        url = f"http://127.0.0.1:{port}"
        assert sent(url, seen, through=True) == sent(url, seen, through=False)
        assert len(seen) == 6


def test_refusal_is_the_error_that_botocore_makes_of_it(client: Callable[[str], Any], table: str) -> None:
    client("dynamodb").put_item(TableName=table, Item=ITEM)
    assert client("dynamodb").get_item(TableName=table, Key=ITEM)["Item"] == ITEM
    with pytest.raises(ClientError) as refused:
        client("dynamodb").put_item(TableName=table, Item=ITEM, ConditionExpression="attribute_not_exists(pk)")
    assert refused.value.response["Error"]["Code"] == "ConditionalCheckFailedException"


def test_connection_that_breaks_and_one_that_cannot_be_made_are_botocores_errors() -> None:
    def breaking(server: BaseHTTPRequestHandler) -> None:
        server.close_connection = True

    with serving(Server, answer=breaking, seen=[]) as port:
        url = f"http://127.0.0.1:{port}"
        with plain_http.carrying(url), pytest.raises(ConnectionClosedError):
            client_of("dynamodb", url).list_tables()
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with plain_http.carrying(url), pytest.raises(EndpointConnectionError):
            client_of("dynamodb", url).list_tables()


def test_other_servers_are_asked_by_urllib3_and_so_is_everybody_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def by_urllib3(_session: URLLib3Session, request: Any) -> Any:
        asked.append(request.url)
        raise EndpointConnectionError(endpoint_url=request.url)

    monkeypatch.setattr(URLLib3Session, "send", by_urllib3)
    with plain_http.carrying("http://127.0.0.1:1"), pytest.raises(EndpointConnectionError):
        client_of("dynamodb", "http://127.0.0.1:12").list_tables()
    assert asked == ["http://127.0.0.1:12/"]
    assert URLLib3Session.send is by_urllib3


def test_server_is_told_key_region_and_service_and_links_are_signed() -> None:
    seen: list[Any] = []
    with serving(Server, answer=empty, seen=seen) as port:
        url = f"http://127.0.0.1:{port}"
        with plain_http.carrying(url):
            client_of("dynamodb", url).list_tables()
            s3 = client_of("s3", url, signature_version="s3v4")
            link = s3.generate_presigned_url("get_object", {"Bucket": "files", "Key": "a"})
        client_of("dynamodb", url).list_tables()
    unsigned, signed = (headers["Authorization"].split(",") for _, _, headers, _ in seen)
    assert unsigned[0].split("/")[2:] == signed[0].split("/")[2:] == [REGION, "dynamodb", "aws4_request"]
    assert unsigned[0].split("/")[0] == signed[0].split("/")[0] == "AWS4-HMAC-SHA256 Credential=test"
    assert re.search("Signature=[0-9a-f]{64}$", signed[-1])
    assert re.search("X-Amz-Signature=[0-9a-f]{64}$", link)
