"""What is counted of follow-ups: pure, out of the difference of two heads, so that sums always agree with the heads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from conversations.model import FollowUpState, Outcome

if TYPE_CHECKING:
    from conversations.model import FollowUp

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
)
"""What is counted. A task that a person asked is ``task`` and ``asked``; what was never asked has no outcome."""
_TAKEN_BACK = frozenset({FollowUpState.ASKED, FollowUpState.FAILED, FollowUpState.CANCELLED, FollowUpState.SKIPPED})
"""States that did not come about after all when another one follows."""


def differences(old: FollowUp | None, new: FollowUp | None) -> dict[str, int]:
    """By how much each figure changes when a conversation's follow-up becomes another."""
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
    judged = before.outcome if before else None
    if new.outcome != judged:
        _add(changes, new.outcome, 1)
        _add(changes, judged, -1)
    return changes


def week_of(at: int) -> str:
    """The ISO week of a time in milliseconds: ``2026-W48``."""
    year, week, _ = datetime.fromtimestamp(at / 1000, UTC).isocalendar()
    return f"{year}-W{week:02d}"


def _add(changes: dict[str, int], name: FollowUpState | Outcome | None, amount: int) -> None:
    if name in NAMES:
        changes[name] = changes.get(name, 0) + amount
