"""EventBridge Scheduler as its reference has it: it pages, tires, and lets a test step in between two requests."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.support.serving import AnyMethod, serving

Json = dict[str, Any]


@dataclass
class Scheduler:
    """The server's schedules and requests. ``now`` (milliseconds) is its clock."""

    now: int
    port: int = 0
    schedules: dict[str, Json] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    refusals: int = 0
    """Number of next requests that are refused, as too many."""
    impossible: str = ""
    """A schedule for which every request is refused for good."""
    before: Callable[[str, str], None] = lambda _method, _name: None
    """Called with method and schedule before a request is carried out, and free to do what others do meanwhile."""

    def does(self, method: str, name: str, query: dict[str, str], body: Json) -> tuple[int, Json]:
        """Carry out a request."""
        self.asked[method if name else "LIST"] += 1
        if self.refusals:
            self.refusals -= 1
            return 429, {"__type": "ThrottlingException", "Message": "Rate exceeded"}
        if name and name == self.impossible:
            return 400, {"__type": "ValidationException", "Message": "Impossible"}
        self.before(method, name)
        if not name:
            return 200, self._list(query)
        if method == "POST" and name in self.schedules:
            return 409, {"__type": "ConflictException", "Message": "It exists"}
        if method != "POST" and name not in self.schedules:
            return 404, {"__type": "ResourceNotFoundException", "Message": "It does not exist"}
        if method == "DELETE":
            del self.schedules[name]
            return 200, {}
        self.schedules[name] = {**body, "Name": name, "LastModificationDate": self.now / 1000}
        return 200, {"ScheduleArn": name}

    def _list(self, query: dict[str, str]) -> Json:
        names = [name for name in sorted(self.schedules) if name.startswith(query["NamePrefix"])]
        waiting = [name for name in names if name > query.get("NextToken", "")]
        size = int(query["MaxResults"])
        shown = [
            {"Name": name, "LastModificationDate": self.schedules[name]["LastModificationDate"]}
            for name in waiting[:size]
        ]
        return {"Schedules": shown, "NextToken": waiting[size - 1] if len(waiting) > size else None}


class Handler(AnyMethod):
    # Head and body in one packet, or each answer waits for the acknowledgement of its head.
    wbufsize = 65_536
    scheduler: Scheduler

    def respond(self) -> None:
        address = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        name = address.path.removeprefix("/schedules").strip("/")
        status, answer = self.scheduler.does(
            self.command, name, dict(parse_qsl(address.query)), json.loads(raw) if raw else {}
        )
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        if "__type" in answer:
            self.send_header("x-amzn-errortype", answer["__type"])
        self.end_headers()
        self.wfile.write(body)


@contextlib.contextmanager
def scheduler(now: int) -> Iterator[Scheduler]:
    """A Scheduler whose clock stands at ``now`` (milliseconds), for as long as the block lasts."""
    state = Scheduler(now)
    with serving(Handler, scheduler=state) as state.port:
        yield state
