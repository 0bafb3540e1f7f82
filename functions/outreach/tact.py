"""Tact: the rules by which a stranger's post is left alone, each with a name and a sentence ``tact.<name>``. Pure.

Rules of 2026-11-30. Leads may tighten the limits of ``Limits``, and loosen them as far as ``OPTIONS`` says: no platform
demands them, see ``permission``. That people are asked once, and never after a no, nobody loosens.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from conversations import identity
from conversations.business_hours import is_working
from conversations.local_time import local_time
from conversations.normalization import normalize
from outreach.links import number_of_links, seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conversations.business_hours import Hours
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


RULES = (
    "declined",
    "sign",
    "person_pause",
    "thread",
    "too_old",
    "competitor",
    "colleague",
    "quiet_hours",
    "team_hours",
    "day_cap",
    "hour_cap",
    "apart",
    "link",
    "unnamed",
    "same_text",
)
"""The names of all rules, in the order in which they are asked."""


class Option(Struct, frozen=True):
    """A limit that leads set: its usual value, and the least and most that it may be."""

    usual: int
    least: int
    most: int


OPTIONS = {
    "oldest_hours": Option(48, 1, 168),
    "per_day": Option(DAY_CAP, 0, 50),
    "per_hour": Option(HOUR_CAP, 0, 20),
    "minutes_apart": Option(5, 1, 1440),
    "quiet_from": Option(QUIET[0], 0, 24),
    "quiet_until": Option(QUIET[1], 0, 24),
    "links": Option(0, 0, 1),
}
"""The names in ``Search.options``. Quiet hours from and until the same hour are none."""
_MENTION = re.compile(r"(?<!\w)@[\w.@-]+")


class Limits(Struct, frozen=True):
    """Limits of one connection."""

    oldest: int = OLDEST
    per_day: int = DAY_CAP
    per_hour: int = HOUR_CAP
    apart: int = APART
    quiet: tuple[tuple[int, int], ...] = (QUIET,)
    """Hours of the team's clock from and until which nobody is approached."""
    links: int = 0


class Known(Struct, frozen=True):
    """Knowledge of a person and of a thread when somebody may answer."""

    declined: bool = False
    offered_at: int = 0
    """Milliseconds: the last offer to any identity of the person; 0 for none."""
    thread_taken: bool = False
    sign: str = ""
    """Grief, illness, politics, a minor, or anger, as the words tell; empty for none."""
    is_competitor: bool = False
    """A competitor wrote the post, or one above it."""
    colleague_answered: bool = False


class Pace(Struct, frozen=True):
    """The offers of one connection in the last day."""

    times: tuple[int, ...] = ()
    """Milliseconds."""
    digests: tuple[str, ...] = ()
    """The names of their words, in the same order."""
    version: int = 0


def limits(options: Mapping[str, str]) -> Limits:
    """Return the limits of one search; what is no number, or beyond what leads may set, is as usual."""
    set_to = {name: _number(options, name, option) for name, option in OPTIONS.items()}
    return Limits(
        set_to["oldest_hours"] * HOUR,
        set_to["per_day"],
        set_to["per_hour"],
        set_to["minutes_apart"] * 60_000,
        ((set_to["quiet_from"], set_to["quiet_until"]),),
        set_to["links"],
    )


def tightest(options: Sequence[Mapping[str, str]]) -> Limits:
    """Return the limits of a post that several searches found: of each limit the tightest; the usual without any."""
    every = [limits(each) for each in options] or [Limits()]
    return Limits(
        min(each.oldest for each in every),
        min(each.per_day for each in every),
        min(each.per_hour for each in every),
        max(each.apart for each in every),
        tuple(dict.fromkeys(hours for each in every for hours in each.quiet)),
        min(each.links for each in every),
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


def refusal_of_time(pace: Pace, now: int, hours: Hours, limits: Limits = Limits()) -> str | None:  # noqa: B008
    """Return the name of the rule by which the connection offers nothing at this time; None where it may.

    ``hours`` are those in which the team works; the quiet hours are those of its time zone.
    """
    recent = [at for at in pace.times if now - at < DAY]
    hour = local_time(now, hours.zone).hour
    rules = (
        ("quiet_hours", any(_is_between(hour, *quiet) for quiet in limits.quiet)),
        ("team_hours", not is_working(hours, now)),
        ("day_cap", len(recent) >= limits.per_day),
        ("hour_cap", sum(now - at < HOUR for at in recent) >= limits.per_hour),
        ("apart", any(now - at < limits.apart for at in recent)),
    )
    return next((name for name, holds in rules if holds), None)


def refusal_of_text(
    text: str,
    pace: Pace,
    now: int,
    brands: Sequence[str],
    handle: str = "",
    limits: Limits = Limits(),  # noqa: B008
    *,
    is_used: bool = False,
) -> str | None:
    """Return the name of the rule by which a text is not offered; None where it may be.

    The company is named in the text, or by the account that writes, ``handle``. ``is_used`` says that any account of
    ours offered the same words within a day.
    """
    digest = words_digest(text)
    same = any(known == digest and now - at < DAY for at, known in zip(pace.times, pace.digests, strict=False))
    rules = (
        ("link", number_of_links(text) > limits.links),
        ("unnamed", bool(brands) and not any(_is_named(brand, text, handle) for brand in brands)),
        ("same_text", is_used or same),
    )
    return next((name for name, holds in rules if holds), None)


def words_digest(text: str) -> str:
    """Return the name of a text's letters and digits: blanks, signs, capitals and mentions make it no other text."""
    plain = "".join(filter(str.isalnum, normalize("NFKC", _MENTION.sub(" ", text)).casefold()))
    return identity.digest(plain or text)


def with_offer(pace: Pace, text: str, now: int) -> Pace:
    """Return the pace with one more offer, without what is older than a day."""
    kept = [pair for pair in zip(pace.times, pace.digests, strict=False) if now - pair[0] < DAY]
    kept.append((now, words_digest(text)))
    return Pace(tuple(at for at, _ in kept), tuple(each for _, each in kept), pace.version + 1)


def needs_second(offers_before: int, is_wanted: bool) -> bool:
    """Return whether a second person approves: where it is wanted, and for anyone's first texts."""
    return is_wanted or offers_before < FIRST_TEXTS


def _is_named(brand: str, text: str, handle: str) -> bool:
    """Return whether a word of the text begins with a name, also as a hashtag, or the account's name has it."""
    name = seen(brand).casefold()
    names = {name, "".join(name.split())} - {""}
    in_text, in_handle = seen(text).casefold(), seen(handle).casefold()
    return any(each in in_handle or re.search(rf"(?<!\w){re.escape(each)}", in_text) for each in names)


def _number(options: Mapping[str, str], name: str, option: Option) -> int:
    written = options.get(name, "")
    number = int(written) if written.isascii() and written.isdigit() and len(written) < 5 else option.usual
    return number if option.least <= number <= option.most else option.usual


def _is_between(hour: int, begin: int, end: int) -> bool:
    """Return whether an hour is within some hours, which may go beyond midnight."""
    if begin <= end:
        return begin <= hour < end
    return hour >= begin or hour < end
