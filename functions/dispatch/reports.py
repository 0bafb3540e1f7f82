"""Effects on what teams are shown and told: daily counters and notifications."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from aws import cloudwatch
from conversations import effects
from storage import notifications, reporting
from storage.notifications import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


Together = effects.Count
"""The effect that is carried out for all changes of a batch together."""


class Counting(Struct, frozen=True):
    """The amounts that a change of a batch adds to the figures."""

    number: int
    """The place of the change in its batch."""
    conversation: str
    effect: effects.Count


def count_all(counts: Sequence[Counting], now: int) -> dict[int, Exception]:
    """Add to the figures, once for each version of a head, and to the metrics.

    Returns the errors of what could not be counted, by the places of the changes.
    """
    rows: dict[reporting.Place, list[Counting]] = defaultdict(list)
    for each in counts:
        rows[each.effect.team, each.effect.channel, each.effect.visibility].append(each)
    failures: dict[int, Exception] = {}
    for row, of_row in rows.items():
        for start in range(0, len(of_row), reporting.MOST_TOGETHER):
            some = of_row[start : start + reporting.MOST_TOGETHER]
            try:
                _count(row, some, now)
            except Exception as error:
                failures |= dict.fromkeys((each.number for each in some), error)
    return failures


def _count(row: reporting.Place, counts: Sequence[Counting], now: int) -> None:
    additions = {
        (each.conversation, each.effect.head_version): reporting.Addition(each.effect.changes, each.effect.arrived)
        for each in counts
    }
    for addition in reporting.count_together(row, additions, now):
        arrived = [(name, amount) for _, name, amount in addition.arrived]
        cloudwatch.tell(row[0], row[1], [*addition.changes, *arrived])


def count(conversation_id: str, effect: effects.Count, clock: Callable[[], int]) -> None:
    """Add to the figures what one change brought."""
    _count((effect.team, effect.channel, effect.visibility), [Counting(0, conversation_id, effect)], clock())


def notify(conversation_id: str, effect: effects.Tell, clock: Callable[[], int]) -> None:
    """Queue a notification for the team."""
    notice = Notice(effect.event, effect.team, effect.channel, conversation_id, since=effect.since, at=clock())
    notifications.enqueue(notice, effect.head_version, clock())


HANDLERS = {effects.Count: count, effects.Tell: notify}
