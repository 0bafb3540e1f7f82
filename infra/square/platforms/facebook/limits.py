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

    from infra.square.core.world import World
    from infra.square.platforms._graph.call import Call
    from infra.square.platforms.facebook.account import FacebookAccount

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
FEWEST_PEOPLE = 100
"""As many count as engaged in any case, so that a demonstration with one customer is not limited at once."""
STEPS = 1000
"""Parts of which a window is made: a day moves on every one and a half minutes, a second every millisecond."""


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
        """The start of each step and the calls in it; the oldest first."""

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
    """One window for each limit."""

    def __init__(self, account: FacebookAccount, world: World) -> None:
        self._account = account
        self._world = world

    def choose(self, chosen: Mapping[str, int | None]) -> dict[str, int]:
        """Change the limits that are named (None: back to the platform's); returns those that hold now."""
        limits = {**self._account.chosen_limits, **chosen}
        self._account.chosen_limits = {name: most for name, most in limits.items() if most is not None}
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
        """Return the headers that say how much of the day's calls is used up; full for a rate error on request."""
        name = {80001: "calls_per_day", 80006: "messenger_calls_per_day"}.get(pretended_code or 0, _daily(path))
        now, most = self._account.clock.now(), self._most(name)
        load = self._window(name).count(now) * 100 // most
        minutes = -(-self._window(name).wait(now, most) // MINUTE)
        if pretended_code in RATE_CODES:
            load, minutes = max(load, 100), max(minutes, 1)
        counts = {"call_count": load, "total_cputime": 0, "total_time": load}
        row = {"type": LIMITS[name].usage_type, **counts, "estimated_time_to_regain_access": minutes}
        case = {self._account.id: [row]}
        return {"X-App-Usage": json.dumps(counts), "X-Business-Use-Case-Usage": json.dumps(case)}

    def _count(self, *names: str) -> None:
        """Count a call wherever it counts, and only then refuse it."""
        now = self._account.clock.now()
        full = [name for name in names if self._window(name).add(now) > self._most(name)]
        if full:
            raise GraphError(LIMITS[full[0]].error_code)

    def _window(self, name: str) -> Window:
        return self._account.rate_windows.setdefault(name, Window(LIMITS[name].window))

    def _most(self, name: str) -> int:
        limit = LIMITS[name]
        people = max(FEWEST_PEOPLE, len(self._world.people)) if limit.per_person else 1
        return self._account.chosen_limits.get(name, limit.most * people)


def _daily(path: list[str]) -> str:
    return "messenger_calls_per_day" if _is_messenger(path) else "calls_per_day"


def _is_messenger(path: list[str]) -> bool:
    return bool(path) and (path[-1] in ("messages", "conversations") or path[0].startswith(("t_", "m_")))
