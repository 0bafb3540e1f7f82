"""Effects of a change of a connection, a search or a proposal: clocks are set, messages sent, people told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws import schedules
from dispatch import outreach_notices
from shared import settings
from storage import connections, held_messages, keys, searches

if TYPE_CHECKING:
    from dispatch.stream_changes import Change


def carry_out(change: Change, now: int) -> None:
    """Poll a connection that was nudged, have new or changed ones looked at, and resume one that works again.

    Teams are told of texts and searches that wait for people since the change.
    """
    outreach_notices.tell(change, now)
    if change.new and keys.is_nudge(change.item):
        schedules.listen_soon(*keys.connection_of(change.item), settings.listen_function_arn(), now)
    if searches.is_item(change.item) and _has_other_clocks(change):
        schedules.listen_soon("", "", settings.listen_function_arn(), now)
    if not connections.is_item(change.item):
        return
    if _is_other(change):
        # The function that looks after all of them gives this one its schedule, or takes it away.
        schedules.listen_soon("", "", settings.listen_function_arn(), now)
    if _works_again(change):
        held_messages.resume(*keys.connection_of(change.item), now)


def _is_other(change: Change) -> bool:
    """Return whether a connection came, went, or was held or let go: not how it is from minute to minute."""
    old, new = change.old, change.new
    return (old is None) != (new is None) or (old or {}).get("held") != (new or {}).get("held")


def _has_other_clocks(change: Change) -> bool:
    """Return whether a search came, went, was paused or let go on, or has other sources."""
    old, new = change.old or {}, change.new or {}
    return any(old.get(name) != new.get(name) for name in searches.OF_CLOCKS)


def _works_again(change: Change) -> bool:
    """Return whether messages wait for this connection and need not, or never will leave."""
    waiting = (change.new or change.old or {}).get("parked")
    return bool(waiting) and not (change.new or {}).get("held") and not (change.new or {}).get("problem")
