"""Sends pending notifications to teams: each once, and a bounded number of times where it certainly did not arrive."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from aws import notification_addresses, parameters
from notifications import sender
from notifications.notice_texts import words
from notifications.webhook_client import NotNow, Refused, Unsure
from outreach.proposals import as_shown, waits_for_approval
from outreach.searches import paused_itself
from shared import settings
from shared.telemetry import count, logger
from storage import notifications, proposals, searches, table, teams

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.notifications import Notice, PendingNotice

MOST = 50
"""Notices of one call."""
MOST_READ = 2000
"""Notices that are looked at in one call: those that wait to be tried again may be older than others."""
RESERVE = 15_000
"""Milliseconds before the end of a call in which nothing is begun any more."""


def tell_all(clock: Callable[[], int], time_left: Callable[[], int]) -> Counter[str]:
    """Send the notifications that are due; return how many were sent, put off, or given up."""
    done = Counter(notices=0, notices_later=0, notices_failed=0)
    for pending in notifications.pinned(MOST_READ):
        if time_left() < RESERVE or done.total() >= MOST:
            break
        if pending.not_before <= clock() and (outcome := _deal_with(pending, clock)):
            done[outcome] += 1
    return done


def _deal_with(pending: PendingNotice, clock: Callable[[], int]) -> str:
    if _is_moot(pending.notice, clock()):
        notifications.complete(pending)
        return ""
    if pending.claimed_at:
        return _given_up(pending, "nobody knows") if pending.claimed_at + notifications.LEASE <= clock() else ""
    try:
        claimed = notifications.claim(pending, clock())
    except table.Conflict:
        return ""
    try:
        _tell(claimed, clock())
    except NotNow as reason:
        return _later(claimed, clock(), str(reason))
    except (Refused, Unsure, notification_addresses.NoAddress) as reason:
        return _given_up(claimed, f"{type(reason).__name__} {reason}")
    notifications.complete(claimed)
    count("NoticeTold", kind=claimed.kind)
    return "notices"


def _is_moot(notice: Notice, now: int) -> bool:
    """Return whether what waited in active dialogue waits no more."""
    if notice.event == notifications.APPROVAL:
        proposal = proposals.read(notice.conversation)
        return proposal is None or not waits_for_approval(as_shown(proposal, now))
    if notice.event == notifications.SEARCH_PAUSED:
        search = searches.read(notice.conversation)
        return search is None or not paused_itself(search)
    return False


def _tell(pending: PendingNotice, now: int) -> None:
    team = teams.team(pending.notice.team)
    text = words(pending.notice, team.label or team.name, team.language, settings.console_url(), now)
    try:
        address = notification_addresses.read(team.name, pending.target_id)
    except parameters.Unavailable:
        raise NotNow("address") from None
    sender.tell(pending.kind, address, text)


def _later(pending: PendingNotice, now: int, reason: str) -> str:
    if pending.tries > len(notifications.PAUSES):
        return _given_up(pending, reason)
    notifications.release(pending, now + notifications.PAUSES[pending.tries - 1])
    return "notices_later"


def _given_up(pending: PendingNotice, reason: str) -> str:
    notice = pending.notice
    logger.warning(
        "Notice not told", conversation_id=notice.conversation, team=notice.team, kind=pending.kind, reason=reason
    )
    notifications.complete(pending)
    return "notices_failed"
