"""Tact: the rules by which a stranger's post is left alone, each with a name and a sentence ``tact.<name>``. Pure.

Rules of 2026-11-30. A lead may tighten each limit; nothing here is demanded by a platform, see ``permission``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from conversations.local_time import local_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from outreach.found_posts import FoundPost

HOUR = 3_600_000
DAY = 24 * HOUR
PAUSE = 30 * DAY
"""Milliseconds between two offers to one person."""
OLDEST = 48 * HOUR
DAY_CAP, HOUR_CAP = 10, 3
"""Offers of one connection."""
APART = 5 * 60_000
"""Milliseconds between two offers of one connection."""
FIRST_TEXTS = 10
"""Texts of an agent that a second person approves."""
QUIET = (21, 8)
"""Hours of the place between which nobody is approached."""
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)


class Limits(Struct, frozen=True):
    """Limits of one connection."""

    oldest: int = OLDEST
    per_day: int = DAY_CAP
    per_hour: int = HOUR_CAP
    apart: int = APART


class Known(Struct, frozen=True):
    """Knowledge of a person and of a thread when somebody may answer."""

    declined: bool = False
    offered_at: int = 0
    """Milliseconds: the last offer to any identity of the person; 0 for none."""
    thread_taken: bool = False
    sign: str = ""
    """Grief, illness, politics, a minor, or anger, as the words tell; empty for none."""
    is_competitor: bool = False
    """The thread is a competitor's own."""
    colleague_answered: bool = False


class Pace(Struct, frozen=True):
    """The offers of one connection in the last day."""

    times: tuple[int, ...] = ()
    """Milliseconds."""
    digests: tuple[str, ...] = ()
    """The names of their texts, in the same order."""
    version: int = 0


def limits(options: Mapping[str, str]) -> Limits:
    """Return the limits that a lead tightened; a number that would loosen one changes nothing."""
    usual = Limits()
    return Limits(
        min(usual.oldest, _number(options, "oldest_hours", 48) * HOUR),
        min(usual.per_day, _number(options, "per_day", DAY_CAP)),
        min(usual.per_hour, _number(options, "per_hour", HOUR_CAP)),
        max(usual.apart, _number(options, "minutes_apart", 5) * 60_000),
    )


def refusal_of_post(post: FoundPost, known: Known, now: int, limits: Limits = Limits()) -> str | None:  # noqa: B008
    """Return the name of the rule by which nothing is offered below a post, whatever the text; None where one may."""
    rules = (
        ("declined", known.declined),
        ("sign", bool(known.sign)),
        ("person_pause", bool(known.offered_at) and now - known.offered_at < PAUSE),
        ("thread", known.thread_taken),
        ("too_old", now - post.sent_at > limits.oldest),
        ("competitor", known.is_competitor),
        ("colleague", known.colleague_answered),
    )
    return next((name for name, holds in rules if holds), None)


def refusal_of_time(pace: Pace, now: int, zone: str, limits: Limits = Limits()) -> str | None:  # noqa: B008
    """Return the name of the rule by which the connection offers nothing at this time; None where it may."""
    recent = [at for at in pace.times if now - at < DAY]
    hour = local_time(now, zone).hour
    rules = (
        ("quiet_hours", hour >= QUIET[0] or hour < QUIET[1]),
        ("day_cap", len(recent) >= limits.per_day),
        ("hour_cap", sum(now - at < HOUR for at in recent) >= limits.per_hour),
        ("apart", any(now - at < limits.apart for at in recent)),
    )
    return next((name for name, holds in rules if holds), None)


def refusal_of_text(
    text: str, digest: str, pace: Pace, now: int, brands: Sequence[str], handle: str = ""
) -> str | None:
    """Return the name of the rule by which a text is not offered; None where it may be.

    The company is named in the text, or by the account that writes, ``handle``.
    """
    named = f"{text} {handle}".casefold()
    same = any(known == digest and now - at < DAY for at, known in zip(pace.times, pace.digests, strict=False))
    rules = (
        ("link", _LINK.search(text) is not None),
        ("unnamed", bool(brands) and not any(brand.casefold() in named for brand in brands)),
        ("same_text", same),
    )
    return next((name for name, holds in rules if holds), None)


def with_offer(pace: Pace, digest: str, now: int) -> Pace:
    """Return the pace with one more offer, without what is older than a day."""
    kept = [pair for pair in zip(pace.times, pace.digests, strict=False) if now - pair[0] < DAY]
    kept.append((now, digest))
    return Pace(tuple(at for at, _ in kept), tuple(each for _, each in kept), pace.version + 1)


def needs_second(offers_before: int, is_wanted: bool) -> bool:
    """Return whether a second person approves: where it is wanted, and for anyone's first texts."""
    return is_wanted or offers_before < FIRST_TEXTS


def _number(options: Mapping[str, str], name: str, usual: int) -> int:
    written = options.get(name, "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 5 else usual
