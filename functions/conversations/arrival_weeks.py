"""Messages by the week in which they arrived, as reports count them; pure.

A message is written to the figures when somebody deals with it, in the week in which it came. Until then it is read
from the head: so what arrived is counted whole, and a message that comes in costs no write of its own.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from conversations.conversation import OFFER, WeekCount
from conversations.local_time import week_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conversations.conversation import Conversation

OPENED, INBOUND = FIGURES = ("opened", "inbound")
Arrivals = Counter[tuple[str, str]]
"""Amounts by ISO week and figure."""


def other_weeks(times: Iterable[int], last_at: int) -> tuple[WeekCount, ...]:
    """Return how many of the times (milliseconds) are in which week, without the week of ``last_at``."""
    return _sorted(Counter(week_of(at) for at in times if week_of(at) != week_of(last_at)))


def with_one_more(head: Conversation, at: int, last_at: int) -> tuple[WeekCount, ...]:
    """Return the other weeks of a head's unread messages after one more, which arrived ``at``."""
    unread = unread_by_week(head)
    unread[week_of(at)] += 1
    return _sorted(Counter({week: count for week, count in unread.items() if week != week_of(last_at)}))


def unread_by_week(head: Conversation) -> Counter[str]:
    """Return how many messages that nobody dealt with arrived in which week."""
    counts = Counter({each.week: each.count for each in head.unread_weeks})
    rest = head.unread - counts.total()
    if rest:
        counts[week_of(head.last_inbound_at)] += rest
    return counts


def pending(head: Conversation) -> Arrivals:
    """Return what arrived in a conversation and is in no figures yet, as nobody dealt with it."""
    arrivals: Arrivals = Counter({(week, INBOUND): count for week, count in unread_by_week(head).items()})
    if not is_opened(head) and not (head.origin and not head.unread):
        arrivals[week_of(head.opened_at), OPENED] += 1
    return arrivals


def is_opened(head: Conversation) -> bool:
    """Return whether a conversation is in the figures: something was done in it, or should have been.

    Where we spoke first, something beside that.
    """
    is_offer = head.decision.verb == OFFER
    return bool((head.decision.at and not is_offer) or head.service_level.missed)


def dealt_with(old: Conversation | None, new: Conversation) -> Arrivals:
    """Return by how much the figures of arrivals change when a conversation's head becomes another."""
    changes: Arrivals = Counter()
    for head, sign in ((old, -1), (new, 1)):
        if head and is_opened(head):
            changes[week_of(head.opened_at), OPENED] += sign
    unread = Counter(unread_by_week(old)) if old else Counter[str]()
    unread.subtract(unread_by_week(new))
    arrived = new.inbound - (old.inbound if old else 0)
    for week, count in unread.items():
        added = min(arrived, -count) if count < 0 < arrived else 0
        arrived -= added
        changes[week, INBOUND] += count + added
    changes[week_of(new.last_inbound_at), INBOUND] += arrived
    return Counter({key: amount for key, amount in changes.items() if amount})


def _sorted(counts: Counter[str]) -> tuple[WeekCount, ...]:
    return tuple(WeekCount(week, count) for week, count in sorted(counts.items()) if count)
