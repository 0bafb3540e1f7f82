"""Tells teams what waits for people in active dialogue, where they want to hear of it, once for each text and pause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch import outreach_changes
from storage import notifications, proposals, searches
from storage.notifications import Notice

if TYPE_CHECKING:
    from dispatch.stream_changes import Change


def tell(change: Change, now: int) -> None:
    """Have it told that something waits since a change; ``now`` in milliseconds. Done twice, it is done once."""
    if change.new is None or not outreach_changes.begins_to_wait(change.old, change.new):
        return
    if proposal := proposals.of_item(change.new):
        notice = Notice(notifications.APPROVAL, proposal.team, proposal.post.channel, proposal.id, at=now)
        notifications.enqueue(notice, str(proposal.version), now)
        return
    search = searches.of_item(change.new)
    notice = Notice(notifications.SEARCH_PAUSED, search.team, conversation=search.id, at=now)
    notifications.enqueue(notice, str(search.version), now)
