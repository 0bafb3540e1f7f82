"""What follows from a change of a connection: it is polled soon, or its held messages leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws import schedules
from shared import settings
from storage import held_messages, keys

if TYPE_CHECKING:
    from dispatch.changes import Change

CONNECTIONS = "connections"
"""The partition of the connections."""


def carry_out(change: Change, now: int) -> None:
    """Poll a connection that was nudged, have new or changed ones looked at, and resume one that works again."""
    if change.new and change.item["pk"] == keys.NUDGED:
        schedules.listen_soon(*_named(change), settings.listen_function_arn(), now)
    if change.item["pk"] != CONNECTIONS:
        return
    if _is_other(change):
        # The function that looks after all of them gives this one its schedule, or takes it away.
        schedules.listen_soon("", "", settings.listen_function_arn(), now)
    if _works_again(change):
        held_messages.resume(*_named(change), now)


def _named(change: Change) -> tuple[str, str]:
    channel, _, name = change.item["sk"].partition("/")
    return channel, name


def _is_other(change: Change) -> bool:
    """Return whether a connection came, went, or was held or let go: not how it is from minute to minute."""
    old, new = change.old, change.new
    return (old is None) != (new is None) or (old or {}).get("held") != (new or {}).get("held")


def _works_again(change: Change) -> bool:
    """Return whether messages wait for this connection and need not, or never will leave."""
    waiting = (change.new or change.old or {}).get("parked")
    return bool(waiting) and not (change.new or {}).get("held") and not (change.new or {}).get("problem")
