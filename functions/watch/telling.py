"""Tells teams what is pinned for them: once each, and a bounded number of times where it is certainly not taken."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from conversations import noticeboard, table, team_rules
from notices import delivery
from notices.line import NotNow, Refused, Unsure
from notices.wording import words
from shared import addresses, parameters, settings
from shared.telemetry import count, logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from conversations.noticeboard import Pinned

MOST = 50
"""Notices of one call."""
RESERVE = 15_000
"""Milliseconds before the end of a call in which nothing is begun any more."""


def tell_all(clock: Callable[[], int], time_left: Callable[[], int]) -> Counter[str]:
    """Tell what is due; how many were told, put off, or given up."""
    done = Counter(notices=0, notices_later=0, notices_failed=0)
    for found in noticeboard.pinned(MOST * 4):
        if time_left() < RESERVE or done.total() >= MOST:
            break
        if found.not_before <= clock() and (outcome := _deal_with(found, clock)):
            done[outcome] += 1
    return done


def _deal_with(found: Pinned, clock: Callable[[], int]) -> str:
    if found.claimed_at:
        return _given_up(found, "nobody knows") if found.claimed_at + noticeboard.LEASE <= clock() else ""
    try:
        claimed = noticeboard.claim(found, clock())
    except table.Conflict:
        return ""
    try:
        _tell(claimed, clock())
    except NotNow as reason:
        return _later(claimed, clock(), str(reason))
    except (Refused, Unsure, addresses.NoAddress) as reason:
        return _given_up(claimed, f"{type(reason).__name__} {reason}")
    noticeboard.take_down(claimed)
    count("NoticeTold", kind=claimed.kind)
    return "notices"


def _tell(found: Pinned, now: int) -> None:
    team = team_rules.team(found.notice.team)
    said = words(found.notice, team.label or team.name, team.language, settings.console_url(), now)
    try:
        address = addresses.read(team.name, found.target_id)
    except parameters.Unavailable:
        raise NotNow("address") from None
    delivery.tell(found.kind, address, said)


def _later(found: Pinned, now: int, reason: str) -> str:
    if found.tries > len(noticeboard.PAUSES):
        return _given_up(found, reason)
    noticeboard.release(found, now + noticeboard.PAUSES[found.tries - 1])
    return "notices_later"


def _given_up(found: Pinned, reason: str) -> str:
    notice = found.notice
    logger.warning(
        "Notice not told", conversation_id=notice.conversation, team=notice.team, kind=found.kind, reason=reason
    )
    noticeboard.take_down(found)
    return "notices_failed"
