"""A page's live connection, opened as the page opens it, by a real WebSocket client."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from websockets.sync.client import connect
from websockets.typing import Origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from websockets.sync.client import ClientConnection

Json = dict[str, Any]
PATIENCE = 60.0


@dataclass
class LivePage:
    """An open connection, and what was pushed over it so far."""

    socket: ClientConnection
    closing: ExitStack
    pushed: list[Json] = field(default_factory=list)

    @classmethod
    def open(cls, url: str, ticket: str, origin: str | None = None) -> LivePage:
        """Open a connection. Raises ``websockets.exceptions.InvalidStatus`` if it is refused."""
        closing = ExitStack()
        address = f"{url}?ticket={ticket}"
        opening = connect(address, origin=Origin(origin) if origin else None, open_timeout=PATIENCE, proxy=None)
        return cls(closing.enter_context(opening), closing)

    def send(self, action: str, **content: Any) -> None:
        """Send a message."""
        self.socket.send(json.dumps({"action": action, **content}))

    def await_push(self, condition: Callable[[Json], bool], seconds: float = PATIENCE) -> Json:
        """Return the first push that meets a condition; fails when none came in time."""
        deadline = time.monotonic() + seconds
        while True:
            for push in self.pushed:
                if condition(push):
                    self.pushed.remove(push)
                    return push
            left = deadline - time.monotonic()
            assert left > 0, self.pushed
            self.take(left)

    def take(self, seconds: float) -> None:
        """Take what is pushed within a time, at most one push."""
        try:
            self.pushed.append(json.loads(self.socket.recv(timeout=seconds)))
        except TimeoutError:
            return

    def close(self) -> None:
        """Close the connection."""
        self.closing.close()
