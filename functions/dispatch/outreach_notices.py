"""Tells teams what waits for people in active dialogue, where they want to hear of it, once for each text and pause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch import outreach_changes
from outreach.proposals import waits_for_approval
from outreach.searches import paused_itself
from storage import notifications, proposals, searches
from storage.notifications import Notice

if TYPE_CHECKING:
    from dispatch.stream_changes import Change


def tell(change: Change, now: int) -> None:
    """Have it told that something waits since a change; ``now`` in milliseconds. Done twice, it is done once."""
    if change.new is None or not outreach_changes.team_that_is_asked(change.old, change.new):
        return
    if proposal := proposals.of_item(change.new):
        if waits_for_approval(proposal):
            notice = Notice(notifications.APPROVAL, proposal.team, proposal.post.channel, proposal.id, at=now)
            notifications.enqueue(notice, str(proposal.version), now)
        return
    search = searches.of_item(change.new)
    if paused_itself(search):
        notice = Notice(notifications.SEARCH_PAUSED, search.team, conversation=search.id, at=now)
        notifications.enqueue(notice, str(search.version), now)
