"""The Page's account: its secrets, who is subscribed to it, and the ids that Facebook gives."""

from __future__ import annotations

import secrets
from typing import Any

from infra.square.core.account import Account

FIRST_NUMBER = 122_100_000_000_000_000
"""Ids are larger than 2^53, as real ones are, so that reading them as numbers is found out."""


class FacebookAccount(Account):
    """One Page with its app. Publishing an event never waits."""

    @property
    def id(self) -> str:
        return str(self.config["page_id"])

    @property
    def name(self) -> str:
        return str(self.config["page_name"])

    def new_id(self, kind: str) -> str:
        self.last_number += secrets.randbelow(9999) + 1
        return str(self.last_number)

    def set_token(self, *, expired: bool, subcode: int) -> None:
        self.token_error = subcode if expired else None

    def state(self) -> dict[str, Any]:
        return {
            "subscribed_fields": self.subscribed_fields,
            "token_error": self.token_error,
            "restricted": self.restricted,
            "last_number": self.last_number,
        }

    def restore_state(self, stored: dict[str, Any]) -> None:
        self.subscribed_fields: list[str] | None = stored.get("subscribed_fields")
        """The fields of which the Page tells the app; None: it is not subscribed."""
        self.token_error: int | None = stored.get("token_error")
        """The subcode with which the Page's token is refused."""
        self.restricted: bool = stored.get("restricted", False)
        self.last_number: int = stored.get("last_number", FIRST_NUMBER)
        self.rate_windows: dict[str, Any] = {}
        """The calls counted for each limit; in memory only."""
        self.other_fields: list[str] = []
        """The fields of which the second Page (other_page.py) tells the app; in memory only."""
        self.chosen_limits: dict[str, int] = {}
        """Limits that are not the platform's own; in memory only."""

    def publish_change(self, value: dict[str, Any], field: str = "feed") -> None:
        """Tell the app of a change of the Page."""
        entry = {"id": self.id, "time": self.clock.now() // 1000}
        self._publish(field, {**entry, "changes": [{"value": value, "field": field}]})

    def publish_messaging(self, field: str, event: dict[str, Any], *, standby: bool = False) -> None:
        """Tell the app of an event in a private chat; with ``standby`` as one that another app handles."""
        entry = {"time": self.clock.now(), "id": self.id}
        self._publish("standby" if standby else field, {**entry, "standby" if standby else "messaging": [event]})

    def _publish(self, field: str, entry: dict[str, Any]) -> None:
        """Deliver an entry, if the app and the Page are both subscribed to its field."""
        if field in self.hook.get("fields", []) and field in (self.subscribed_fields or []):
            self.deliver(entry)
