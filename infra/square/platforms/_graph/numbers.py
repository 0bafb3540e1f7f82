"""Ids of the Graph API: numbers larger than 2^53, as real ones are, so that reading them as numbers is found out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.square.core.clock import Clock


class Numbers:
    """Gives out ids that grow with time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def new(self, prefix: str) -> str:
        """Return a new id that begins with a prefix, and is larger than those before it with the same one."""
        self._last = max(self._last + 1, self._clock.now() * 10)
        return f"{prefix}{self._last}"
