"""The company's profile, what is to be published there, and the ids that Threads gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.account import Account
from infra.square.platforms._graph.numbers import Numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.square.core.clock import Clock


class ThreadsAccount(Account):
    """One profile of the company."""

    def __init__(self, section: dict[str, Any], clock: Clock, deliver: Callable[[dict[str, Any]], None]) -> None:
        super().__init__(section, clock, deliver)
        self.numbers = Numbers(clock)

    def state(self) -> dict[str, Any]:
        return {"containers": self.containers, "searches": self.searches, "approved": self.approved}

    def restore_state(self, stored: dict[str, Any]) -> None:
        self.containers: dict[str, dict[str, Any]] = stored.get("containers", {})

        self.searches: list[int] = stored.get("searches", [])
        """Times of the searches that found something."""
        self.approved: bool = stored.get("approved", True)
        """The app may search what others wrote, and not only its own profile's posts."""

    def address(self) -> str:
        """Return where posts stand: on the square, where it is known."""
        return str(self.config.get("url", "https://www.threads.com"))

    def new_id(self, kind: str) -> str:
        return self.numbers.new("261" if kind == "person" else "181")
