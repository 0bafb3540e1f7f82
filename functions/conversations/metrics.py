"""Counts from the difference of two heads: pure, so that sums always agree with the heads.

A message that comes in changes nothing here. It is written to the figures when somebody deals with it, together with
all that came before it, each in the week in which it arrived (``conversations.arrival_weeks``): so a conversation is
written once per action, and never once per message. Until then reports read it from the head.

Times go into buckets, each an eighth longer than the one before; median and percentile are read from them. What a
bucket says is its middle: off by six percent at most.
"""

from __future__ import annotations

from collections import Counter
from math import ceil, log
from typing import TYPE_CHECKING

from conversations.actions import Verb
from conversations.arrival_weeks import is_opened
from conversations.business_hours import working_between
from conversations.conversation import Target
from conversations.follow_ups import SYSTEM
from conversations.local_time import week_of as week_of
from conversations.promise import FollowUpState, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conversations.business_hours import Hours
    from conversations.conversation import Conversation
    from conversations.promise import FollowUp

READINGS = (Outcome.SOLVED, Outcome.STILL_BROKEN, Outcome.OTHER)
"""Outcomes that a machine reads in an answer, and that an agent confirms or corrects."""
PROPOSED = {outcome: f"proposed_{outcome}" for outcome in READINGS}
"""Figures of what a machine read, and no agent has confirmed: no results yet."""
NAMES = (
    "promised",
    "asked",
    "task",
    "cancelled",
    "skipped",
    "failed",
    "solved",
    "still_broken",
    "other",
    "no_answer",
    *PROPOSED.values(),
)
"""Counts of follow-ups. A task that a person asked is ``task`` and ``asked``; what was never asked has no
outcome."""
VOLUMES = ("opened", "inbound", "outbound", "resolved", "reopened", "first_responses")
MISSED = tuple(f"missed_{target}" for target in Target)
TIMES = {"first_response": "f", "resolution": "r"}
"""The two times that are measured, and the letter their buckets begin with."""
FIRST, STEP, BUCKETS = 60_000, 1.12, 102
"""The first bucket ends after a minute (milliseconds), the last but one after sixty days of work."""
_TAKEN_BACK = frozenset({FollowUpState.ASKED, FollowUpState.FAILED, FollowUpState.CANCELLED, FollowUpState.SKIPPED})
"""States that did not come about after all when another one follows."""


# -- what a change of a head adds -------------------------------------------------------------------------------------


def differences(old: Conversation | None, new: Conversation, hours: Hours) -> dict[str, int]:
    """Return the change of each figure when a conversation's head becomes another; times count as the team works."""
    before = old.follow_up if old else None
    # A promise that is older than all that is left has expired; one that is gone otherwise was taken back.
    is_undone = before is not None and new.opened_at <= before.made_at
    changes = Counter(of_follow_up(before, new.follow_up, is_undone))
    changes.update(_dealt_with(new))
    changes.subtract(_dealt_with(old) if old else Counter())
    changes.update(_turns(old, new))
    for each in (_first_response(old, new, hours), _resolution(old, new, hours)):
        changes.update(each)
    return {name: amount for name, amount in changes.items() if amount}


def of_follow_up(old: FollowUp | None, new: FollowUp | None, is_undone: bool = False) -> dict[str, int]:
    """Return the change of each figure when a conversation's follow-up becomes another.

    With ``is_undone`` an answer was taken back, and with it the promise that was made in it. The promise before, if
    any, is taken to stand as it stood then: what a customer does to it within those seconds is not counted.
    """
    if is_undone and old and (new is None or new.made_at < old.made_at):
        return {name: -amount for name, amount in of_follow_up(None, old).items()}
    changes: dict[str, int] = {}
    if new is None:
        return changes
    before = old if old and old.made_at == new.made_at else None
    if before is None:
        changes["promised"] = 1
    was = before.state if before else FollowUpState.PLANNED
    if new.state != was:
        _add(changes, new.state, 1)
        if was in _TAKEN_BACK:
            _add(changes, was, -1)
    judged, is_judged = (_outcome(each) if each else None for each in (before, new))
    if is_judged != judged:
        _add(changes, is_judged, 1)
        _add(changes, judged, -1)
    return changes


def _outcome(follow_up: FollowUp) -> str | None:
    """Return the figure of an outcome; one that only a machine has read is proposed."""
    outcome = follow_up.outcome
    is_confirmed = follow_up.judged_by is not None and follow_up.judged_by != SYSTEM
    return outcome if outcome is None or is_confirmed else PROPOSED.get(outcome, outcome)


def _dealt_with(head: Conversation) -> Counter[str]:
    """Return what of a conversation was dealt with; the same before and after a message that comes in."""
    return Counter(opened=int(is_opened(head)), inbound=head.inbound - head.unread, outbound=head.outbound)


def _turns(old: Conversation | None, new: Conversation) -> dict[str, int]:
    """Return whether it was closed, or taken up again. An action that is undone takes back what it counted."""
    was = (old.decision.at, old.decision.by) if old else (0, "")
    becomes = (new.decision.at, new.decision.by)
    if was == becomes:
        return {}
    sign = 1 if becomes > was else -1
    before, after = (old, new) if sign > 0 else (new, old)
    is_closed = after is not None and after.decision.verb == Verb.RESOLVE
    was_closed = before is not None and before.decision.verb == Verb.RESOLVE
    if was_closed and is_closed and before is not None and not before.unread:
        return {}
    return {"resolved": sign * is_closed, "reopened": sign * was_closed}


def _first_response(old: Conversation | None, new: Conversation, hours: Hours) -> dict[str, int]:
    """The first answer, from the first message that waited for it."""
    was = old.service_level.first_response_at if old else None
    if (was is None) == (new.service_level.first_response_at is None):
        return {}
    waiting = old if was is None else new
    since = (waiting.waiting_since if waiting else 0) or new.opened_at
    sign, until = (1, new.service_level.first_response_at) if was is None else (-1, was)
    return {"first_responses": sign, _bucket("first_response", hours, since, until or since): sign}


def _resolution(old: Conversation | None, new: Conversation, hours: Hours) -> dict[str, int]:
    """The first time it was closed, from its beginning; where we spoke first, from when somebody waited for us."""
    was = old.service_level.first_resolved_at if old else None
    if (was is None) == (new.service_level.first_resolved_at is None):
        return {}
    sign, until = (1, new.service_level.first_resolved_at) if was is None else (-1, was)
    waited = old if was is None else new
    since = ((waited.waiting_since if waited else 0) or until or 0) if new.origin else new.opened_at
    return {_bucket("resolution", hours, since, until or since): sign}


def _add(changes: dict[str, int], name: str | None, amount: int) -> None:
    if name in NAMES:
        changes[name] = changes.get(name, 0) + amount


# -- times ------------------------------------------------------------------------------------------------------------


def _bucket(time: str, hours: Hours, since: int, until: int) -> str:
    return f"{TIMES[time]}{bucket_of(working_between(hours, since, until))}"


def bucket_of(length: int) -> int:
    """The bucket of a length of time in milliseconds."""
    if length <= FIRST:
        return 0
    return min(ceil(log(length / FIRST, STEP) - 1e-9), BUCKETS - 1)


def seconds_of(bucket: int) -> int:
    """The length of time that a bucket stands for."""
    return round(FIRST / 1000 * STEP ** (bucket - 0.5)) if bucket else FIRST // 2000


def quantile(counts: Mapping[int, int], share: float) -> int | None:
    """The seconds within which a share of all times lies, out of the counts of their buckets; None for no times."""
    total = sum(counts.values())
    if total <= 0:
        return None
    seen = 0
    for bucket in sorted(counts):
        seen += counts[bucket]
        if seen >= ceil(share * total):
            return seconds_of(bucket)
    return None


def time_of(name: str) -> tuple[str, int] | None:
    """Return which time, and which bucket, a figure counts; None for any other figure."""
    letter, number = name[:1], name[1:]
    time = next((each for each, its in TIMES.items() if its == letter), None)
    return (time, int(number)) if time and number.isdigit() else None


def buckets(time: str, figures: Mapping[str, int]) -> dict[int, int]:
    """The counts of a time's buckets among some figures."""
    found = ((time_of(name), count) for name, count in figures.items())
    return {which[1]: count for which, count in found if which and which[0] == time}


def add_up(rows: Iterable[Mapping[str, int]]) -> Counter[str]:
    """Figures of several weeks, channels or teams together."""
    total: Counter[str] = Counter()
    for row in rows:
        total.update(row)
    return total
