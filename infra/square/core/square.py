"""The square itself: time, faults and deliveries, shared by every platform that stands on it."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from infra.square.core.clock import Clock
from infra.square.core.deliveries import Deliveries
from infra.square.core.faults import Faults
from infra.square.core.feed import Feed
from infra.square.core.files import Files
from infra.square.core.registry import load, upgrade
from infra.square.core.storage import StateFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from infra.square.core.platform import Platform
    from infra.square.core.webhook import Webhook

SECRET_WORDS = ("token", "proof", "secret")


class Square:
    """Built from a configuration with one section per platform, each named as its package is."""

    def __init__(self, config: Mapping[str, Any], state: Path) -> None:
        self.clock = Clock()
        self.faults = Faults()
        self.files = Files(state.with_name(f"{state.stem}-files"))
        self.calls: deque[dict[str, Any]] = deque(maxlen=500)
        self.feed = Feed(self.clock, self.changed)
        self.version = 0
        self.platforms: dict[str, Platform] = {}
        webhooks: dict[str, Webhook] = {}
        self.deliveries = Deliveries(webhooks, self.changed)
        for name, section in config.items():
            self.platforms[name] = load(name)(self, section)
            webhooks[name] = self.platforms[name].webhook
        self.state = StateFile(state, self._snapshot)
        self._restore(self.state.load())

    def outbox(self, platform: str) -> Callable[[dict[str, Any]], None]:
        """Return the function that sends an update to a platform's webhook."""
        return lambda update: self.deliveries.post(platform, update)

    def changed(self) -> None:
        """Have the state stored, and the page look again."""
        self.version += 1
        self.state.mark()

    def reset(self) -> None:
        """Empty the square."""
        self.faults.clear()
        self.calls.clear()
        self.deliveries.clear()
        self._restore({})

    def note_call(self, platform: str, method: str, path: str, params: Mapping[str, Any]) -> None:
        """Remember a call for those who look later, without what is secret in it."""
        shown = {name: value for name, value in params.items() if not any(word in name for word in SECRET_WORDS)}
        self.calls.append(
            {"platform": platform, "at": self.clock.now(), "method": method, "path": path, "params": shown}
        )

    def _snapshot(self) -> dict[str, Any]:
        return {
            "clock_offset_ms": self.clock.offset_ms,
            "deliveries": self.deliveries.snapshot(),
            "feed": self.feed.snapshot(),
            "platforms": {name: _snapshot_of(platform) for name, platform in self.platforms.items()},
        }

    def _restore(self, stored: dict[str, Any]) -> None:
        self.clock.offset_ms = stored.get("clock_offset_ms", 0)
        self.deliveries.restore(stored.get("deliveries", []))
        self.feed.restore(stored.get("feed", []))
        for name, platform in self.platforms.items():
            snapshot = upgrade(name, stored.get("platforms", {}).get(name, {}))
            platform.world.restore(snapshot)
            platform.account.restore(snapshot)


def _snapshot_of(platform: Platform) -> dict[str, Any]:
    return platform.world.snapshot() | platform.account.snapshot()
