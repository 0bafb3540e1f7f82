"""The server in front of MiniStack adds nothing to what MiniStack answers, and leaves nothing out."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from uvicorn.protocols.utils import ClientDisconnected

from infra import build
from infra.local import web_server

WHO_SERVES = """
import asyncio

import hypercorn.asyncio
from infra.local import web_server

web_server.install()
print(hypercorn.asyncio.serve.__module__)


async def show_loop() -> None:
    print(type(asyncio.get_running_loop()).__module__)


asyncio.run(show_loop())
"""


@pytest.fixture
def only_ministack(request: pytest.FixtureRequest) -> None:
    """Skip the test on the other emulator."""
    if request.config.getoption("--aws") != "ministack":
        pytest.skip("asks the server of MiniStack")


def test_uvicorn_serves_on_the_compiled_loop() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WHO_SERVES], cwd=build.ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["infra.local.web_server", "uvloop"]


def test_client_that_left_while_it_was_admitted_is_also_signed_off() -> None:
    handled = []

    async def websocket(_scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        handled.append(await receive())

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.disconnect"}

    async def send(_message: Any) -> None:
        raise ClientDisconnected

    asyncio.run(web_server.heeding_no_absence(websocket)({"type": "websocket"}, receive, send))
    assert handled == [{"type": "websocket.disconnect"}]


@pytest.mark.usefixtures("only_ministack")
def test_answer_has_the_headers_of_aws(aws_endpoint: str) -> None:
    answer = httpx.get(f"{aws_endpoint}/_ministack/health", trust_env=False)
    assert answer.is_success
    assert len(answer.headers.get_list("date")) == 1
    assert "server" not in answer.headers


@pytest.mark.usefixtures("only_ministack")
def test_client_that_waits_before_it_sends_a_body_is_told_to_go_on(client: Callable[[str], Any], table: str) -> None:
    """S3's clients do, with each object."""
    del table
    large = bytes(200_000)
    client("s3").put_object(Bucket="files", Key="large", Body=large)
    assert client("s3").get_object(Bucket="files", Key="large")["Body"].read() == large
    client("s3").delete_object(Bucket="files", Key="large")
