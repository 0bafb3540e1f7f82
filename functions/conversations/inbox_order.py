"""The order of the inbox and of the follow-ups, the most urgent first, as sort keys."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from conversations.conversation import Status
from conversations.follow_ups import next_call
from conversations.identity import LATEST, clamp
from conversations.promise import FollowUpState, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from conversations.conversation import Conversation
    from conversations.promise import FollowUp


class Order(StrEnum):
    """Order of a list of conversations."""

    URGENT = "urgent"
    """As the index has it; see ``key``."""
    NEWEST = "newest"
    """By the last message."""
    LONGEST_WAITING = "longest_waiting"
    """By the first message that nobody has dealt with."""


SHARDS = 4
"""Partitions of the inbox per team, so that a busy team does not heat one key. A page reads all of them at once."""
MOST_PARTITIONS = 1000
"""In one cursor."""
_PARTITION = re.compile(r"[^#]{1,100}#[0-9]")
FOLLOW_UP_LETTERS = {
    FollowUpState.PLANNED: "a",
    FollowUpState.TASK: "b",
    FollowUpState.ASKED: "c",
    Outcome.ANSWERED: "d",
    Outcome.STILL_BROKEN: "e",
    Outcome.SOLVED: "f",
    Outcome.OTHER: "g",
    Outcome.NO_ANSWER: "h",
    FollowUpState.CANCELLED: "i",
    FollowUpState.SKIPPED: "j",
    FollowUpState.FAILED: "k",
}
"""Follow-ups of one state stand together; of those that were asked the outcome is their state, once there is one."""
MISSED, DUE, NOTHING_DUE = 2, 3, 4
"""Ranks of open conversations, after broken promises and what did not arrive."""
LETTERS = {Status.OPEN: "a", Status.WAITING: "b", Status.SNOOZED: "c", Status.RESOLVED: "d"}


def partition(team: str, thread: str) -> str:
    """The inbox partition of a conversation."""
    return f"{team}#{ord(thread[0]) % SHARDS}"


def partitions(team: str) -> list[str]:
    """All inbox partitions of a team."""
    return [f"{team}#{shard}" for shard in range(SHARDS)]


def places_of(value: Any, place_of: Callable[[Any], list[str] | None]) -> dict[str, list[str] | None] | None:
    """Return where a reader of several partitions stands in each: a place, nothing at the beginning, None at the end;
    or None for what has not the form of that. ``place_of`` returns one place, or None.
    """
    if not isinstance(value, dict) or not value or len(value) > MOST_PARTITIONS:
        return None
    if not all(_PARTITION.fullmatch(name) for name in value):
        return None
    begun = [place for place in value.values() if place is not None and place != []]
    return value if all(place_of(place) for place in begun) else None


def key(head: Conversation) -> str:
    """The sort key: status first; of the open ones broken promises, then what did not arrive, then missed targets, then
    what is due next, then who waits longest. Of those that were put aside who comes back first.

    It does not move with every message, only when what needs doing changes: each move costs a write more.
    """
    letter = LETTERS[head.status]
    if head.status == Status.OPEN:
        rank, since = _open(head)
        return f"{letter}{rank}{clamp(since):013d}"
    if head.status == Status.SNOOZED:
        return f"{letter}{clamp(head.snoozed_until or 0):013d}"
    return f"{letter}{LATEST - clamp(head.decision.at):013d}"


def follow_up_key(follow_up: FollowUp) -> str:
    """The sort key of a follow-up: its state; what has a call to come in the order of the calls, the rest newest first.

    A key with a call ends with the version, so that schedules can be compared without reading heads.
    """
    letter = FOLLOW_UP_LETTERS[follow_up.outcome or follow_up.state]
    if call := next_call(follow_up):
        version, at = call
        return f"{letter}{clamp(at):013d}{version}"
    if follow_up.state == FollowUpState.TASK:
        return f"{letter}{clamp(follow_up.promise.latest or follow_up.promise.at):013d}"
    return f"{letter}{LATEST - clamp(follow_up.outcome_at or follow_up.asked_at or follow_up.promise.at):013d}"


def _open(head: Conversation) -> tuple[int, int]:
    follow_up = head.follow_up
    if follow_up and _is_bad_news(follow_up, head):
        return 0, head.waiting_since or head.decision.at
    if head.undelivered or (follow_up and follow_up.state in (FollowUpState.TASK, FollowUpState.FAILED)):
        return 1, head.decision.at or head.waiting_since
    if head.service_level.due_at is None:
        return NOTHING_DUE, head.waiting_since or head.decision.at
    return MISSED if head.service_level.missed else DUE, head.service_level.due_at


def _is_bad_news(follow_up: FollowUp, head: Conversation) -> bool:
    """The help did not help, or nobody has read yet whether it did."""
    unread_answer = follow_up.outcome == Outcome.ANSWERED and head.unread > 0
    return unread_answer or follow_up.outcome == Outcome.STILL_BROKEN
