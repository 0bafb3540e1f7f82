"""The stack: its state, parameters, outputs and resources, and how far this machine's clock is off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

NESTED = "AWS::CloudFormation::Stack"


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack as CloudFormation tells of it."""

    name: str
    status: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    clock_off: float
    """Seconds by which this machine's clock is ahead of AWS's."""
    resources: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    """By their type: logical and physical id of each, those of nested stacks included."""

    def all(self, kind: str) -> Sequence[tuple[str, str]]:
        """Return logical and physical id of every resource of a type."""
        return self.resources.get(kind, ())


def read(client: Any, name: str) -> Stack:
    """Return the stack; raises ``ClientError`` where there is none or it may not be seen."""
    answer = client.describe_stacks(StackName=name)
    asked_at = datetime.now(UTC)
    described = answer["Stacks"][0]
    told_at = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    return Stack(
        name,
        described["StackStatus"],
        {each["ParameterKey"]: each.get("ParameterValue", "") for each in described.get("Parameters", [])},
        {each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", [])},
        (asked_at - told_at).total_seconds(),
        _resources(client, name),
    )


def _resources(client: Any, name: str) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for page in client.get_paginator("list_stack_resources").paginate(StackName=name):
        for each in page["StackResourceSummaries"]:
            found[each["ResourceType"]].append((each["LogicalResourceId"], each.get("PhysicalResourceId", "")))
    for _, nested in list(found.get(NESTED, [])):
        for kind, resources in _resources(client, nested).items():
            found[kind] += resources
    return dict(found)
