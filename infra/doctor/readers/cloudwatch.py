"""The stack's alarms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infra.doctor.account import Alarm

AT_ONCE = 100
"""Names in one request, by the service's limit."""


def alarms(client: Any, resources: Sequence[tuple[str, str]]) -> list[Alarm]:
    """Return how each alarm is; ``resources`` are their logical and physical ids."""
    names, found = [physical for _, physical in resources], dict[str, dict[str, Any]]()
    for start in range(0, len(names), AT_ONCE):
        answer = client.describe_alarms(
            AlarmNames=names[start : start + AT_ONCE], AlarmTypes=["MetricAlarm", "CompositeAlarm"], MaxRecords=AT_ONCE
        )
        every = [*answer.get("MetricAlarms", []), *answer.get("CompositeAlarms", [])]
        found |= {each["AlarmName"]: each for each in every}
    return [_alarm(logical, found.get(physical)) for logical, physical in resources]


def _alarm(logical: str, read: dict[str, Any] | None) -> Alarm:
    return Alarm(logical, read["StateValue"], read.get("ActionsEnabled", True)) if read else Alarm(logical, None)
