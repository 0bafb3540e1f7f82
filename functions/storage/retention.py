"""How long items with personal data are kept."""

from __future__ import annotations

from shared import settings

DAY = 86_400_000
STALE_AFTER = 30 * DAY
"""An event older than this has no plausible time; its expiry counts from the quarter in which it arrived."""
QUARTER = 91 * DAY


def expires_at(at: int, now: int) -> int:
    """When an item with personal data expires, in seconds since 1970.

    It counts from the event's own time, so that a redelivery writes the same; an event whose time is implausibly
    old counts from the quarter of its arrival instead of expiring at once.
    """
    start = at if now - STALE_AFTER < at <= now + DAY else now - now % QUARTER
    return (start + settings.retention_days() * DAY) // 1000
