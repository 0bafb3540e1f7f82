"""The company's profile, what is to be published there, and the ids that Threads gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.square.core.account import Account
from infra.square.platforms._graph.numbers import Numbers

if TYPE_CHECKING:
    from infra.square.core.square import Square


class ThreadsAccount(Account):
    """One profile of the company."""

    def __init__(self, square: Square, section: dict[str, Any], platform_name: str) -> None:
        super().__init__(square, section, platform_name)
        self.numbers = Numbers(square.clock)

    def state(self) -> dict[str, Any]:
        return {"containers": self.containers}

    def restore_state(self, stored: dict[str, Any]) -> None:
        self.containers: dict[str, dict[str, Any]] = stored.get("containers", {})

    def new_id(self, kind: str) -> str:
        return self.numbers.new("261" if kind == "person" else "181")
