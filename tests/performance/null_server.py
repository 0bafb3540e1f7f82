"""Answers at once, or after some milliseconds, whatever AWS is asked, so that what is measured is the asking.

``python -m tests.performance.null_server PORT [MILLISECONDS]``.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from tests.performance.events import CONNECTION as CONNECTION_NAME
from tests.support.platform import Platform

CONNECTION = json.dumps({"Parameter": {"Value": json.dumps(Platform().document)}}).encode()
KNOWN = json.dumps({"Items": [{"sk": {"S": f"facebook/{CONNECTION_NAME}"}}], "Count": 1}).encode()
"""The list of connections, which the webhook reads once."""


COUNTERS = json.dumps({"Attributes": {"t.service": {"N": "1"}}}).encode()
"""The answer to an update that returns the item."""

NOTHING = b'{"Responses": {}}'
"""The answer for items by their keys, of which none is there."""


class _Answers(asyncio.Protocol):
    """One connection, kept open."""

    def __init__(self, delay: float) -> None:
        self._received = b""
        self._delay = delay

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = self._received[:end].decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
            size = end + 4 + int(headers.get("content-length", 0))
            if len(self._received) < size:
                return
            self._received = self._received[size:]
            self._answer(headers.get("x-amz-target", ""))

    def _answer(self, target: str) -> None:
        known = {"GetParameter": CONNECTION, "Query": KNOWN, "UpdateItem": COUNTERS, "BatchGetItem": NOTHING}
        body = known.get(target.partition(".")[2], b"{}")
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: %d\r\n\r\n" % len(body)
        if self._delay:
            asyncio.get_running_loop().call_later(self._delay, self._transport.write, head + body)
        else:
            self._transport.write(head + body)


async def _serve(port: int, milliseconds: str = "0") -> None:
    delay = int(milliseconds) / 1000
    server = await asyncio.get_running_loop().create_server(lambda: _Answers(delay), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), *sys.argv[2:]))
