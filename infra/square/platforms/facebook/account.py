"""The Page's account: its identity and secrets, who listens to it, and the ids it gives out."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infra.square.core.clock import Clock
    from infra.square.core.deliveries import Deliveries

FIRST_NUMBER = 122_100_000_000_000_000
"""Ids are larger than 2^53, as real ones are: whoever reads them as numbers is found out."""


@dataclass
class Config:
    """What the start of the square decides."""

    app_id: str
    app_secret: str = field(repr=False)
    page_id: str
    page_name: str
    page_token: str = field(repr=False)
    verify_token: str = field(repr=False, default="")


@dataclass
class Subscription:
    """The app's webhook for Pages."""

    callback_url: str
    verify_token: str = field(repr=False)
    fields: list[str] = field(default_factory=list)


class Account:
    """Knows who may call and who is told; publishing an event never waits."""

    def __init__(self, config: Config, clock: Clock, deliveries: Deliveries) -> None:
        self.config = config
        self.clock = clock
        self.subscription: Subscription | None = None
        self.subscribed_fields: list[str] | None = None
        self.token_error: int | None = None
        self.restricted = False
        self._deliveries = deliveries
        self._last_number = FIRST_NUMBER

    @property
    def page_id(self) -> str:
        return self.config.page_id

    def set_token(self, *, expired: bool, subcode: int) -> None:
        self.token_error = subcode if expired else None

    def new_number(self) -> str:
        self._last_number += secrets.randbelow(9999) + 1
        return str(self._last_number)

    def publish(self, subscribed_as: str, entry: dict[str, Any]) -> None:
        """Tell the listener, if the app and the Page are both subscribed to this field."""
        app_fields = self.subscription.fields if self.subscription else []
        if subscribed_as in app_fields and subscribed_as in (self.subscribed_fields or []):
            self._deliveries.post("facebook", entry)

    def publish_change(self, value: dict[str, Any], field_name: str = "feed") -> None:
        entry = {"id": self.page_id, "time": self.clock.now() // 1000}
        self.publish(field_name, {**entry, "changes": [{"value": value, "field": field_name}]})

    def publish_messaging(self, subscribed_as: str, event: dict[str, Any], *, standby: bool = False) -> None:
        entry = {"time": self.clock.now(), "id": self.page_id}
        name = "standby" if standby else "messaging"
        self.publish("standby" if standby else subscribed_as, {**entry, name: [event]})

    def snapshot(self) -> dict[str, Any]:
        return {
            "subscription": asdict(self.subscription) if self.subscription else None,
            "subscribed_fields": self.subscribed_fields,
            "token_error": self.token_error,
            "restricted": self.restricted,
            "last_number": self._last_number,
        }

    def restore(self, stored: dict[str, Any]) -> None:
        subscription = stored.get("subscription")
        self.subscription = Subscription(**subscription) if subscription else None
        self.subscribed_fields = stored.get("subscribed_fields")
        self.token_error = stored.get("token_error")
        self.restricted = stored.get("restricted", False)
        self._last_number = stored.get("last_number", FIRST_NUMBER)
