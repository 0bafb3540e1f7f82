"""Effects on what teams are shown and told: daily counters and notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from aws import cloudwatch
from conversations import effects
from shared import settings
from storage import notifications, reporting
from storage.notifications import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


Together = effects.Count
"""The effect that is carried out for all changes of a batch together."""
_began: list[int] = []
"""Time at which this process counted first (milliseconds): the release before may have handled older changes."""


class Counting(Struct, frozen=True):
    """The amounts that a change of a batch adds to the figures."""

    number: int
    """The place of the change in its batch."""
    conversation: str
    effect: effects.Count
    at: int
    """Time at which the change was stored (milliseconds)."""

    def addition(self) -> reporting.Addition:
        """Return it as it is stored."""
        effect = self.effect
        place = (effect.team, effect.channel, str(effect.visibility))
        return reporting.Addition(
            self.conversation, effect.head_version, place, self.at, effect.changes, effect.arrived
        )


def count_all(counts: Sequence[Counting], now: int) -> dict[int, Exception]:
    """Add to the figures, once for each version of a head, and to the metrics.

    Returns the errors of what could not be counted, by the places of the changes.
    """
    try:
        _add([each.addition() for each in counts], now)
    except Exception as error:
        return dict.fromkeys((each.number for each in counts), error)
    return {}


def _add(additions: Sequence[reporting.Addition], now: int) -> None:
    for new in reporting.add(_uncounted(additions, now), is_told=settings.figure_metrics()):
        team, channel, _ = new.place
        cloudwatch.tell(team, channel, [(name, amount) for _, name, amount in new.figures])


def _uncounted(additions: Sequence[reporting.Addition], now: int) -> Sequence[reporting.Addition]:
    """Return what the release before has not counted; it handled nothing that was stored after this process began."""
    if not _began:
        _began.append(now)
    if all(each.at > _began[0] for each in additions):
        return additions
    return reporting.without_marked(additions)


def count(conversation_id: str, effect: effects.Count, clock: Callable[[], int]) -> None:
    """Add to the figures what one change brought."""
    now = clock()
    _add([Counting(0, conversation_id, effect, now).addition()], now)


def notify(conversation_id: str, effect: effects.Tell, clock: Callable[[], int]) -> None:
    """Queue a notification for the team."""
    notice = Notice(effect.event, effect.team, effect.channel, conversation_id, since=effect.since, at=clock())
    notifications.enqueue(notice, effect.head_version, clock())


HANDLERS = {effects.Count: count, effects.Tell: notify}
