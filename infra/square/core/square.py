"""The square itself: time, faults and deliveries, shared by every platform that stands on it."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Protocol

from infra.square.core.clock import Clock
from infra.square.core.deliveries import Deliveries, Sender
from infra.square.core.faults import Faults
from infra.square.core.registry import load
from infra.square.core.storage import StateFile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from starlette.routing import BaseRoute

SECRET_WORDS = ("token", "proof", "secret")


class Platform(Sender, Protocol):
    """A platform on the square."""

    @property
    def label(self) -> str: ...

    def snapshot(self) -> dict[str, Any]: ...

    def restore(self, stored: dict[str, Any]) -> None: ...

    def set_token(self, *, expired: bool, subcode: int) -> None: ...

    def routes(self) -> list[BaseRoute]:
        """The platform's own API, mounted under ``/<name>``, and Facebook's at the root as well."""
        ...

    def control_routes(self) -> list[BaseRoute]:
        """Its switches, mounted under ``/_square/<name>``."""
        ...


class Square:
    """Built from a configuration with one section per platform, each a module of that name in this package.

    Such a module has ``platform(square, section)``, which gives a ``Platform``.
    """

    def __init__(self, config: Mapping[str, Any], state: Path) -> None:
        self.clock = Clock()
        self.faults = Faults()
        self.calls: deque[dict[str, Any]] = deque(maxlen=500)
        self.version = 0
        self.platforms: dict[str, Platform] = {}
        self.deliveries = Deliveries(self.platforms, self.changed)
        for name, section in config.items():
            self.platforms[name] = load(name)(self, section)
        self.state = StateFile(state, self._snapshot)
        self._restore(self.state.load())

    def changed(self) -> None:
        self.version += 1
        self.state.mark()

    def reset(self) -> None:
        """An empty square, as on the first day."""
        self.faults.clear()
        self.calls.clear()
        self.deliveries.clear()
        self._restore({})

    def note_call(self, platform: str, method: str, path: str, params: Mapping[str, Any]) -> None:
        """Remember a call for who looks later, without what is secret in it."""
        shown = {name: value for name, value in params.items() if not any(word in name for word in SECRET_WORDS)}
        self.calls.append(
            {"platform": platform, "at": self.clock.now(), "method": method, "path": path, "params": shown}
        )

    def _snapshot(self) -> dict[str, Any]:
        return {
            "clock_offset_ms": self.clock.offset_ms,
            "deliveries": self.deliveries.snapshot(),
            "platforms": {name: platform.snapshot() for name, platform in self.platforms.items()},
        }

    def _restore(self, stored: dict[str, Any]) -> None:
        self.clock.offset_ms = stored.get("clock_offset_ms", 0)
        self.deliveries.restore(stored.get("deliveries", []))
        for name, platform in self.platforms.items():
            platform.restore(stored.get("platforms", {}).get(name, {}))
