"""Tells teams what is pinned for them: once each, and a bounded number of times where it is certainly not taken."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from aws import notification_addresses, parameters
from notifications import sender
from notifications.content import words
from notifications.webhook_client import NotNow, Refused, Unsure
from shared import settings
from shared.telemetry import count, logger
from storage import notifications, table, teams

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.notifications import PendingNotice

MOST = 50
"""Notices of one call."""
RESERVE = 15_000
"""Milliseconds before the end of a call in which nothing is begun any more."""


def tell_all(clock: Callable[[], int], time_left: Callable[[], int]) -> Counter[str]:
    """Tell what is due; how many were told, put off, or given up."""
    done = Counter(notices=0, notices_later=0, notices_failed=0)
    for found in notifications.pinned(MOST * 4):
        if time_left() < RESERVE or done.total() >= MOST:
            break
        if found.not_before <= clock() and (outcome := _deal_with(found, clock)):
            done[outcome] += 1
    return done


def _deal_with(found: PendingNotice, clock: Callable[[], int]) -> str:
    if found.claimed_at:
        return _given_up(found, "nobody knows") if found.claimed_at + notifications.LEASE <= clock() else ""
    try:
        claimed = notifications.claim(found, clock())
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


def _tell(found: PendingNotice, now: int) -> None:
    team = teams.team(found.notice.team)
    said = words(found.notice, team.label or team.name, team.language, settings.console_url(), now)
    try:
        address = notification_addresses.read(team.name, found.target_id)
    except parameters.Unavailable:
        raise NotNow("address") from None
    sender.tell(found.kind, address, said)


def _later(found: PendingNotice, now: int, reason: str) -> str:
    if found.tries > len(notifications.PAUSES):
        return _given_up(found, reason)
    notifications.release(found, now + notifications.PAUSES[found.tries - 1])
    return "notices_later"


def _given_up(found: PendingNotice, reason: str) -> str:
    notice = found.notice
    logger.warning(
        "Notice not told", conversation_id=notice.conversation, team=notice.team, kind=found.kind, reason=reason
    )
    notifications.complete(found)
    return "notices_failed"
