"""Prints the chapters of the story as a dialogue."""

from __future__ import annotations

import time

WIDTH = 76


class Teller:
    """Prints the dialogue with the time that each step took."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def chapter(self, title: str) -> None:
        """Begin a part."""
        print(f"\n── {title} {'─' * (WIDTH - len(title) - 4)}")

    def says(self, who: str, text: str, where: str = "") -> None:
        """Print what somebody writes."""
        self._line(f"{who}{f' ({where})' if where else ''}:")
        print(f"         “{text}”")

    def sees(self, what: str) -> None:
        """Print an observation."""
        self._line(f"→ {what}")

    def _line(self, text: str) -> None:
        now = time.monotonic()
        print(f"{now - self._since:6.2f} s {text}", flush=True)
        self._since = now
