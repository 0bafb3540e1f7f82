"""Effects on what teams are shown and told: daily counters and notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws import cloudwatch
from conversations import effects
from storage import notifications, reporting
from storage.notifications import Notice

if TYPE_CHECKING:
    from collections.abc import Callable


def count(conversation_id: str, effect: effects.Count, clock: Callable[[], int]) -> None:
    """Add to the figures, once for each version of a head, and to the metrics."""
    row = (effect.team, effect.channel, effect.visibility)
    if reporting.count(conversation_id, effect.head_version, row, effect.changes, clock(), effect.arrived):
        arrived = [(name, amount) for _, name, amount in effect.arrived]
        cloudwatch.tell(effect.team, effect.channel, [*effect.changes, *arrived])


def notify(conversation_id: str, effect: effects.Tell, clock: Callable[[], int]) -> None:
    """Queue a notification for the team."""
    notice = Notice(effect.event, effect.team, effect.channel, conversation_id, since=effect.since, at=clock())
    notifications.enqueue(notice, effect.head_version, clock())


HANDLERS = {effects.Count: count, effects.Tell: notify}
