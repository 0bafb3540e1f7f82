"""Reads what Mastodon reports: proof of origin, and one fact for each thing that happened."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from channels import _payload
from channels.base import (
    Credentials,
    PermanentFailure,
    Polled,
    Receiver,
    Request,
    json_object,
)
from channels.mastodon.api import call
from channels.mastodon.polling import Cursor, newest, notifications, own_statuses, read_again, watch
from channels.mastodon.statuses import PARTS, name_of, notification
from conversations.facts import Fact, Unreadable

PAGE = 80
OWN_PAGE = 40
PAGES = 3
"""Pages of notifications that one poll reads."""
REREAD = 300_000
"""Milliseconds between two such readings."""


class MastodonReceiver(Receiver):
    """Reads what Mastodon reports."""

    def parse(self, request: Request, credentials: Credentials) -> list[Fact | Unreadable]:
        """Notifications, as the server lists them or one alone; or what ``poll`` gathered (``_Gathered``)."""
        body = _payload.document(request)
        account = credentials.account_id
        if isinstance(body, list):
            events = _payload.read_each("mastodon", body, notification, account)
            return _payload.within(events, lambda note: [note])
        if not isinstance(body, dict):
            return []
        if "type" in body:
            return _payload.read_each("mastodon", [body], notification, account)
        return [event for part, read in PARTS for event in _payload.read_list("mastodon", body, part, read, account)]

    def poll(self, cursor: str, credentials: Credentials, now: int) -> Polled:
        known = Cursor.of(cursor)
        if known is None:
            notes, _ = notifications("", 1, credentials)
            own, _ = own_statuses("", 1, credentials)
            return Polled([], Cursor(newest("0", notes), newest("0", own), (), now).text())
        gathered: dict[str, list[Any]] = {"notifications": []}
        more = False
        seen = known.seen
        for _ in range(PAGES):
            page, more = notifications(seen, PAGE, credentials)
            gathered["notifications"] = [*page, *gathered["notifications"]]
            seen = newest(seen, page)
            if not more:
                break
        gathered["own"], more_own = own_statuses(known.own, OWN_PAGE, credentials)
        watched = watch(known.watched, gathered["notifications"], credentials.account_id)
        reread = known.reread
        if now - reread >= REREAD and known.watched:
            gathered["edited"], gathered["removed"], watched = read_again(watched, credentials, now)
            reread = now
        after = Cursor(seen, newest(known.own, gathered["own"]), watched, reread)
        for part in ("notifications", "own"):
            gathered[part].reverse()  # the server gives the newest first
        events = self.parse(Request("POST", {}, {}, json.dumps(gathered).encode()), credentials)
        return Polled(events, after.text(), more=more or more_own)

    def profile_name(self, customer_id: str, credentials: Credentials) -> str | None:
        try:
            return name_of(json_object(call("GET", f"v1/accounts/{quote(customer_id, safe='')}", credentials)))
        except PermanentFailure:
            return None
