"""The platform's rate limits, counted in the square's time; calls that are refused count as well.

Source: developers.facebook.com/docs/graph-api/overview/rate-limiting.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.square.platforms._graph.errors import RATE_CODES, GraphError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.square.platforms._graph.call import Call
    from infra.square.platforms.facebook.account import Account
    from infra.square.platforms.facebook.people import People

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
FEWEST_PEOPLE = 100
"""As many count as engaged in any case, so that a demonstration with one customer is not limited at once."""
STEPS = 1000
"""Of which a window is made: a day moves on every one and a half minutes, a second every millisecond."""


@dataclass(frozen=True)
class Limit:
    """The most calls within a time, for the Page or for each person engaged with it."""

    window: int
    most: int
    per_person: bool = False
    error_code: int = 613
    usage_type: str = ""


LIMITS = {
    "calls_per_day": Limit(DAY, 4800, per_person=True, error_code=80001, usage_type="pages"),
    "messenger_calls_per_day": Limit(DAY, 200, per_person=True, error_code=80006, usage_type="messenger"),
    "sends_per_second": Limit(SECOND, 300),
    "media_sends_per_second": Limit(SECOND, 10),
    "conversations_per_second": Limit(SECOND, 2),
    "private_replies_per_hour": Limit(HOUR, 750),
}


class Window:
    """A sliding window: how many calls there were within its length until now."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._steps: deque[tuple[int, int]] = deque()
        """When each step began, and the calls in it; the oldest first."""

    def add(self, now: int) -> int:
        start = now - now % (self._length // STEPS)
        before = self._steps.pop()[1] if self._steps and self._steps[-1][0] == start else 0
        self._steps.append((start, before + 1))
        return self.count(now)

    def count(self, now: int) -> int:
        while self._steps and self._steps[0][0] + self._length <= now:
            self._steps.popleft()
        return sum(calls for _, calls in self._steps)

    def wait(self, now: int, most: int) -> int:
        """Milliseconds until one more call is within ``most``."""
        left, free_at = self.count(now), now
        for start, calls in self._steps:
            if left < most:
                break
            left, free_at = left - calls, start + self._length
        return free_at - now


class Limits:
    """One window for each limit, in memory only."""

    def __init__(self, account: Account, people: People) -> None:
        self._account = account
        self._people = people
        self.reset()

    def reset(self) -> None:
        self._windows = {name: Window(limit.window) for name, limit in LIMITS.items()}
        self._chosen: dict[str, int] = {}

    def choose(self, chosen: Mapping[str, int | None]) -> dict[str, int]:
        """Change the limits that are named (None: back to the platform's), and say which hold now."""
        kept = {**self._chosen, **chosen}
        self._chosen = {name: most for name, most in kept.items() if most is not None}
        return {name: self._most(name) for name in LIMITS}

    def count_call(self, call: Call) -> None:
        reads_chats = _is_messenger(call.path) and call.method == "GET"
        self._count(_daily(call.path), *(["conversations_per_second"] if reads_chats else []))

    def count_send(self, recipient: dict[str, Any], message: dict[str, Any]) -> None:
        attachment = message.get("attachment")
        is_media = isinstance(attachment, dict) and attachment.get("type") in ("audio", "video")
        is_private_reply = "comment_id" in recipient or "post_id" in recipient
        self._count(
            "media_sends_per_second" if is_media else "sends_per_second",
            *(["private_replies_per_hour"] if is_private_reply else []),
        )

    def usage(self, path: list[str], pretended_code: int | None = None) -> dict[str, str]:
        """The headers that say how much of the day's calls is used up; full for a rate error on request."""
        name = {80001: "calls_per_day", 80006: "messenger_calls_per_day"}.get(pretended_code or 0, _daily(path))
        now, most = self._account.clock.now(), self._most(name)
        load = self._windows[name].count(now) * 100 // most
        minutes = -(-self._windows[name].wait(now, most) // MINUTE)
        if pretended_code in RATE_CODES:
            load, minutes = max(load, 100), max(minutes, 1)
        counts = {"call_count": load, "total_cputime": 0, "total_time": load}
        row = {"type": LIMITS[name].usage_type, **counts, "estimated_time_to_regain_access": minutes}
        case = {self._account.page_id: [row]}
        return {"X-App-Usage": json.dumps(counts), "X-Business-Use-Case-Usage": json.dumps(case)}

    def _count(self, *names: str) -> None:
        """Count a call wherever it counts, and only then refuse it."""
        now = self._account.clock.now()
        full = [name for name in names if self._windows[name].add(now) > self._most(name)]
        if full:
            raise GraphError(LIMITS[full[0]].error_code)

    def _most(self, name: str) -> int:
        limit = LIMITS[name]
        people = max(FEWEST_PEOPLE, len(self._people.by_id)) if limit.per_person else 1
        return self._chosen.get(name, limit.most * people)


def _daily(path: list[str]) -> str:
    return "messenger_calls_per_day" if _is_messenger(path) else "calls_per_day"


def _is_messenger(path: list[str]) -> bool:
    return bool(path) and (path[-1] in ("messages", "conversations") or path[0].startswith(("t_", "m_")))
