"""The company's account on a platform: configuration, token, webhook, and the ids that the platform gives."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.square.core.clock import Clock


class Account:
    """One account of the company. A platform extends it by what it keeps beside people, threads and posts."""

    def __init__(self, section: dict[str, Any], clock: Clock, deliver: Callable[[dict[str, Any]], None]) -> None:
        self.config = section
        self.clock = clock
        self.deliver = deliver
        """Sends an update to the platform's webhook."""
        self.expired = False
        """The company's token is refused."""
        self.hook: dict[str, Any] = {}
        """The platform's webhook as it was registered; empty while there is none."""
        self.restore_state({})

    @property
    def id(self) -> str:
        return str(self.config["account_id"])

    @property
    def name(self) -> str:
        return str(self.config.get("account_name", self.config["account_id"]))

    def new_id(self, kind: str) -> str:
        """Return an id for a new ``person``, ``thread`` or ``post``, as the platform forms them."""
        return str(10**15 + secrets.randbelow(10**15))

    def set_token(self, *, expired: bool, subcode: int) -> None:
        """End the company's token, or make it valid again."""
        self.expired = expired

    def state(self) -> dict[str, Any]:
        """Return what the platform keeps of its own, as JSON."""
        return {}

    def restore_state(self, stored: dict[str, Any]) -> None:
        """Take over what ``state`` returned; an empty one is a fresh account."""

    def snapshot(self) -> dict[str, Any]:
        """Return what is kept of the account, as JSON."""
        return {"hook": self.hook, "extra": self.state()}

    def restore(self, stored: dict[str, Any]) -> None:
        """Take over a snapshot; an empty one is a fresh account."""
        self.hook = stored.get("hook", {})
        self.expired = False
        self.restore_state(stored.get("extra", {}))
