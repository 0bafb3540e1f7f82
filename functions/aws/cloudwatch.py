"""The figures of the reports as metrics, by team and channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conversations import metrics
from shared import settings, telemetry

if TYPE_CHECKING:
    from collections.abc import Sequence


def tell(team: str, channel: str, changes: Sequence[tuple[str, int]]) -> None:
    """Write what was just counted. A metric knows no taking back: what is less than nothing is left out."""
    if not settings.figure_metrics():
        return
    for name, amount in changes:
        if amount <= 0:
            continue
        if time := metrics.time_of(name):
            telemetry.measure(f"{_metric(time[0])}Time", metrics.seconds_of(time[1]), team=team, channel=channel)
        else:
            telemetry.count(_metric(name), amount, team=team, channel=channel)


def _metric(name: str) -> str:
    """``missed_first_response`` as metrics are named: ``MissedFirstResponse``."""
    return "".join(word.capitalize() for word in name.split("_"))
