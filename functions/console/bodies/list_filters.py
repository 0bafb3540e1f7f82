"""Filters of a list of conversations: as a query names them, and as a saved view keeps them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import asdict

import channels
from console.bodies.fields import moment_of
from console.errors import malformed
from conversations import logged
from conversations.conversation import Status
from conversations.facts import Visibility
from conversations.inbox_order import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PARAMETERS = (
    "status",
    "channel",
    "assignee",
    "tag",
    "mentioned",
    "unread",
    "read",
    "visibility",
    "since",
    "until",
    "days",
    "sort",
)
_DAYS = re.compile(r"[1-9][0-9]{0,2}")
DAY = 86_400_000
"""Milliseconds."""
LONGEST = 100
_FLAGS = ("true", "false")
_CHOICES: dict[str, tuple[str, ...]] = {
    "unread": _FLAGS,
    "read": _FLAGS,
    "mentioned": ("me",),
    "status": tuple(Status),
    "visibility": tuple(Visibility),
    "sort": tuple(Order),
}


class Filters(Struct, frozen=True):
    """Filters of a list as an agent names them; an empty field leaves no conversation out."""

    status: str = ""
    channels: tuple[str, ...] = ()
    """Any of these."""
    assignee: str = ""
    """An agent's id, ``me`` or ``none``."""
    tags: tuple[str, ...] = ()
    """Each of these."""
    mentioned: str = ""
    """``me``."""
    unread: bool = False
    """Only those with messages that nobody has dealt with."""
    read: bool | None = None
    """Only what this agent has read, or has not."""
    visibility: str = ""
    since: int = 0
    """Only those whose last message is not older (milliseconds)."""
    until: int = 0
    """Only those whose last message is older (milliseconds)."""
    days: int = 0
    """Only those whose last message is at most so many days old; 0 for any."""
    order: Order = Order.URGENT

    def since_at(self, now: int) -> int:
        """Return the time from which on the last message is wanted."""
        return max(self.since, now - self.days * DAY) if self.days else self.since


def read(query: Mapping[str, str], several: Callable[[str], tuple[str, ...]]) -> Filters:
    """Return the filters of a query; raises a 400 that names the parameter that is wrong."""
    for name, choices in _CHOICES.items():
        if name in query and query[name] not in choices:
            raise malformed(f"{name}: {', '.join(choices)}")
    if "assignee" in query and not 0 < len(query["assignee"]) <= LONGEST:
        raise malformed(f"assignee: 1 to {LONGEST} characters")
    if "days" in query and not _DAYS.fullmatch(query["days"]):
        raise malformed("days: 1 to 999")
    found = Filters(
        status=query.get("status", ""),
        channels=several("channel"),
        assignee=query.get("assignee", ""),
        tags=several("tag"),
        mentioned=query.get("mentioned", ""),
        unread=query.get("unread") == "true",
        read=query["read"] == "true" if "read" in query else None,
        visibility=query.get("visibility", ""),
        since=moment_of(query["since"]) if "since" in query else 0,
        until=moment_of(query["until"]) if "until" in query else 0,
        days=int(query.get("days", 0)),
        order=Order(query.get("sort", Order.URGENT)),
    )
    return _checked(found)


def of_document(document: Mapping[str, Any]) -> Filters:
    """Return the filters that a saved view keeps; what a later version wrote into it is left out. Raises a 400."""
    query = {name: str(value) for name, value in document.items() if name in PARAMETERS and isinstance(value, str)}
    several = {name: tuple(document.get(name) or ()) for name in ("channel", "tag")}
    return read(query, lambda name: several[name])


def _checked(filters: Filters) -> Filters:
    """Return filters that go together; raises a 400 otherwise."""
    if unknown := set(filters.channels) - {*channels.names(), *logged.KINDS}:
        raise malformed(f"channel: there is no {min(unknown)[:50]}")
    if filters.order != Order.URGENT and not filters.status:
        raise malformed("sort: needs a status")
    if filters.order == Order.LONGEST_WAITING and filters.status not in (Status.OPEN, Status.SNOOZED):
        raise malformed("sort: longest_waiting is an order of open and snoozed conversations")
    return filters


def fingerprint(filters: Filters, team: str) -> dict[str, str]:
    """Return filters as a cursor holds them: it fits the same list only."""
    return {name: str(value) for name, value in asdict(filters).items()} | {"team": team}
