"""The company's account, and the ids that Instagram gives."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from infra.square.core.account import Account
from infra.square.platforms._graph.numbers import Numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.square.core.clock import Clock


class InstagramAccount(Account):
    """One account of the company."""

    def __init__(self, section: dict[str, Any], clock: Clock, deliver: Callable[[dict[str, Any]], None]) -> None:
        super().__init__(section, clock, deliver)
        self.numbers = Numbers(clock)

    def new_id(self, kind: str) -> str:
        """Numbers; messages have ids of letters."""
        if kind == "message":
            return "aWdfZAG1faXRlbT" + secrets.token_urlsafe(60)
        return self.numbers.new({"person": "91", "thread": "180", "post": "179"}[kind])
